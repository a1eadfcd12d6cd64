import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import { EventsStore } from '../feed/events.store.js';
import { probeDelay, serverProbeDelay, throttleHold } from '../failures/backoff.js';
import { consequenceOf } from '../failures/classify.js';
import type { DoubtKind } from '../failures/evidence.js';
import type { Failure, StoredFailure } from '../failures/failure.js';
import { Incidents } from '../incidents/incidents.js';
import { isServerAway } from '../failures/lasting-trouble.js';
import { addressDecidedMs, isOfProfile } from '../failures/profile-doubt.js';
import { ServerIncidents } from '../incidents/server-incidents.js';
import { PacingStore, type Surroundings } from '../scheduling/pacing.store.js';
import { ProfileDoubtsStore } from '../scheduling/profile-doubts.store.js';
import { ServerPacingStore } from '../scheduling/server-pacing.store.js';
import type { RunKind } from '../scheduling/work.js';
import { WorkStore } from '../scheduling/work.store.js';
import type { CallLedger } from './call-ledger.js';

/** When a call that was not to decide yet is followed by another one. In ms. */
const decidingAgainMs = 10_000;

/** A run that met trouble, as far as others can be concerned. */
export interface MetTrouble {
  readonly mailboxId: string;
  readonly kind: RunKind;
  readonly profile: { readonly id: string; readonly version: number | null };
  readonly failure: Failure;
  readonly stored: StoredFailure;
  readonly ledger: CallLedger;
  readonly surroundings: Surroundings;
}

/**
 * Decides how far beyond its mailbox trouble reaches. One mailbox raises a doubt about its profile, some others are
 * asked at once, and only when they meet the same without an answer to the contrary is the profile held.
 */
@Injectable()
export class ProfileAttribution {
  constructor(
    private readonly clock: Clock,
    private readonly pacing: PacingStore,
    private readonly doubts: ProfileDoubtsStore,
    private readonly servers: ServerPacingStore,
    private readonly work: WorkStore,
    private readonly incidents: Incidents,
    private readonly serverIncidents: ServerIncidents,
    private readonly events: EventsStore,
  ) {}

  /** What a run proved ends doubts about its profile, and resumes one that was held for its account or address. */
  async proved(manager: EntityManager, profileId: string, ledger: CallLedger, now: Date): Promise<void> {
    if (ledger.signedInAt === null) return;
    const cause = await this.pacing.resume(manager, profileId, now, ledger.signedInAt, ledger.answeredAt);
    if (cause === null) return;
    await this.doubts.bringBack(manager, profileId, now);
    await this.incidents.profileResumed(manager, profileId, now);
    await this.events.append(
      manager,
      [{ type: 'profile.resumed', profileId, mailboxId: null, subjectId: profileId, data: { cause } }],
      now,
    );
  }

  /** The server answered as one; even a refusal is such an answer. */
  async serverAnswers(manager: EntityManager, profileId: string, now: Date): Promise<void> {
    const host = await this.servers.noteAnswer(manager, profileId, now);
    if (host === null) return;
    await this.serverIncidents.answers(manager, host, now);
    await this.servers.bringBack(manager, host, now);
  }

  /** Weighs what stopped a run, or what it met on its way. */
  async met(manager: EntityManager, trouble: MetTrouble, now: Date): Promise<void> {
    const { profile, failure, ledger } = trouble;
    await this.proved(manager, profile.id, ledger, now);
    if (isServerAway(failure)) return this.unanswered(manager, trouble, now);
    // What went wrong on our side tells nothing of the server.
    if (failure.operation !== '') await this.serverAnswers(manager, profile.id, now);
    const consequence = consequenceOf(failure);
    if (consequence === 'suspend-profile') {
      // Credentials that were replaced while the server looked at them say nothing of those that are there now.
      if (ledger.signedInAt !== null || !(await this.pacing.isOfVersion(manager, profile.id, profile.version))) return;
      await this.refused(manager, trouble, now);
    }
    if (consequence === 'throttle-profile' && ledger.answeredAt === null) await this.busy(manager, trouble, now);
  }

  /** Whether one more refusal decides that the account is refused, so that asking once more is of no use. */
  async isDecidedBy(manager: EntityManager, mailboxId: string, profileId: string): Promise<boolean> {
    const surroundings = await this.pacing.surroundingsOf(manager, mailboxId);
    if (!surroundings || surroundings.suspendedCause !== null || surroundings.isStopped) return true;
    const doubt = await this.doubts.find(manager, profileId, 'credentials');
    if (!doubt) return false;
    const withThis = { ...doubt, tries: doubt.tries + 1, met: doubt.met + 1 };
    return isOfProfile(withThis, surroundings.othersAtWork + 1, this.clock.now());
  }

  private async refused(manager: EntityManager, trouble: MetTrouble, now: Date): Promise<void> {
    const { profile, stored, surroundings } = trouble;
    if (surroundings.suspendedCause === null) {
      const since = await this.isWide(manager, 'credentials', trouble, now);
      if (since === null) return;
      await this.suspend(manager, profile.id, stored, since, now, probeDelay);
    } else await this.suspend(manager, profile.id, stored, now, now, probeDelay);
  }

  private async busy(manager: EntityManager, trouble: MetTrouble, now: Date): Promise<void> {
    if ((await this.isWide(manager, 'throttling', trouble, now)) === null) return;
    const until = this.clock.in(throttleHold(trouble.failure.backOffMs, Math.random()));
    await this.pacing.throttle(manager, trouble.profile.id, until, now);
  }

  /** @returns since when, if enough mailboxes have met it; otherwise some others are asked, and it is null */
  private async isWide(manager: EntityManager, kind: DoubtKind, trouble: MetTrouble, now: Date): Promise<Date | null> {
    const { profile, mailboxId, failure, ledger, surroundings } = trouble;
    const meeting = {
      profileId: profile.id,
      kind,
      cause: failure.code,
      mailboxId,
      tries: Math.max(1, ledger.failures),
      since: ledger.failedSince ?? now,
      raises: !isKnownAlone(trouble),
    };
    const doubt = await this.doubts.meet(manager, meeting, now);
    if (!doubt) return null;
    if (isOfProfile(doubt, surroundings.othersAtWork + 1, now)) {
      await this.doubts.drop(manager, profile.id, kind);
      return doubt.since;
    }
    await this.doubts.askOthers(manager, profile.id, now);
    return null;
  }

  /**
   * A call without an answer of Exchange is the server's when no profile has had one since, and the address's of
   * this profile when others have: a mistyped path, or http where https is spoken.
   */
  private async unanswered(manager: EntityManager, trouble: MetTrouble, now: Date): Promise<void> {
    const { profile, stored, mailboxId, failure, ledger, surroundings } = trouble;
    const host = await this.servers.hostOf(manager, profile.id);
    if (host === null) return;
    const since = ledger.failedSince ?? now;
    const server = await this.servers.noteFailure(manager, host, profile.id, failure.code, since, now, (strikes) =>
      this.clock.in(serverProbeDelay(strikes - 1, Math.random())),
    );
    const meeting = {
      profileId: profile.id,
      kind: 'address' as const,
      cause: failure.code,
      mailboxId,
      tries: 1,
      since,
    };
    const doubt = await this.doubts.meet(manager, { ...meeting, raises: !isKnownAlone(trouble) }, now);
    // Each canary that comes back without an answer counts, so that people see that somebody looked.
    if (server.isStrike) return this.serverIncidents.away(manager, host, stored, server.failingSince, now);
    if (!doubt || server.isHeld) return;
    if (surroundings.suspendedCause !== null)
      return this.suspend(manager, profile.id, stored, doubt.since, now, serverProbeDelay);
    const isOwn = server.failingSince > doubt.since && isOfProfile(doubt, surroundings.othersAtWork + 1, now);
    if (!isOwn) {
      if (surroundings.othersWell > 0) return;
      // Nobody of the profile works: the next call decides whose trouble it is.
      const decidedAt = Math.max(doubt.since.getTime() + addressDecidedMs, now.getTime() + decidingAgainMs);
      return this.work.notLaterThan(manager, mailboxId, trouble.kind, new Date(decidedAt));
    }
    if (await this.pacing.isOfVersion(manager, profile.id, profile.version))
      await this.suspend(manager, profile.id, stored, doubt.since, now, serverProbeDelay);
  }

  private async suspend(
    manager: EntityManager,
    profileId: string,
    failure: StoredFailure,
    since: Date,
    now: Date,
    delay: (failedProbes: number, random: number) => number,
  ): Promise<void> {
    const isFirst = await this.pacing.suspend(manager, profileId, failure.code, now, (strikes) =>
      this.clock.in(delay(strikes - 1, Math.random())),
    );
    await this.incidents.profileSuspended(manager, { profileId, failure, at: now, firstFailureAt: since });
    if (!isFirst) return;
    await this.events.append(
      manager,
      [{ type: 'profile.suspended', profileId, mailboxId: null, subjectId: profileId, data: { code: failure.code } }],
      now,
    );
  }
}

/** Whether the mailbox has met this before while others of its profile were well: that says nothing further of them. */
const isKnownAlone = ({ surroundings, failure }: MetTrouble): boolean =>
  surroundings.othersWell > 0 && (surroundings.isStopped || surroundings.lastErrorCode === failure.code);
