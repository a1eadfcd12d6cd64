import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../../platform/clock/clock.js';
import { againAfterDeadlock } from '../../platform/database/deadlock.js';
import { EventsStore } from '../deliveries/events.store.js';
import { probeDelay, serverProbeDelay, throttleHold } from '../failures/backoff.js';
import { consequenceOf, type Consequence } from '../failures/classify.js';
import { storedFailure, type Failure, type StoredFailure } from '../failures/failure.js';
import { Incidents } from '../failures/incidents.js';
import { hasLasted, isServerAway } from '../failures/lasting-trouble.js';
import { ServerIncidents } from '../failures/server-incidents.js';
import { isLongQuiet } from '../history/history-span.js';
import { HistoryStore } from '../history/history.store.js';
import { PacingStore } from '../scheduling/pacing.store.js';
import { ServerPacingStore } from '../scheduling/server-pacing.store.js';
import { isMailWork, type Lease, type RunKind } from '../scheduling/work.js';
import { MailboxTransitions, type MailboxReport } from './mailbox-transitions.js';
import { MailboxesStore } from './mailboxes.store.js';
import type { MailboxRun, RunResult } from './mailbox-run.js';
import type { RunTally } from './run-tally.js';

/** How a run ended, written down in one transaction: the mailbox, its profile, its server, the schedule and who is told. */
@Injectable()
export class RunSettlement {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pacing: PacingStore,
    private readonly servers: ServerPacingStore,
    private readonly mailboxes: MailboxesStore,
    private readonly transitions: MailboxTransitions,
    private readonly incidents: Incidents,
    private readonly serverIncidents: ServerIncidents,
    private readonly events: EventsStore,
    private readonly history: HistoryStore,
  ) {}

  /** @throws LeaseLost */
  async succeeded(run: MailboxRun, result: RunResult): Promise<void> {
    await this.settle(async (manager) => {
      const now = this.clock.now();
      const { nextInMs, lane } = result;
      const event = { type: 'work-succeeded', kind: run.lease.kind, nextInMs, lane } as const;
      const { tally } = run;
      const mailbox = await this.transitions.apply(manager, run.mailbox.id, event, run.lease, { tally });
      if (result.trouble) return this.press(manager, run.profile, result.trouble, now);
      if (!result.contacted) return;
      const isQuiet = run.lease.kind === 'incoming' && tally.isEmpty;
      if (mailbox && isQuiet && isLongQuiet(mailbox.quietSince, now))
        await this.history.add(manager, mailbox.id, [], now);
      // How fresh a mailbox is, its mail work tells.
      if (isMailWork(run.lease.kind))
        await this.mailboxes.noteRun(manager, run.mailbox.id, null, now, isQuiet ? uuidv7() : null);
      await this.profileAnswers(manager, run.profile.id, now);
      await this.serverAnswers(manager, run.profile.id, now);
    });
  }

  /**
   * @param attemptsBefore failures in a row before this one
   * @param profileVersion of the profile that the run worked with; null: it never learnt which
   * @param tally what it had done until then
   * @throws LeaseLost
   */
  async failed(
    lease: Lease & { readonly kind: RunKind },
    attemptsBefore: number,
    failure: Failure,
    profileVersion: number | null,
    tally: RunTally,
  ): Promise<void> {
    await this.settle(async (manager) => {
      const now = this.clock.now();
      const stored = storedFailure(failure, isMailWork(lease.kind) ? lease.kind : 'incoming', now);
      const consequence = consequenceOf(failure);
      const attempts = await this.attemptsWith(manager, lease, consequence, failure, attemptsBefore);
      // Receiving speaks for the mailbox: what keeps going wrong in sending can be a message's own.
      const lasted = consequence === 'retry-later' && lease.kind === 'incoming' && hasLasted(attempts);
      const report: MailboxReport =
        lease.kind !== 'test' && (consequence === 'fail-mailbox' || lasted)
          ? { type: 'work-denied', kind: lease.kind, failure: stored, established: lasted }
          : { type: 'work-delayed', kind: lease.kind, failure: stored, attempts, atLeastMs: failure.backOffMs ?? 0 };
      const origin = { tally, attempt: attempts };
      const mailbox = await this.transitions.apply(manager, lease.mailboxId, report, lease, origin);
      if (!mailbox) return;
      if (report.type === 'work-delayed' && isMailWork(lease.kind))
        await this.mailboxes.noteRun(manager, mailbox.id, stored, now);
      await this.press(manager, { id: mailbox.profileId, version: profileVersion }, failure, now, stored);
    });
  }

  /** What a failure means for the profile and the server: both are pressed less, or left alone. */
  private async press(
    manager: EntityManager,
    profile: { readonly id: string; readonly version: number | null },
    failure: Failure,
    now: Date,
    stored = storedFailure(failure, 'incoming', now),
  ): Promise<void> {
    const consequence = consequenceOf(failure);
    if (isServerAway(failure)) await this.serverLeftUnanswered(manager, profile.id, stored, now);
    // A refusal is an answer, too. What went wrong on our side tells nothing of the server.
    else if (failure.operation !== '') await this.serverAnswers(manager, profile.id, now);
    if (consequence === 'throttle-profile') {
      const until = this.clock.in(throttleHold(failure.backOffMs, Math.random()));
      await this.pacing.throttle(manager, profile.id, until, now);
    }
    if (consequence !== 'suspend-profile') return;
    // Credentials that were replaced while the server looked at them say nothing of those that are there now.
    if (await this.pacing.isOfVersion(manager, profile.id, profile.version))
      await this.suspendProfile(manager, profile.id, stored, now);
  }

  /** A mailbox is not held to account for a server that is known to be away: it is tried as soon as that is back. */
  private async attemptsWith(
    manager: EntityManager,
    lease: Lease,
    consequence: Consequence,
    failure: Failure,
    before: number,
  ): Promise<number> {
    if (consequence !== 'retry-later') return 1;
    return isServerAway(failure) && (await this.servers.isAwayFor(manager, lease.mailboxId)) ? 1 : before + 1;
  }

  private async profileAnswers(manager: EntityManager, profileId: string, now: Date): Promise<void> {
    const cause = await this.pacing.resume(manager, profileId, now);
    if (cause === null) return;
    await this.incidents.profileResumed(manager, profileId, now);
    await this.events.append(
      manager,
      [{ type: 'profile.resumed', profileId, mailboxId: null, subjectId: profileId, data: { cause } }],
      now,
    );
  }

  private async serverAnswers(manager: EntityManager, profileId: string, now: Date): Promise<void> {
    const host = await this.servers.noteAnswer(manager, profileId, now);
    if (host === null) return;
    await this.serverIncidents.answers(manager, host, now);
    await this.servers.bringBack(manager, host, now);
  }

  private async serverLeftUnanswered(
    manager: EntityManager,
    profileId: string,
    failure: StoredFailure,
    now: Date,
  ): Promise<void> {
    const host = await this.servers.hostOf(manager, profileId);
    if (host === null) return;
    const isStrike = await this.servers.noteFailure(manager, host, failure.code, now, (strikes) =>
      this.clock.in(serverProbeDelay(strikes - 1, Math.random())),
    );
    // Each canary that comes back without an answer counts, so that people see that somebody looked.
    if (isStrike) await this.serverIncidents.away(manager, host, failure, now);
  }

  private async suspendProfile(
    manager: EntityManager,
    profileId: string,
    failure: StoredFailure,
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

  /** Two mailboxes that change incidents crosswise can deadlock. */
  private async settle(write: (manager: EntityManager) => Promise<void>): Promise<void> {
    await againAfterDeadlock(() => this.dataSource.transaction(write));
  }
}
