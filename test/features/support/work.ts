import { AuditJobs } from '../../../src/features/mail/audit/audit.jobs.js';
import { AuditRun } from '../../../src/features/mail/audit/audit-run.js';
import { BackfillJobs } from '../../../src/features/mail/backfill/backfill.jobs.js';
import { BackfillRun } from '../../../src/features/mail/backfill/backfill-run.js';
import { MailboxTestsJobs } from '../../../src/features/mailbox-tests/mailbox-tests.jobs.js';
import { TestRun } from '../../../src/features/mailbox-tests/test-run.js';
import { MailboxRuns } from '../../../src/features/mailboxes/mailbox-runs.js';
import { RemovalJobs } from '../../../src/features/mailboxes/removal.jobs.js';
import { RemovalStore } from '../../../src/features/mailboxes/removal.store.js';
import { OutgoingRun } from '../../../src/features/mail/outgoing/outgoing-run.js';
import { OutgoingJobs } from '../../../src/features/mail/outgoing/outgoing.jobs.js';
import type { Claim } from '../../../src/features/scheduling/pacing.store.js';
import { WorkStore } from '../../../src/features/scheduling/work.store.js';
import type { WholeStage } from './whole-stage.js';

/** Carries out what is due, as a worker's jobs do: receiving, sending, tests, older mail, audits and removals. @returns how many runs */
async function carryOutDue(stage: WholeStage): Promise<number> {
  const claims = await stage.claim();
  await Promise.all(claims.map((claim) => carryOut(stage, claim)));
  return claims.length;
}

/** Until nothing is due any more. */
export async function settle(stage: WholeStage): Promise<void> {
  for (let round = 0; round < 50; round += 1) if ((await carryOutDue(stage)) === 0) return;
  throw new Error('there is always something due');
}

/** Carries out one claim as the job of its kind does. */
export async function carryOut(stage: WholeStage, claim: Claim): Promise<void> {
  const context = { signal: new AbortController().signal, enqueuedAt: stage.clock.now(), waitMs: 0 };
  const runs = stage.get(MailboxRuns);
  switch (claim.kind) {
    case 'incoming':
      return stage.receive(claim);
    case 'test':
      return new MailboxTestsJobs(runs, stage.get(TestRun)).carryOut(claim, context);
    case 'backfill':
      return new BackfillJobs(runs, stage.get(BackfillRun)).bring(claim, context);
    case 'audit':
      return new AuditJobs(runs, stage.get(AuditRun)).compare(claim, context);
    case 'outgoing':
      return new OutgoingJobs(runs, stage.get(OutgoingRun)).send(claim, context);
    case 'removal':
      return new RemovalJobs(stage.get(WorkStore), stage.get(RemovalStore), stage.clock).clear(claim, context);
  }
}
