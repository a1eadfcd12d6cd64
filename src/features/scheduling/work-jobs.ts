import { z } from 'zod';
import { defineJob, type JobDefinition } from '../../platform/queue/job-definition.js';
import type { JobKind } from './work.js';

/** A job names its lease and nothing else: everything it needs is read fresh, and a stale job finds its token gone. */
const leasePayload = z.object({ mailboxId: z.uuid(), token: z.string().regex(/^\d+$/) });
export type LeasePayload = z.infer<typeof leasePayload>;

export const mailboxQueue = 'mailbox-work';

const jobFor = (kind: JobKind) =>
  defineJob<LeasePayload>({ name: `mailbox-${kind}`, queue: mailboxQueue, payload: leasePayload });

export const incomingJob = jobFor('incoming');
export const outgoingJob = jobFor('outgoing');
export const backfillJob = jobFor('backfill');
export const auditJob = jobFor('audit');
export const removalJob = jobFor('removal');
export const testJob = jobFor('test');

export const jobOfKind: Readonly<Record<JobKind, JobDefinition<LeasePayload>>> = {
  incoming: incomingJob,
  outgoing: outgoingJob,
  backfill: backfillJob,
  audit: auditJob,
  removal: removalJob,
  test: testJob,
};
