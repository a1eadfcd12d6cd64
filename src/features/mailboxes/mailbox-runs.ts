import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import type { Log } from '../../platform/log/log.js';
import { LOG } from '../../platform/tokens.js';
import { classify } from '../failures/classify.js';
import type { Failure } from '../failures/failure.js';
import { ProfileConnections } from '../profiles/profile-connections.js';
import {
  isCare,
  LeaseLost,
  ProfileOnHold,
  leaseRenewalMs,
  lanes,
  type Lease,
  type RunKind,
} from '../scheduling/work.js';
import { WorkStore } from '../scheduling/work.store.js';
import type { MailboxRun, RunResult } from './mailbox-run.js';
import { rests } from './mailbox-state.js';
import { MailboxEntity } from './mailbox.entity.js';
import { MailboxesStore } from './mailboxes.store.js';
import { RunMetrics } from './run-metrics.js';
import { RunSettlement } from './run-settlement.js';
import { RunTally } from './run-tally.js';

/** Carries out one piece of a mailbox's work from lease to next schedule; the same for every kind of work. */
@Injectable()
export class MailboxRuns {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly work: WorkStore,
    private readonly mailboxes: MailboxesStore,
    private readonly connections: ProfileConnections,
    private readonly settlement: RunSettlement,
    private readonly metrics: RunMetrics,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /**
   * @param perform the work itself; rejects with whatever stopped it
   * @returns when the run is settled; a lost lease and a shutdown are no errors, for the work is due again by itself
   */
  async carryOut(
    claim: Lease & { kind: RunKind },
    shutdown: AbortSignal,
    perform: (run: MailboxRun) => Promise<RunResult>,
  ): Promise<void> {
    const begun = await this.work.begin(claim, this.clock.now());
    if (!begun) return this.work.release(claim);
    const { lease } = begun;
    const heart = this.keepAlive(lease, shutdown);
    const started = performance.now();
    try {
      const outcome = await this.attempt(lease, begun.attempts, heart.signal, perform);
      if (outcome !== null) this.metrics.ended(lease.kind, outcome, performance.now() - started);
    } catch (error) {
      if (shutdown.aborted) return await this.work.release(lease);
      if (error instanceof ProfileOnHold) {
        this.metrics.ended(lease.kind, 'on-hold', performance.now() - started);
        return await this.work.release(lease);
      }
      if (!(error instanceof LeaseLost) && !heart.signal.aborted) throw error;
      this.metrics.ended(lease.kind, 'lease-lost', performance.now() - started);
      this.log.warn(
        { mailboxId: lease.mailboxId, kind: lease.kind },
        'a run lost its lease; the work is taken up again',
      );
    } finally {
      heart.stop();
    }
  }

  /** @returns `ok` or the failure's code; null when there was nothing to do */
  private async attempt(
    lease: Lease & { kind: RunKind },
    attemptsBefore: number,
    signal: AbortSignal,
    perform: (run: MailboxRun) => Promise<RunResult>,
  ): Promise<string | null> {
    let profileVersion: number | null = null;
    const tally = new RunTally(this.clock.now());
    try {
      const run = await this.open(lease, signal, tally);
      profileVersion = run?.profile.version ?? null;
      if (!run) {
        await this.work.release(lease);
        return null;
      }
      const result = await perform(run);
      await this.settlement.succeeded(run, result);
      return 'ok';
    } catch (error) {
      // What an abort, a lost lease or a hold leaves behind is no failure of the mailbox.
      if (signal.aborted || error instanceof LeaseLost || error instanceof ProfileOnHold) throw error;
      const failure = classify(error);
      this.logFailure(lease, failure, error);
      await this.settlement.failed(lease, attemptsBefore, failure, profileVersion, tally);
      return failure.code;
    }
  }

  private async open(
    lease: Lease & { kind: RunKind },
    signal: AbortSignal,
    tally: RunTally,
  ): Promise<MailboxRun | null> {
    const mailbox = await this.dataSource.manager.findOneBy(MailboxEntity, { id: lease.mailboxId });
    const connection = mailbox && (await this.connections.connectionOf(mailbox.profileId));
    if (!mailbox || mailbox.removedAt || rests(mailbox.state, lease.kind) || !connection) {
      await this.rest(lease);
      return null;
    }
    const session = this.connections.serverFor(connection).openMailbox({
      address: mailbox.emailAddress,
      access: connection.access,
      connectingSid: { type: connection.connectingSidType, value: mailbox.connectingSid ?? mailbox.emailAddress },
    });
    let onHold = false;
    return {
      lease,
      mailbox,
      profile: connection,
      session,
      tally,
      signal,
      goOn: () => {
        signal.throwIfAborted();
        if (onHold) throw new ProfileOnHold();
      },
      commit: (write, also) =>
        this.dataSource.transaction(async (manager) => {
          // Whoever changes a mailbox locks it first and its work afterwards; the other way round they would deadlock.
          if (also === 'mailbox') await this.mailboxes.lock(manager, lease.mailboxId);
          // Care runs beside the poll. Whoever stores messages of a mailbox does so alone, and the poll's own row
          // is locked before the lease's, as every change of the mailbox's state does it.
          if (isCare(lease.kind)) await this.work.lock(manager, lease.mailboxId, 'incoming');
          onHold = (await this.work.hold(manager, lease, this.clock.now())).profileOnHold;
          return write(manager);
        }),
    };
  }

  /** Looked at once more under the lock: a mailbox that came back in between has just made its work due. */
  private async rest(lease: Lease & { kind: RunKind }): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const mailbox = await this.mailboxes.lock(manager, lease.mailboxId);
      if (mailbox && !rests(mailbox.state, lease.kind)) return;
      const never = { dueAt: null, lane: lanes.routine };
      await this.work.reschedule(manager, [lease.mailboxId], lease.kind, never);
    });
  }

  private keepAlive(lease: Lease, shutdown: AbortSignal): { signal: AbortSignal; stop: () => void } {
    const lost = new AbortController();
    const timer = setInterval(() => {
      this.work.renew(lease, this.clock.now()).catch((error: unknown) => {
        // The database being away for a moment is no loss: the lease lasts for three renewals.
        if (error instanceof LeaseLost) lost.abort(error);
      });
    }, leaseRenewalMs);
    timer.unref();
    return { signal: AbortSignal.any([shutdown, lost.signal]), stop: () => clearInterval(timer) };
  }

  private logFailure(lease: Lease, failure: Failure, error: unknown): void {
    const facts = {
      mailboxId: lease.mailboxId,
      kind: lease.kind,
      code: failure.code,
      operation: failure.operation,
      requestId: failure.diagnostics?.requestId,
    };
    if (failure.code === 'InternalError')
      this.log.error({ ...facts, err: error }, 'a run was interrupted by an error of ours');
    else this.log.warn({ ...facts, text: failure.message }, 'a run failed');
  }
}
