import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { MailboxSession } from '../../mail/mail-server.js';
import { Clock } from '../../platform/clock/clock.js';
import type { Log } from '../../platform/log/log.js';
import { LOG } from '../../platform/tokens.js';
import { throttleHold, probeDelay } from '../failures/backoff.js';
import { classify, consequenceOf } from '../failures/classify.js';
import { storedFailure, type Failure } from '../failures/failure.js';
import { Incidents } from '../failures/incidents.js';
import { EventsStore } from '../deliveries/events.store.js';
import type { MailSettings } from '../profiles/mail-settings.js';
import { ProfileConnections } from '../profiles/profile-connections.js';
import { PacingStore } from '../scheduling/pacing.store.js';
import {
  isCare,
  LeaseLost,
  ProfileOnHold,
  leaseRenewalMs,
  lanes,
  type Lane,
  type Lease,
  type RunKind,
} from '../scheduling/work.js';
import { WorkStore } from '../scheduling/work.store.js';
import { rests } from './mailbox-state.js';
import { MailboxTransitions } from './mailbox-transitions.js';
import { MailboxEntity } from './mailbox.entity.js';
import { MailboxesStore } from './mailboxes.store.js';
import { RunMetrics } from './run-metrics.js';

/** A piece of work under way: the mailbox opened as its owner, under a lease. */
export interface MailboxRun {
  readonly lease: Lease & { readonly kind: RunKind };
  readonly mailbox: MailboxEntity;
  readonly profile: MailSettings & {
    readonly id: string;
    readonly version: number;
    readonly processEmailsFrom: Date;
    readonly minPollingIntervalSeconds: number;
  };
  readonly session: MailboxSession;
  /** Aborted when the process goes down or the lease is lost. */
  readonly signal: AbortSignal;
  /**
   * To be asked wherever the work can be put down, before the next call to the server.
   * @throws ProfileOnHold, as of the last commit; the reason of an aborted `signal`
   */
  goOn(): void;
  /** A transaction that commits only while the lease is ours. */
  commit<T>(write: (manager: EntityManager) => Promise<T>): Promise<T>;
}

/** When the work is wanted again; null: when something new turns up. */
export interface RunResult {
  readonly nextInMs: number | null;
  readonly lane: Lane;
  /** Whether the server was called at all; a run that had nothing to do proves nothing of the profile. */
  readonly contacted: boolean;
}

/** Carries out one piece of a mailbox's work from lease to next schedule; the same for every kind of work. */
@Injectable()
export class MailboxRuns {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly work: WorkStore,
    private readonly pacing: PacingStore,
    private readonly mailboxes: MailboxesStore,
    private readonly transitions: MailboxTransitions,
    private readonly connections: ProfileConnections,
    private readonly incidents: Incidents,
    private readonly events: EventsStore,
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
    try {
      const run = await this.open(lease, signal);
      profileVersion = run?.profile.version ?? null;
      if (!run) {
        await this.work.release(lease);
        return null;
      }
      const result = await perform(run);
      await this.settle(() => this.succeeded(run, result));
      return 'ok';
    } catch (error) {
      // What an abort, a lost lease or a hold leaves behind is no failure of the mailbox.
      if (signal.aborted || error instanceof LeaseLost || error instanceof ProfileOnHold) throw error;
      return await this.failed(lease, attemptsBefore, error, profileVersion);
    }
  }

  private async open(lease: Lease & { kind: RunKind }, signal: AbortSignal): Promise<MailboxRun | null> {
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
      signal,
      goOn: () => {
        signal.throwIfAborted();
        if (onHold) throw new ProfileOnHold();
      },
      commit: (write) =>
        this.dataSource.transaction(async (manager) => {
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

  private async succeeded(run: MailboxRun, result: RunResult): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const now = this.clock.now();
      const { nextInMs, lane } = result;
      const event = { type: 'work-succeeded', kind: run.lease.kind, nextInMs, lane } as const;
      await this.transitions.apply(manager, run.mailbox.id, event, run.lease);
      // How fresh a mailbox is, its mail work tells.
      if (result.contacted && !isCare(run.lease.kind)) await this.mailboxes.noteRun(manager, run.mailbox.id, null, now);
      const cause = result.contacted ? await this.pacing.resume(manager, run.profile.id, now) : null;
      if (cause === null) return;
      await this.incidents.profileResumed(manager, run.profile.id, now);
      await this.events.append(
        manager,
        [
          {
            type: 'profile.resumed',
            profileId: run.profile.id,
            mailboxId: null,
            subjectId: run.profile.id,
            data: { cause },
          },
        ],
        now,
      );
    });
  }

  /** @returns the failure's code */
  private async failed(
    lease: Lease & { kind: RunKind },
    attemptsBefore: number,
    error: unknown,
    profileVersion: number | null,
  ): Promise<string> {
    const failure = classify(error);
    this.logFailure(lease, failure, error);
    await this.settle(() =>
      this.dataSource.transaction(async (manager) => {
        const now = this.clock.now();
        const stored = storedFailure(failure, isCare(lease.kind) ? 'incoming' : lease.kind, now);
        const consequence = consequenceOf(failure);
        const mailbox = await this.transitions.apply(
          manager,
          lease.mailboxId,
          consequence === 'fail-mailbox'
            ? { type: 'work-denied', kind: lease.kind, failure: stored }
            : {
                type: 'work-delayed',
                kind: lease.kind,
                attempts: consequence === 'retry-later' ? attemptsBefore + 1 : 1,
                atLeastMs: failure.backOffMs ?? 0,
              },
          lease,
        );
        if (!mailbox) return;
        if (consequence !== 'fail-mailbox' && !isCare(lease.kind))
          await this.mailboxes.noteRun(manager, mailbox.id, stored, now);
        if (consequence === 'throttle-profile') {
          await this.pacing.throttle(
            manager,
            mailbox.profileId,
            this.clock.in(throttleHold(failure.backOffMs, Math.random())),
            now,
          );
        }
        if (consequence !== 'suspend-profile') return;
        // Credentials that were replaced while the server looked at them say nothing of those that are there now.
        if (await this.pacing.isOfVersion(manager, mailbox.profileId, profileVersion))
          await this.suspendProfile(manager, mailbox.profileId, stored, now);
      }),
    );
    return failure.code;
  }

  private async suspendProfile(
    manager: EntityManager,
    profileId: string,
    failure: ReturnType<typeof storedFailure>,
    now: Date,
  ): Promise<void> {
    const isFirst = await this.pacing.suspend(manager, profileId, failure.code, now, (strikes) =>
      this.clock.in(probeDelay(strikes - 1, Math.random())),
    );
    await this.incidents.profileSuspended(manager, { profileId, failure, at: now });
    if (!isFirst) return;
    await this.events.append(
      manager,
      [{ type: 'profile.suspended', profileId, mailboxId: null, subjectId: profileId, data: { code: failure.code } }],
      now,
    );
  }

  /** Two mailboxes that change incidents crosswise can deadlock; PostgreSQL ends one of them, and it simply writes again. */
  private async settle(write: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await write();
      } catch (error) {
        const code = (error as { code?: unknown }).code;
        if (attempt === 3 || (code !== '40P01' && code !== '40001')) throw error;
      }
    }
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
