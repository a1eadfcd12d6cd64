import { AuditJobs } from '../../../src/features/audit/audit.jobs.js';
import { AuditRun } from '../../../src/features/audit/audit-run.js';
import { BackfillJobs } from '../../../src/features/backfill/backfill.jobs.js';
import { BackfillRun } from '../../../src/features/backfill/backfill-run.js';
import { MailboxTestsJobs } from '../../../src/features/mailbox-tests/mailbox-tests.jobs.js';
import { TestRun } from '../../../src/features/mailbox-tests/test-run.js';
import { MailboxRuns } from '../../../src/features/mailboxes/mailbox-runs.js';
import type { Claim } from '../../../src/features/scheduling/pacing.store.js';
import type { WholeStage } from '../../features/support/whole-stage.js';

/** Carries out what is due, as a worker's jobs do: receiving, tests, older mail and audits. @returns how many runs */
export async function carryOutDue(stage: WholeStage): Promise<number> {
  const claims = await stage.claim();
  await Promise.all(claims.map((claim) => carryOut(stage, claim)));
  return claims.length;
}

async function carryOut(stage: WholeStage, claim: Claim): Promise<void> {
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
      return;
  }
}
