import { z } from 'zod';
import { pageQuery } from '../../platform/http/page.js';
import { idParam } from '../../platform/http/validation.js';
import { eventTypes } from './event.js';
import type { EventRow } from './events.store.js';
import { encodePosition } from './feed-position.js';
import type { FeedPage } from './feed-reader.js';

const maxWaitSeconds = 30;
const waitMessage = `must be a number of seconds from 0 to ${maxWaitSeconds}`;

export const eventTypeList = z
  .string()
  .max(2_000)
  .optional()
  .transform((value) => value?.split(',').map((type) => type.trim()) ?? null)
  .pipe(z.array(z.enum(eventTypes, { message: `must be out of ${eventTypes.join(', ')}` })).nullable());

const filterFields = {
  after: z
    .string()
    .max(500)
    .optional()
    .describe(
      '`nextCursor` of the page before, or `latest` to begin with what comes from now on; without it the feed starts at its oldest event',
    ),
  types: eventTypeList.describe('Comma-separated event types'),
  profileId: idParam.optional(),
  mailboxId: idParam.optional(),
};

export const eventsQuery = z.strictObject({
  limit: pageQuery.shape.limit,
  ...filterFields,
  wait: z.coerce
    .number({ message: waitMessage })
    .min(0, { message: waitMessage })
    .max(maxWaitSeconds, { message: waitMessage })
    .default(0)
    .describe('Seconds to wait for an event while there is none; the answer comes as soon as there is one'),
});
export type EventsQuery = z.output<typeof eventsQuery>;

export const streamQuery = z.strictObject(filterFields);
export type StreamQuery = z.output<typeof streamQuery>;

export const eventAnswer = z
  .object({
    id: z.uuid().describe('The same in every repetition'),
    type: z.enum(eventTypes),
    profileId: z.uuid().nullable().describe('Null: of no single profile'),
    mailboxId: z.uuid().nullable(),
    subjectId: z
      .uuid()
      .describe('Id of the message, outgoing message, mailbox, profile, incident or webhook endpoint that it is about'),
    data: z.record(z.string(), z.unknown()),
    occurredAt: z.iso.datetime(),
  })
  .meta({ id: 'Event' });
export type EventAnswer = z.output<typeof eventAnswer>;

export const eventsAnswer = z
  .object({
    items: z.array(eventAnswer),
    nextCursor: z.string().describe('Where the next read goes on, also when there are no items'),
    upToDate: z.boolean().describe('False: there may be more to read at once, even if there are no items'),
  })
  .meta({ id: 'EventPage' });
export type EventsAnswer = z.output<typeof eventsAnswer>;

/** An event as the feed, the stream and webhooks show it. */
export function showEvent(row: EventRow): EventAnswer {
  return {
    id: row.id,
    type: row.type,
    profileId: row.profile_id,
    mailboxId: row.mailbox_id,
    subjectId: row.subject_id,
    data: row.data,
    occurredAt: row.occurred_at.toISOString(),
  };
}

export const showPage = (page: FeedPage): EventsAnswer => ({
  items: page.rows.map(showEvent),
  nextCursor: encodePosition(page.position),
  upToDate: page.upToDate,
});
