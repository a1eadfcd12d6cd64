import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import { EventsStore } from '../feed/events.store.js';
import { classify, consequenceOf } from '../failures/classify.js';
import { storedFailure, type Failure } from '../failures/failure.js';
import { isServerAway } from '../failures/lasting-trouble.js';
import type { MailboxRun, RunResult } from '../mailboxes/mailbox-run.js';
import { MailboxTransitions } from '../mailboxes/mailbox-transitions.js';
import { MailboxesStore } from '../mailboxes/mailboxes.store.js';
import { LeaseLost, ProfileOnHold, lanes } from '../scheduling/work.js';
import { WorkStore } from '../scheduling/work.store.js';
import { testIncoming } from './incoming-test.js';
import {
  conclude,
  directions,
  nextDirection,
  verdictOf,
  type Direction,
  type DirectionResult,
  type MailboxTest,
  type SkipReason,
} from './mailbox-test.js';
import { MailboxTestsStore } from './mailbox-tests.store.js';
import { OutgoingTest } from './outgoing-test.js';
import { isWorthAnotherTry } from './second-try.js';
import { TestBatchCompletion } from './test-batch-completion.js';
import { TestCleanUp } from './test-clean-up.js';
import { TestSteps } from './test-steps.js';

/** Tests kept of a mailbox. */
const kept = 20;

const nothing = { proven: false, trouble: null, refusal: null };

/** How far a run took the active test. */
interface Progress {
  /** When to go on; null: it ended. */
  readonly waitMs: number | null;
  /** Whether something succeeded, which proves the profile well. */
  readonly proven: boolean;
  /** What nobody else would fare better with. */
  readonly trouble: Failure | null;
  /** The last answer that was a refusal; it says of the server that it is there. */
  readonly refusal: Failure | null;
}

type Attempt = { readonly result: DirectionResult; readonly refusal?: Failure } | { readonly waitMs: number } | null;

/** Tests one mailbox with the session, and by the code, that receive and send its mail. */
@Injectable()
export class TestRun {
  constructor(
    private readonly dataSource: DataSource,
    private readonly store: MailboxTestsStore,
    private readonly outgoing: OutgoingTest,
    private readonly cleanUp: TestCleanUp,
    private readonly completion: TestBatchCompletion,
    private readonly mailboxes: MailboxesStore,
    private readonly transitions: MailboxTransitions,
    private readonly work: WorkStore,
    private readonly events: EventsStore,
    private readonly clock: Clock,
  ) {}

  async perform(run: MailboxRun): Promise<RunResult> {
    const test = await run.commit((manager) => this.store.begin(manager, run.mailbox.id, this.clock.now()));
    const progress = test ? await this.carryOut(run, test) : { ...nothing, waitMs: null };
    const { waitMs, proven: contacted } = progress;
    const trouble = progress.trouble ?? (contacted ? null : progress.refusal);
    const lane = test && test.batchId === null ? lanes.asked : lanes.patient;
    if (waitMs !== null) return { nextInMs: waitMs, lane, contacted, trouble };
    // Where nobody may call now, what lies on the server waits with the rest.
    if (progress.trouble) return { nextInMs: 0, lane: lanes.patient, contacted, trouble };
    const { nextInMs } = await this.cleanUp.ofMailbox(run);
    return { nextInMs, lane: lanes.patient, contacted, trouble };
  }

  private async carryOut(run: MailboxRun, begun: MailboxTest): Promise<Progress> {
    let test = begun;
    let { proven, trouble, refusal }: Omit<Progress, 'waitMs'> = nothing;
    const at = (waitMs: number | null): Progress => ({ waitMs, proven, trouble, refusal });
    for (;;) {
      const direction = nextDirection(test);
      if (direction === null) {
        if (await this.end(run, test.id)) return at(null);
        // Somebody has asked for another direction in the meantime.
        const more = await run.commit((manager) => this.store.begin(manager, run.mailbox.id, this.clock.now()));
        if (more === null) return at(null);
        test = more;
        continue;
      }
      const steps = new TestSteps(direction);
      const outcome: Attempt = trouble ? skipped(trouble) : await this.attempt(run, test, direction, steps);
      if (outcome === null) return at(null);
      if ('waitMs' in outcome) {
        await run.commit((manager) => this.store.addSteps(manager, test.id, steps.all));
        return at(outcome.waitMs);
      }
      const { result } = outcome;
      refusal = outcome.refusal ?? refusal;
      if (outcome.refusal && isOfAll(outcome.refusal)) trouble = outcome.refusal;
      proven ||= result.status === 'success';
      const noted = await run.commit((manager) =>
        this.store.noteResult(manager, test.id, direction, result, steps.all),
      );
      if (noted === null) return at(null);
      test = noted;
    }
  }

  /** @throws what is to be tried again, by the road of all failures; a lost lease, an abort, a hold */
  private async attempt(run: MailboxRun, test: MailboxTest, direction: Direction, steps: TestSteps): Promise<Attempt> {
    try {
      if (direction === 'outgoing') return await this.outgoing.attempt(run, test, steps);
      await testIncoming(run, steps);
      return { result: { status: 'success' } };
    } catch (error) {
      if (run.signal.aborted || error instanceof LeaseLost || error instanceof ProfileOnHold) throw error;
      const failure = classify(error);
      const stored = storedFailure(failure, direction, this.clock.now());
      if (isWorthAnotherTry(failure, test.attempts + 1, test.batchId !== null)) {
        await run.commit((manager) => this.store.noteTrouble(manager, test.id, stored));
        throw error;
      }
      return { result: { status: 'failure', failure: stored }, refusal: failure };
    }
  }

  /**
   * The result, and what follows of it for the mailbox, in one transaction. The mailbox is locked first, as by
   * everybody who changes its state.
   * @returns false when the test is not over yet: more was asked of it meanwhile
   */
  private async end(run: MailboxRun, id: string): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const now = this.clock.now();
      const mailbox = await this.mailboxes.lock(manager, run.mailbox.id);
      if (!mailbox) return true;
      await this.work.hold(manager, run.lease, now);
      const test = await this.store.lockRunning(manager, id);
      if (!test) return true;
      if (nextDirection(test) !== null) return false;
      const passed = directions.filter((direction) => test[direction]?.status === 'success');
      const enabled = test.enable && mailbox.approvedAt !== null ? passed : [];
      const outcome = { ...conclude(test), enabled };
      await this.store.end(manager, id, outcome, now);
      const [incoming, outgoing] = [verdictOf(test.incoming), verdictOf(test.outgoing)];
      await this.transitions.apply(
        manager,
        mailbox.id,
        { type: 'tested', incoming, outgoing, enable: test.enable },
        null,
      );
      const { emailAddress, profileId } = mailbox;
      const data = {
        emailAddress,
        batchId: test.batchId,
        result: outcome.result,
        incoming: test.incoming?.status ?? null,
        outgoing: test.outgoing?.status ?? null,
        enabled,
        ...(outcome.cause === null ? {} : { code: outcome.cause }),
      };
      await this.events.append(
        manager,
        [{ type: 'mailbox.tested', profileId, mailboxId: mailbox.id, subjectId: id, data }],
        now,
      );
      await this.store.trim(manager, mailbox.id, kept);
      if (test.batchId !== null) await this.completion.completeIfOver(manager, test.batchId, now);
      return true;
    });
  }
}

/** Not the mailbox's: nobody else would fare better. */
const isOfAll = (failure: Failure): boolean =>
  isServerAway(failure) || ['suspend-profile', 'throttle-profile'].includes(consequenceOf(failure));

/** Further calls would do harm, or take their time for nothing. */
function skipped(trouble: Failure): { result: DirectionResult } {
  const isRefused = consequenceOf(trouble) === 'suspend-profile';
  const reason: SkipReason = isRefused ? 'account-refused' : isServerAway(trouble) ? 'server-away' : 'server-busy';
  return { result: { status: 'skipped', reason } };
}
