import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { Sql } from '../../platform/database/data-source.js';
import { defineProblem, Problem, problems } from '../../platform/http/problem.js';
import type { EventType } from '../feed/event.js';
import { EventsStore } from '../feed/events.store.js';
import { ProfileNamesStore } from '../profiles/profile-names.store.js';
import type { Actor } from './actor.js';
import {
  IncidentActsStore,
  type ActedOnIncident,
  type IncidentAct,
  type IncidentActRow,
} from './incident-acts.store.js';

export const incidentClosed = defineProblem({
  code: 'incident-closed',
  status: 409,
  title: 'The incident is over',
  retryable: false,
  remediation: 'There is nothing left to do about it; a new failure opens a new incident.',
});

export const incidentShared = defineProblem({
  code: 'incident-shared',
  status: 403,
  title: 'The incident is about profiles beyond the caller’s reach as well',
  retryable: false,
  remediation: 'Let somebody act who is not limited to profiles, or who has all profiles of the server.',
});

/** What people do with incidents, each with its event, and with who did it. */
@Injectable()
export class IncidentActs {
  constructor(
    private readonly store: IncidentActsStore,
    private readonly profiles: ProfileNamesStore,
    private readonly events: EventsStore,
    private readonly clock: Clock,
  ) {}

  /** Somebody takes it up: no escalation and no daily digest until it grows. @throws Problem not-found, incident-closed */
  async acknowledge(sql: Sql, id: string, by: Actor): Promise<void> {
    const incident = await this.open(sql, id);
    if (incident.acknowledgedAffected === incident.affected) return;
    await this.store.acknowledge(sql, id, by, this.clock.now());
    await this.note(sql, id, incident, 'acknowledged', by, {});
  }

  /** No mail until then; null: no longer, as if the time had come. @throws Problem not-found, incident-closed */
  async snooze(sql: Sql, id: string, until: Date | null, by: Actor): Promise<void> {
    const incident = await this.open(sql, id);
    const now = this.clock.now();
    const { snoozedUntil } = incident;
    if (until === null ? !snoozedUntil || snoozedUntil <= now : snoozedUntil?.getTime() === until.getTime()) return;
    if (until === null) await this.store.endSnooze(sql, id, now);
    else await this.store.snooze(sql, id, until, by);
    await this.note(sql, id, incident, 'snoozed', by, { until: until?.toISOString() ?? null });
  }

  /** Further mail goes to somebody else, or to the owner again. @throws Problem not-found, incident-closed */
  async reassign(sql: Sql, id: string, to: { name: string; email: string } | null, by: Actor): Promise<void> {
    const incident = await this.open(sql, id);
    if (incident.assigneeName === (to?.name ?? null) && incident.assigneeEmail === (to?.email ?? null)) return;
    await this.store.assign(sql, id, to, this.clock.now());
    await this.note(sql, id, incident, 'reassigned', by, { assignee: to });
  }

  /** Also when it is over. @throws Problem not-found */
  async comment(sql: Sql, id: string, text: string, by: Actor): Promise<IncidentActRow> {
    const incident = await this.store.lock(sql, id);
    if (!incident) throw new Problem(problems.notFound);
    const comment = await this.store.add(sql, id, { act: 'commented', by, data: { text } }, this.clock.now());
    await this.announce(sql, id, incident, 'incident.commented', { commentId: comment.id, by });
    return comment;
  }

  /** Somebody had its mailboxes looked at. @param reach the profiles that whoever did so sees; others are not told */
  async checked(sql: Sql, id: string, mailboxes: number, by: Actor, reach: readonly string[] | null): Promise<void> {
    await this.note(sql, id, await this.open(sql, id), 'checked', by, { mailboxes }, reach);
  }

  private async open(sql: Sql, id: string): Promise<ActedOnIncident> {
    const incident = await this.store.lock(sql, id);
    if (!incident) throw new Problem(problems.notFound);
    if (incident.closedAt) throw new Problem(incidentClosed);
    return incident;
  }

  private async note(
    sql: Sql,
    id: string,
    incident: ActedOnIncident,
    act: Exclude<IncidentAct, 'commented'>,
    by: Actor,
    data: Readonly<Record<string, unknown>>,
    reach: readonly string[] | null = null,
  ): Promise<void> {
    await this.store.add(sql, id, { act, by, data }, this.clock.now());
    await this.announce(sql, id, incident, `incident.${act}`, { ...data, by }, reach);
  }

  /** A server’s incident to each of its profiles, so that readers limited to one of them learn of it. */
  private async announce(
    sql: Sql,
    subjectId: string,
    { profileId, serverHost }: ActedOnIncident,
    type: EventType,
    data: Readonly<Record<string, unknown>>,
    reach: readonly string[] | null = null,
  ): Promise<void> {
    const profileIds = serverHost === null ? [profileId] : await this.profiles.idsOnServer(sql, serverHost);
    const told = profileIds
      .filter((one) => reach === null || one === null || reach.includes(one))
      .map((one) => ({ type, profileId: one, mailboxId: null, subjectId, data }));
    await this.events.append(sql, told, this.clock.now());
  }
}
