import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import { EventsStore } from '../feed/events.store.js';
import { Incidents } from '../incidents/incidents.js';
import { HistoryStore } from '../insight/history/history.store.js';
import type { Lease } from '../scheduling/work.js';
import { WorkStore } from '../scheduling/work.store.js';
import { historyOf, type EventOrigin } from './mailbox-history.js';
import { transition, wants, type MailboxEffect, type MailboxEvent, type MailboxStatus } from './mailbox-state.js';
import type { MailboxEntity } from './mailbox.entity.js';
import { MailboxesStore } from './mailboxes.store.js';
import { StoppedMailboxesStore } from './stopped-mailboxes.store.js';

/** Mailboxes that the first of a crowd to come back brings along; each of these brings as many. */
const wave = 3;

type WithoutPeers<E> = E extends { readonly peers: number } ? Omit<E, 'peers'> : E;
/** What happened to a mailbox, as far as whoever reports it can know. */
export type MailboxReport = WithoutPeers<MailboxEvent>;

/**
 * The only road by which a mailbox changes state: the row is locked, the pure state machine decides,
 * and the new state, the schedule, the incident, the outbox, the feed and the history are written in one transaction.
 */
@Injectable()
export class MailboxTransitions {
  constructor(
    private readonly mailboxes: MailboxesStore,
    private readonly stopped: StoppedMailboxesStore,
    private readonly work: WorkStore,
    private readonly incidents: Incidents,
    private readonly events: EventsStore,
    private readonly history: HistoryStore,
    private readonly clock: Clock,
  ) {}

  /**
   * @param own the lease under which a run reports; null for a person's act
   * @param origin what the history tells of how it came about
   * @returns the mailbox as it was before, or null when there is none of this id
   * @throws LeaseLost when `own` is no longer the holder; nothing is then written
   */
  async apply(
    manager: EntityManager,
    mailboxId: string,
    report: MailboxReport,
    own: Lease | null,
    origin: EventOrigin = {},
  ): Promise<MailboxEntity | null> {
    const mailbox = await this.mailboxes.lock(manager, mailboxId);
    if (!mailbox) return null;
    const now = this.clock.now();
    const event = await this.inItsCrowd(manager, mailbox, report);
    const outcome = transition(mailbox, event, Math.random());
    const { status, effects } = outcome;
    if (!isUnchanged(mailbox, status)) await this.mailboxes.saveStatus(manager, mailbox, status, now);
    // Before the effects: it touches the mailbox's own rows only, and an incident's row is to be held as short as can be.
    const entries = historyOf(mailbox, event, outcome, origin, now);
    if (entries.length > 0) await this.history.add(manager, mailboxId, entries, now);
    for (const effect of effects) await this.carryOut(manager, mailbox, status, effect, own, now);
    return mailbox;
  }

  /** Most of the profile meeting the same establishes it, without a second look at each one. */
  private async inItsCrowd(
    manager: EntityManager,
    mailbox: MailboxEntity,
    report: MailboxReport,
  ): Promise<MailboxEvent> {
    if (report.type !== 'work-denied' && report.type !== 'work-delayed') return report;
    if (report.type === 'work-delayed' && mailbox.state !== 'failed') return { ...report, peers: 0 };
    const cause = (report.type === 'work-delayed' && mailbox.failure?.code) || report.failure.code;
    const { peers, isWide } = await this.incidents.crowdOf(manager, mailbox.profileId, cause);
    return report.type === 'work-denied'
      ? { ...report, peers, confirmed: report.confirmed || isWide }
      : { ...report, peers };
  }

  private async carryOut(
    manager: EntityManager,
    mailbox: MailboxEntity,
    status: MailboxStatus,
    effect: MailboxEffect,
    own: Lease | null,
    now: Date,
  ): Promise<void> {
    switch (effect.type) {
      case 'schedule':
        return this.schedule(manager, mailbox.id, status, effect, own, now);
      case 'join-incident':
        return this.incidents.mailboxStopped(manager, mailbox.id, {
          profileId: mailbox.profileId,
          failure: effect.failure,
          at: now,
        });
      case 'wake-peers':
        return this.stopped.wakeCompanions(manager, mailbox.id, wave, now);
      case 'leave-incidents':
        return this.incidents.mailboxLeft(manager, mailbox.id, now);
      case 'announce':
        return this.events.append(
          manager,
          [
            {
              type: effect.event,
              profileId: mailbox.profileId,
              mailboxId: mailbox.id,
              subjectId: mailbox.id,
              data: { emailAddress: mailbox.emailAddress, ...(status.failure ? { code: status.failure.code } : {}) },
            },
          ],
          now,
        );
    }
  }

  private async schedule(
    manager: EntityManager,
    mailboxId: string,
    status: MailboxStatus,
    effect: Extract<MailboxEffect, { type: 'schedule' }>,
    own: Lease | null,
    now: Date,
  ): Promise<void> {
    const dueAt = effect.inMs === null ? null : new Date(now.getTime() + effect.inMs);
    if (own?.kind === effect.kind) {
      const rerunRequested = effect.kind === 'test' || (status.state === 'active' && wants(status, effect.kind));
      await this.work.finish(
        manager,
        own,
        { dueAt, lane: effect.lane, attempts: effect.attempts },
        rerunRequested,
        now,
      );
    } else if (effect.inMs === 0) {
      await this.work.bringForward(manager, mailboxId, effect.kind, now, effect.lane);
    } else {
      await this.work.reschedule(manager, [mailboxId], effect.kind, { dueAt, lane: effect.lane });
    }
  }
}

/** Most runs end as the one before; the state machine then hands back the very values it was given. */
function isUnchanged(before: MailboxStatus, after: MailboxStatus): boolean {
  return (
    before.state === after.state &&
    before.failure === after.failure &&
    before.failedProbes === after.failedProbes &&
    before.incoming === after.incoming &&
    before.outgoing === after.outgoing &&
    before.approvedAt === after.approvedAt
  );
}
