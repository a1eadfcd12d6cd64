import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import type { Log } from '../../platform/log/log.js';
import { RepeatedLines } from '../../platform/log/repeated-lines.js';
import { LOG } from '../../platform/tokens.js';
import { MailServerError } from '../../drivers/port/mail-error.js';
import { classify, consequenceOf } from '../failures/classify.js';
import { wantsConfirmation } from '../failures/evidence.js';
import type { Failure } from '../failures/failure.js';
import { ProfileConnections } from '../profiles/profile-connections.js';
import {
  isCare,
  LeaseLost,
  ProfileOnHold,
  ServerSilent,
  leaseRenewalMs,
  lanes,
  type Lease,
  type RunKind,
} from '../scheduling/work.js';
import { WorkStore } from '../scheduling/work.store.js';
import { CallLedger } from './call-ledger.js';
import type { MailboxRun, RunResult } from './mailbox-run.js';
import { rests } from './mailbox-state.js';
import { MailboxEntity } from './mailbox.entity.js';
import { MailboxesStore } from './mailboxes.store.js';
import { RunMetrics } from './run-metrics.js';
import { RunSettlement } from './run-settlement.js';
import { RunStats } from './run-stats.js';
import { RunsUnderWay, type RunUnderWay } from './runs-under-way.js';
import { SignInGate } from './sign-in-gate.js';
import { watchedSession } from './watched-session.js';

/** How often to look for servers that do not answer, in ms. */
const reliefMs = 1_000;

/** Carries out one piece of a mailbox's work from lease to next schedule; the same for every kind of work. */
@Injectable()
export class MailboxRuns implements OnModuleDestroy {
  private readonly repeated: RepeatedLines;
  private readonly gate = new SignInGate();
  private readonly underWay = new RunsUnderWay();
  private relief: NodeJS.Timeout | null = null;

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly work: WorkStore,
    private readonly mailboxes: MailboxesStore,
    private readonly connections: ProfileConnections,
    private readonly settlement: RunSettlement,
    private readonly metrics: RunMetrics,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.repeated = new RepeatedLines(log);
  }

  onModuleDestroy(): void {
    if (this.relief) clearInterval(this.relief);
    this.repeated.flush();
  }

  /**
   * @param perform the work itself; rejects with whatever stopped it
   * @returns when the run is settled; a lost lease and a shutdown are no errors, for the work is due again by itself
   */
  async carryOut(
    claim: Lease & { kind: RunKind },
    shutdown: AbortSignal,
    perform: (run: MailboxRun) => Promise<RunResult>,
  ): Promise<void> {
    const refusals = this.gate.refusals;
    const begun = await this.work.begin(claim, this.clock.now());
    if (!begun) return this.work.release(claim);
    const { lease } = begun;
    const ledger = new CallLedger();
    const heart = this.keepAlive(lease, ledger, shutdown);
    const started = performance.now();
    try {
      const outcome = await this.attempt(lease, begun.attempts, refusals, ledger, heart, perform);
      if (outcome !== null) this.metrics.ended(lease.kind, outcome, performance.now() - started);
    } catch (error) {
      if (shutdown.aborted) return await this.work.release(lease);
      if (error instanceof ServerSilent || heart.signal.reason instanceof ServerSilent) {
        this.metrics.ended(lease.kind, 'on-hold', performance.now() - started);
        return await this.work.putBack(lease, this.clock.now());
      }
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
    refusals: number,
    ledger: CallLedger,
    { signal, giveUp }: { signal: AbortSignal; giveUp: () => void },
    perform: (run: MailboxRun) => Promise<RunResult>,
  ): Promise<string | null> {
    let run: MailboxRun | null = null;
    let underWay: RunUnderWay | null = null;
    const tally = new RunStats(this.clock.now());
    try {
      const opened = await this.open(lease, refusals, signal, tally, ledger);
      if (!opened) {
        await this.work.release(lease);
        return null;
      }
      run = opened.run;
      underWay = this.watch(run, opened.host, giveUp);
      const result = await perform(run);
      await this.settlement.succeeded(run, result);
      return 'ok';
    } catch (error) {
      // What a hold interrupts is no failure of the mailbox, and what it proved until then counts.
      if (error instanceof ProfileOnHold && run) await this.settlement.interrupted(run);
      // Nor is what an abort or a lost lease leaves behind.
      if (signal.aborted || error instanceof LeaseLost || error instanceof ProfileOnHold) throw error;
      const failure = classify(error);
      const confirmed = run !== null && (await this.confirm(run, attemptsBefore, failure));
      this.logFailure(lease, run?.profile.id ?? null, failure, error);
      await this.settlement.failed({
        lease,
        attemptsBefore,
        failure,
        confirmed,
        profile: run?.profile ?? null,
        tally,
        ledger,
      });
      return failure.code;
    } finally {
      if (underWay) this.underWay.remove(underWay);
      if (run) this.gate.settled(accountOf(run.profile), runOf(lease));
    }
  }

  /**
   * Lets the run be aborted if its server stops answering while many of its runs are in flight. @throws ServerSilent
   */
  private watch({ lease, ledger }: MailboxRun, host: string, giveUp: () => void): RunUnderWay {
    const run = { host, ledger, onlyReads: lease.kind !== 'outgoing' && lease.kind !== 'test', giveUp };
    if (run.onlyReads && !this.underWay.admits(host, this.clock.now())) throw new ServerSilent();
    this.underWay.add(run);
    this.relief ??= setInterval(() => this.relieve(), reliefMs).unref();
    return run;
  }

  private relieve(): void {
    const count = this.underWay.relieve(this.clock.now());
    if (count > 0) this.log.info({ count }, 'aborted runs of servers that do not answer; they are due again');
    if (!this.underWay.isEmpty || !this.relief) return;
    clearInterval(this.relief);
    this.relief = null;
  }

  private async open(
    lease: Lease & { kind: RunKind },
    refusals: number,
    signal: AbortSignal,
    tally: RunStats,
    ledger: CallLedger,
  ): Promise<{ readonly run: MailboxRun; readonly host: string } | null> {
    const mailbox = await this.dataSource.manager.findOneBy(MailboxEntity, { id: lease.mailboxId });
    const connection = mailbox && (await this.connections.connectionOf(mailbox.profileId));
    if (!mailbox || mailbox.removedAt || rests(mailbox.state, lease.kind) || !connection) {
      await this.rest(lease);
      return null;
    }
    const opened = this.connections.serverFor(connection).openMailbox({
      address: mailbox.emailAddress,
      access: connection.access,
      connectingSid: { type: connection.connectingSidType, value: mailbox.connectingSid ?? mailbox.emailAddress },
    });
    const session = watchedSession(opened, {
      account: accountOf(connection),
      run: { id: runOf(lease), since: refusals },
      gate: this.gate,
      ledger,
      now: () => this.clock.now(),
      signal,
      passes: lease.kind === 'test',
    });
    let onHold = false;
    const run: MailboxRun = {
      lease,
      mailbox,
      profile: connection,
      session,
      stats: tally,
      ledger,
      signal,
      checkpoint: () => {
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
          onHold = (await this.work.hold(manager, lease, this.clock.now(), ledger.heardAt)).profileOnHold;
          return write(manager);
        }),
    };
    return { run, host: new URL(connection.ewsUrl).host };
  }

  /**
   * Asks once more, by the cheapest call, before a failure counts as the mailbox's or the profile's: an HTTP status
   * can be the answer of a scanner to one call. Not for credentials when several runs were refused together or the
   * mailbox is known to be refused alone: each try counts towards a lock-out.
   * @returns whether the failure was met again, or there was nothing to ask
   */
  private async confirm(run: MailboxRun, attemptsBefore: number, failure: Failure): Promise<boolean> {
    const { ledger, lease, profile } = run;
    if (lease.kind === 'test' || !wantsConfirmation(failure)) return true;
    if (ledger.answeredAt !== null) return false;
    // The work itself has asked again already, to find out what the failure counts against.
    if (ledger.failures > 1) return true;
    if (consequenceOf(failure) === 'suspend-profile') {
      const isAlone = attemptsBefore === 0 && !this.gate.isAnotherRefused(accountOf(profile), runOf(lease));
      if (!isAlone || (await this.settlement.isDecidedBy(run))) return true;
    }
    try {
      await run.session.openFolder({ distinguished: 'inbox' }, { signal: run.signal });
      return false;
    } catch (error) {
      if (!(error instanceof MailServerError)) throw error;
      return ledger.answeredAt === null;
    }
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

  private keepAlive(
    lease: Lease,
    ledger: CallLedger,
    shutdown: AbortSignal,
  ): { signal: AbortSignal; giveUp: () => void; stop: () => void } {
    const lost = new AbortController();
    const timer = setInterval(() => {
      this.work.renew(lease, this.clock.now(), ledger.heardAt).catch((error: unknown) => {
        // The database being away for a moment is no loss: the lease lasts for three renewals.
        if (error instanceof LeaseLost) lost.abort(error);
      });
    }, leaseRenewalMs);
    timer.unref();
    return {
      signal: AbortSignal.any([shutdown, lost.signal]),
      giveUp: () => lost.abort(new ServerSilent()),
      stop: () => clearInterval(timer),
    };
  }

  private logFailure(lease: Lease, profileId: string | null, failure: Failure, error: unknown): void {
    const common = { profileId, code: failure.code };
    const own = {
      mailboxId: lease.mailboxId,
      kind: lease.kind,
      operation: failure.operation,
      requestId: failure.diagnostics?.requestId,
    };
    if (failure.code === 'InternalError')
      this.log.error({ ...common, ...own, err: error }, 'a run was interrupted by an error of ours');
    else
      this.repeated.warn(
        `${profileId} ${failure.code}`,
        common,
        { ...own, text: failure.message, hostWords: failure.hostWords ?? undefined },
        'a run failed',
      );
  }
}

const runOf = ({ mailboxId, kind, token }: Lease): string => `${mailboxId} ${kind} ${token}`;

/** What shares credentials: others come with another version. */
const accountOf = ({ id, version }: { readonly id: string; readonly version: number }): string => `${id}/${version}`;
