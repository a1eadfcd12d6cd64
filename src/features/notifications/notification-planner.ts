import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import type { Sql } from '../../platform/database/data-source.js';
import type { Log } from '../../platform/log/log.js';
import { LOG } from '../../platform/tokens.js';
import { EventsStore } from '../feed/events.store.js';
import { ProfileNamesStore } from '../profiles/profile-names.store.js';
import type { NotificationKind } from './notification-row.js';
import { passedInQuiet, planOf, type NotificationPlan } from './notification-plan.js';
import {
  NotificationPlanStore,
  type Listener,
  type NewNotification,
  type PlannedIncident,
} from './notification-plan.store.js';

const batch = 50;
const putOffMs = 60_000;

/**
 * Decides what is to be mailed about incidents, and writes it into the outbox. Several processes may do so at
 * once: what is decided is written under the incident's row lock, with the time of the next look.
 */
@Injectable()
export class NotificationPlanner {
  constructor(
    private readonly dataSource: DataSource,
    private readonly store: NotificationPlanStore,
    private readonly profiles: ProfileNamesStore,
    private readonly events: EventsStore,
    private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Looks at the incidents whose time has come. @returns how many there were */
  async planDue(): Promise<number> {
    const due = await this.store.due(this.clock.now(), batch);
    for (const id of due) {
      try {
        await this.dataSource.transaction((manager) => this.plan(manager, id));
      } catch (error) {
        this.log.error({ err: error, incidentId: id }, 'what to tell of an incident could not be decided');
        await this.store.putOff(id, this.clock.now(), this.clock.in(putOffMs));
      }
    }
    return due.length;
  }

  private async plan(sql: Sql, id: string): Promise<void> {
    const now = this.clock.now();
    const incident = await this.store.lock(sql, id, now);
    if (!incident) return;
    const listeners = await this.store.listeners(sql, id);
    const contacts = listeners
      .filter(({ role, heardEscalation }) => role === 'contact' && !heardEscalation)
      .map(({ key, afterMinutes, unmutedAt }) => ({
        email: key,
        afterMinutes: afterMinutes ?? 0,
        notBefore: unmutedAt,
      }));
    const plan = planOf(incident, contacts, now);
    if (plan.recovery) await this.store.withdrawWaiting(sql, id, now);
    const mails = plan.recovery
      ? endOf(incident, listeners, await this.store.refusedBy(sql, id))
      : mailsOf(plan, incident, listeners);
    await this.store.write(sql, id, mails, now);
    await this.store.save(sql, id, {
      now,
      opening: plan.opening,
      counts: plan.digest || (plan.opening && incident.toldAt === null),
      digest: mails.some(({ kind }) => kind === 'digest'),
      acknowledgementLapses: plan.acknowledgementLapses,
      lookAt: plan.lookAt,
    });
    if (plan.escalateTo.length > 0) await this.announceEscalation(sql, incident, now);
  }

  /** To each of a server's profiles, so that readers limited to one of them learn of it. */
  private async announceEscalation(sql: Sql, incident: PlannedIncident, now: Date): Promise<void> {
    const { id, profileId, serverHost, cause } = incident;
    const profileIds = serverHost === null ? [profileId] : await this.profiles.idsOnServer(sql, serverHost);
    await this.events.append(
      sql,
      profileIds.map((one) => ({
        type: 'incident.escalated' as const,
        profileId: one,
        mailboxId: null,
        subjectId: id,
        data: { cause, ...(serverHost === null ? {} : { serverHost }) },
      })),
      now,
    );
  }
}

function mailsOf(plan: NotificationPlan, incident: PlannedIncident, listeners: readonly Listener[]): NewNotification[] {
  const owners = listeners.filter(({ role }) => role === 'owner');
  const digest = incident.digests + 1;
  return [
    ...(plan.opening ? owners.filter((one) => !one.heardOpening) : []).map((one) => mail(one, 'opened', 0, incident)),
    // A mail that still waits is written when it goes out, and tells the same.
    ...(plan.digest ? owners.filter((one) => one.heardOpening && !one.hasWaiting) : []).map((one) =>
      mail(one, 'digest', digest, incident),
    ),
    ...listeners
      .filter(({ role, key }) => role === 'contact' && plan.escalateTo.includes(key))
      .map((one) => mail(one, 'escalated', 0, incident)),
  ];
}

/** The end is told to whoever heard of the beginning; to the others in its place, when it was not told before it was over. */
function endOf(
  incident: PlannedIncident,
  listeners: readonly Listener[],
  refused: ReadonlySet<string>,
): NewNotification[] {
  const told = listeners.filter(({ role, key, heardOpening, heardEscalation }) => {
    if (refused.has(key)) return false;
    return role === 'owner' ? heardOpening || (incident.openingOwed && !passedInQuiet(incident)) : heardEscalation;
  });
  return [...new Map(told.map((one) => [one.key, mail(one, 'recovered', 0, incident)])).values()];
}

const mail = (
  { profileId, name, email }: Listener,
  kind: NotificationKind,
  number: number,
  { toldAffected }: PlannedIncident,
): NewNotification => ({ kind, number, profileId, name, email, toldBefore: toldAffected });
