import { z } from 'zod';
import { pageQuery, pageSchema } from '../../platform/http/page.js';
import { idParam } from '../../platform/http/validation.js';
import { eventTypes } from '../feed/event.js';
import { shownStates, type DeliveryView } from './delivery-views.store.js';
import type { ReplayRow } from './webhook-replays.store.js';

const time = z.iso.datetime();
const givenTime = z.iso.datetime({ offset: true });

export const deliveryQuery = z.strictObject({ ...pageQuery.shape, state: z.enum(shownStates).optional() });

export const deliveryAnswer = z
  .object({
    id: z.uuid().describe('The id of the event, and the webhook-id of each attempt'),
    type: z.enum(eventTypes),
    mailboxId: z.uuid().nullable(),
    profileId: z.uuid().nullable(),
    occurredAt: time,
    state: z.enum(shownStates).describe('failed: given up after ten attempts; it can be replayed'),
    attempts: z.int(),
    lastStatus: z.int().nullable().describe('Null: no answer, or not tried yet'),
    lastError: z.string().nullable(),
    lastMs: z.int().nullable(),
    lastAttemptAt: time.nullable(),
    nextAttemptAt: time.nullable().describe('Null: done, due now, or waiting behind an earlier one of its mailbox'),
    createdAt: time,
  })
  .meta({ id: 'WebhookDelivery' });
export type DeliveryAnswer = z.output<typeof deliveryAnswer>;
export const deliveryPage = pageSchema(deliveryAnswer).meta({ id: 'WebhookDeliveryPage' });

export const newReplay = z
  .strictObject({
    from: givenTime.describe('Events from then on'),
    to: givenTime.describe('and before then'),
    types: z
      .array(z.enum(eventTypes))
      .min(1)
      .max(eventTypes.length)
      .nullable()
      .default(null)
      .describe('Null: all that the endpoint is for'),
  })
  .refine(({ from, to }) => new Date(from) < new Date(to), { message: 'must be later than from', path: ['to'] })
  .meta({ id: 'NewWebhookReplay' });
export type NewReplay = z.output<typeof newReplay>;

export const replayAnswer = z
  .object({
    id: z.uuid(),
    from: time,
    to: time,
    types: z.array(z.enum(eventTypes)).nullable(),
    state: z.enum(['running', 'done']).describe('done: all of its events are on their way'),
    replayed: z.int().describe('Events put on their way so far'),
    createdAt: time,
    finishedAt: time.nullable(),
  })
  .meta({ id: 'WebhookReplay' });
export type ReplayAnswer = z.output<typeof replayAnswer>;
export const replayPage = pageSchema(replayAnswer).meta({ id: 'WebhookReplayPage' });
export const replayQuery = z.strictObject(pageQuery.shape);

export const replayedOne = z.object({ id: idParam, state: z.literal('pending') }).meta({ id: 'ReplayedDelivery' });

export function showDelivery(row: DeliveryView): DeliveryAnswer {
  return {
    id: row.event_id,
    type: row.type,
    mailboxId: row.mailbox_id,
    profileId: row.profile_id,
    occurredAt: row.occurred_at.toISOString(),
    state: row.state === 'ready' || row.state === 'queued' ? 'pending' : row.state,
    attempts: row.attempts,
    lastStatus: row.last_status,
    lastError: row.last_error,
    lastMs: row.last_ms,
    lastAttemptAt: row.attempted_at?.toISOString() ?? null,
    nextAttemptAt: row.next_attempt_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  };
}

export const showReplay = (row: ReplayRow): ReplayAnswer => ({
  id: row.id,
  from: row.from_at.toISOString(),
  to: row.to_at.toISOString(),
  types: row.event_types,
  state: row.finished_at === null ? 'running' : 'done',
  replayed: Number(row.replayed),
  createdAt: row.created_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
});
