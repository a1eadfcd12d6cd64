import { z } from 'zod';
import { pageQuery, pageSchema } from '../../platform/http/page.js';
import { idParam, oneLine } from '../../platform/http/validation.js';
import { mailboxStates } from '../mailboxes/mailbox-state.js';
import { directions, testResults } from './mailbox-test.js';
import { testAnswer, testWishFields } from './mailbox-tests.schemas.js';
import type { BatchTotals, TestBatch, TestSelection } from './test-batches.store.js';

/** Ids that one request names; more are chosen by profile or by filter. */
const maxIds = 10_000;
const time = z.iso.datetime();

const filter = z
  .strictObject({
    profileId: idParam.optional(),
    state: z.enum(mailboxStates).optional(),
    causeCode: oneLine(200).min(1).optional().describe('The code of the failure that stopped them'),
    emailDomain: oneLine(255).min(1).optional().describe('What stands behind the @'),
    approved: z.boolean().optional(),
  })
  .refine((value) => Object.values(value).some((part) => part !== undefined), {
    message: 'must name something to choose by',
  })
  .describe('Mailboxes of which all of this holds');

export const newTestBatch = z
  .strictObject({
    mailboxIds: z.array(idParam).min(1).max(maxIds).optional(),
    profileId: idParam.optional().describe('All mailboxes of the profile'),
    filter: filter.optional(),
    ...testWishFields,
  })
  .refine((body) => [body.mailboxIds, body.profileId, body.filter].filter((part) => part !== undefined).length === 1, {
    message: 'must name exactly one of mailboxIds, profileId and filter',
  })
  .meta({ id: 'NewMailboxTestBatch' });
export type NewTestBatch = z.output<typeof newTestBatch>;

export const selectionOf = ({ mailboxIds, profileId, filter: chosen }: NewTestBatch): TestSelection =>
  chosen ?? (profileId === undefined ? { mailboxIds } : { profileId });

export const batchResultsQuery = z.strictObject({
  ...pageQuery.shape,
  result: z
    .enum([...testResults, 'active'])
    .optional()
    .describe('active: those that have not ended'),
  code: oneLine(200).optional().describe('Those that failed with this code'),
});

const count = z.int();

export const testBatchAnswer = z
  .object({
    id: z.uuid(),
    url: z.string(),
    state: z.enum(['running', 'completed', 'cancelled']),
    directions: z.array(z.enum(directions)).nullable().describe('null: of each mailbox what was switched on'),
    enable: z.boolean(),
    tests: count.describe('Mailboxes that it tests'),
    alreadyRunning: count.describe('Mailboxes that were chosen too, but have a test of somebody else’s under way'),
    waiting: count,
    running: count,
    success: count,
    failure: count,
    skipped: count,
    cancelled: count,
    enabled: count.describe('Mailboxes of which something was enabled'),
    causes: z
      .array(z.object({ code: z.string(), mailboxes: count }))
      .describe('Of those that failed, most frequent first'),
    createdAt: time,
    cancelledAt: time.nullable(),
    completedAt: time.nullable().describe('When the last test ended'),
  })
  .meta({ id: 'MailboxTestBatch' });
export type TestBatchAnswer = z.output<typeof testBatchAnswer>;
export const batchResultsPage = pageSchema(testAnswer).meta({ id: 'MailboxTestBatchResults' });

export function showBatch(batch: TestBatch, totals: BatchTotals): TestBatchAnswer {
  const { incoming, outgoing, enable } = batch.selection;
  return {
    id: batch.id,
    url: `/v1/mailbox-test-batches/${batch.id}`,
    state: batch.cancelledAt ? 'cancelled' : batch.completedAt ? 'completed' : 'running',
    directions: incoming === null ? null : directions.filter((one) => (one === 'incoming' ? incoming : outgoing)),
    enable,
    tests: batch.tests,
    alreadyRunning: batch.alreadyRunning,
    ...totals,
    causes: [...totals.causes],
    createdAt: batch.createdAt.toISOString(),
    cancelledAt: batch.cancelledAt?.toISOString() ?? null,
    completedAt: batch.completedAt?.toISOString() ?? null,
  };
}
