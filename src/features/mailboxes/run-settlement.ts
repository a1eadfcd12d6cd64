import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../../platform/clock/clock.js';
import { againAfterDeadlock } from '../../platform/database/deadlock.js';
import { throttleHold } from '../failures/backoff.js';
import { consequenceOf } from '../failures/classify.js';
import { storedFailure, type Failure, type StoredFailure } from '../failures/failure.js';
import { hasLasted, isServerAway } from '../failures/lasting-trouble.js';
import { isLongQuiet } from '../insight/history/history-span.js';
import { HistoryStore } from '../insight/history/history.store.js';
import { PacingStore, type Surroundings } from '../scheduling/pacing.store.js';
import { isMailWork, type Lease, type RunKind } from '../scheduling/work.js';
import type { CallLedger } from './call-ledger.js';
import { MailboxTransitions, type MailboxReport } from './mailbox-transitions.js';
import { MailboxesStore } from './mailboxes.store.js';
import type { MailboxRun, RunResult } from './mailbox-run.js';
import { ProfileAttribution } from './profile-attribution.js';
import type { RunStats } from './run-stats.js';

/** How a run ended that did not end well. */
export interface FailedRun {
  readonly lease: Lease & { readonly kind: RunKind };
  /** Failures in a row before this one. */
  readonly attemptsBefore: number;
  readonly failure: Failure;
  /** Whether the failure was met again by a call that has nothing to do with what the run was about. */
  readonly confirmed: boolean;
  /** What the run worked with; null: it never learnt that. */
  readonly profile: { readonly id: string; readonly version: number } | null;
  /** What it had done until then. */
  readonly tally: RunStats;
  /** What its calls had proved until then. */
  readonly ledger: CallLedger;
}

/** How a run ended, written down in one transaction: the mailbox, its profile, its server, the schedule and who is told. */
@Injectable()
export class RunSettlement {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pacing: PacingStore,
    private readonly mailboxes: MailboxesStore,
    private readonly transitions: MailboxTransitions,
    private readonly attribution: ProfileAttribution,
    private readonly history: HistoryStore,
  ) {}

  /** @throws LeaseLost */
  async succeeded(run: MailboxRun, result: RunResult): Promise<void> {
    await this.settle(async (manager) => {
      const now = this.clock.now();
      const { nextInMs, lane } = result;
      const event = { type: 'work-succeeded', kind: run.lease.kind, nextInMs, lane } as const;
      const { stats: tally, ledger } = run;
      const mailbox = await this.transitions.apply(manager, run.mailbox.id, event, run.lease, { tally });
      if (result.trouble) return this.onItsWay(manager, run, result.trouble, now);
      if (!result.contacted) return;
      const isQuiet = run.lease.kind === 'incoming' && tally.isEmpty;
      if (mailbox && isQuiet && isLongQuiet(mailbox.quietSince, now))
        await this.history.add(manager, mailbox.id, [], now);
      // How fresh a mailbox is, its mail work tells.
      if (isMailWork(run.lease.kind))
        await this.mailboxes.noteRun(manager, run.mailbox.id, null, now, isQuiet ? uuidv7() : null);
      await this.attribution.proved(manager, run.profile.id, ledger, now);
      await this.attribution.serverAnswers(manager, run.profile.id, now);
    });
  }

  /** @throws LeaseLost */
  async failed({ lease, attemptsBefore, failure, confirmed, profile, tally, ledger }: FailedRun): Promise<void> {
    await this.settle(async (manager) => {
      const now = this.clock.now();
      const consequence = consequenceOf(failure);
      const surroundings = await this.pacing.surroundingsOf(manager, lease.mailboxId);
      const stored = asMailboxOwn(
        storedFailure(failure, isMailWork(lease.kind) ? lease.kind : 'incoming', now),
        failure,
        surroundings,
      );
      const denied = consequence === 'fail-mailbox' && confirmed;
      const attempts = denied || isHeldAnyway(failure, surroundings) ? 1 : attemptsBefore + 1;
      // Receiving speaks for the mailbox: what keeps going wrong in sending can be a message's own.
      const lasted = !denied && lease.kind === 'incoming' && hasLasted(attempts);
      const report: MailboxReport =
        lease.kind !== 'test' && (denied || lasted)
          ? { type: 'work-denied', kind: lease.kind, failure: stored, confirmed: lasted }
          : { type: 'work-delayed', kind: lease.kind, failure: stored, attempts, atLeastMs: atLeastMs(failure) };
      const mailbox = await this.transitions.apply(manager, lease.mailboxId, report, lease, {
        tally,
        attempt: attempts,
      });
      if (!mailbox || !surroundings) return;
      if (report.type === 'work-delayed' && isMailWork(lease.kind))
        await this.mailboxes.noteRun(manager, mailbox.id, stored, now);
      const ofProfile = { id: mailbox.profileId, version: profile?.version ?? null };
      const { mailboxId, kind } = lease;
      const plain = storedFailure(failure, stored.during, now);
      await this.attribution.met(
        manager,
        { mailboxId, kind, profile: ofProfile, failure, stored: plain, ledger, surroundings },
        now,
      );
    });
  }

  /** A hold interrupted the run; that the server accepted its calls until then may end the hold's reason. */
  async interrupted({ profile, ledger }: MailboxRun): Promise<void> {
    if (ledger.signedInAt === null) return;
    await this.settle((manager) => this.attribution.proved(manager, profile.id, ledger, this.clock.now()));
  }

  /** Whether this refusal of the account decides about the profile, so that the run need not ask once more. */
  async isDecidedBy(run: MailboxRun): Promise<boolean> {
    return this.attribution.isDecidedBy(this.dataSource.manager, run.mailbox.id, run.profile.id);
  }

  /** What the server said in a run that ended all the same: the profile and the server must heed it. */
  private async onItsWay(manager: EntityManager, run: MailboxRun, failure: Failure, now: Date): Promise<void> {
    const { lease, mailbox, profile, ledger } = run;
    const surroundings = await this.pacing.surroundingsOf(manager, mailbox.id);
    if (!surroundings) return;
    const stored = storedFailure(failure, 'incoming', now);
    const { kind } = lease;
    await this.attribution.met(
      manager,
      { mailboxId: mailbox.id, kind, profile, failure, stored, ledger, surroundings },
      now,
    );
  }

  /** Two mailboxes that change incidents crosswise can deadlock. */
  private async settle(write: (manager: EntityManager) => Promise<void>): Promise<void> {
    await againAfterDeadlock(() => this.dataSource.transaction(write));
  }
}

/** A mailbox is not held to account for what is known to hold its profile or server: it is tried as soon as that is over. */
function isHeldAnyway(failure: Failure, surroundings: Surroundings | null): boolean {
  if (isServerAway(failure)) return surroundings?.isServerAway === true || isSuspended(surroundings);
  return consequenceOf(failure) === 'suspend-profile' && isSuspended(surroundings);
}

const isSuspended = (surroundings: Surroundings | null) =>
  surroundings !== null && surroundings.suspendedCause !== null;

/** What the server asked for, or a pause like the one that a profile is given. */
const atLeastMs = (failure: Failure): number =>
  consequenceOf(failure) === 'throttle-profile'
    ? throttleHold(failure.backOffMs, Math.random())
    : (failure.backOffMs ?? 0);

/** Refused credentials that others work with are told as the mailbox's own trouble. */
function asMailboxOwn(stored: StoredFailure, failure: Failure, surroundings: Surroundings | null): StoredFailure {
  if (consequenceOf(failure) !== 'suspend-profile' || !surroundings || surroundings.othersWell === 0) return stored;
  if (isSuspended(surroundings) || (!surroundings.isStopped && surroundings.lastErrorCode !== failure.code))
    return stored;
  return { ...stored, values: { ...stored.values, othersSignedIn: String(surroundings.othersWell) } };
}
