import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers } from '../../platform/http/answers.js';
import { decodeCursor, encodeCursor, pageQuery } from '../../platform/http/page.js';
import { Caller } from '../access/caller.js';
import { RequireScope } from '../access/require-scope.js';
import { eventTypes } from './event.js';
import { EventsStore } from './events.store.js';

const largest = 2n ** 63n - 1n;
const number = z
  .string()
  .regex(/^\d{1,19}$/)
  .refine((digits) => BigInt(digits) <= largest);

const eventsQuery = z.strictObject({
  limit: pageQuery.shape.limit,
  after: z
    .string()
    .max(500)
    .optional()
    .describe('`nextCursor` of the page before; without it the feed starts at its oldest event'),
  types: z
    .string()
    .optional()
    .transform((value) => value?.split(',').map((type) => type.trim()) ?? null)
    .pipe(z.array(z.enum(eventTypes, { message: `must be out of ${eventTypes.join(', ')}` })).nullable())
    .describe('Comma-separated event types'),
});

const eventsAnswer = z
  .object({
    items: z.array(
      z.object({
        id: z.uuid().describe('The same in every repetition'),
        type: z.enum(eventTypes),
        profileId: z.uuid(),
        mailboxId: z.uuid().nullable(),
        subjectId: z
          .uuid()
          .describe('Id of the message, outgoing message, mailbox, profile or incident that it is about'),
        data: z.record(z.string(), z.unknown()),
        occurredAt: z.iso.datetime(),
      }),
    ),
    nextCursor: z
      .string()
      .nullable()
      .describe('Where the next read goes on, also after the last event; null only before the first event ever'),
  })
  .meta({ id: 'EventPage' });

@ApiTags('Events')
@Controller('v1/events')
export class EventsController {
  constructor(private readonly events: EventsStore) {}

  @Get()
  @RequireScope('read')
  @ApiOperation({
    summary: 'Read the change feed',
    description:
      'Oldest first. A reader that keeps nextCursor and passes it as after misses no event; when items is empty it is up to date and asks again later.',
  })
  @Answers(200, 'Events behind the cursor', eventsAnswer)
  async read(
    @Caller() caller: Caller,
    @Query({ schema: eventsQuery }) query: z.output<typeof eventsQuery>,
  ): Promise<z.output<typeof eventsAnswer>> {
    const after = decodeCursor(query.after, z.tuple([number, number]));
    const rows = await this.events.read({
      after: after && { txid: after[0], seq: after[1] },
      types: query.types,
      profileIds: caller.profileIds,
      limit: query.limit,
    });
    const last = rows.at(-1);
    return {
      items: rows.map((row) => ({
        id: row.id,
        type: row.type,
        profileId: row.profile_id,
        mailboxId: row.mailbox_id,
        subjectId: row.subject_id,
        data: row.data,
        occurredAt: row.occurred_at.toISOString(),
      })),
      nextCursor: last ? encodeCursor([last.txid, last.seq]) : (query.after ?? null),
    };
  }
}
