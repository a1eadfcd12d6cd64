import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/data-source.js';
import type { EventType } from '../feed/event.js';
import { EventsStore } from '../feed/events.store.js';
import { ProfileNamesStore } from '../profiles/profile-names.store.js';
import type { StoredFailure } from '../failures/failure.js';
import { IncidentsStore } from './incidents.store.js';

/**
 * A server that does not answer is one incident, whatever it fails with and however many profiles it serves.
 * As with mailboxes, what its owners are to be told and the events are of the same transaction.
 */
@Injectable()
export class ServerIncidents {
  constructor(
    private readonly incidents: IncidentsStore,
    private readonly profiles: ProfileNamesStore,
    private readonly events: EventsStore,
  ) {}

  /** Opens its incident, or counts one more failure into it. */
  async away(sql: Sql, serverHost: string, failure: StoredFailure, firstFailureAt: Date, at: Date): Promise<void> {
    const subject = { serverHost };
    const incident = { subject, cause: failure.code, scope: 'server' as const, failure, at, firstFailureAt };
    const { id, opened } = await this.incidents.openOrJoin(sql, incident);
    if (!opened) return;
    await this.tell(sql, 'incident.opened', serverHost, id, { cause: failure.code, scope: incident.scope }, at);
  }

  async answers(sql: Sql, serverHost: string, at: Date): Promise<void> {
    for (const { id, cause } of await this.incidents.closeOfServer(sql, serverHost, at))
      await this.tell(sql, 'incident.closed', serverHost, id, { cause }, at);
  }

  /**
   * Servers that no profile names any more will answer nobody, so nothing else would end their incidents.
   * @param profileId the last one that did; null when it is gone
   */
  async forgotten(sql: Sql, profileId: string | null, at: Date): Promise<void> {
    for (const { id, cause, serverHost } of await this.incidents.closeOfForgottenServers(sql, at))
      await this.tell(sql, 'incident.closed', serverHost, id, { cause }, at, [profileId]);
  }

  /** To each of its profiles, so that readers limited to one of them learn of it. */
  private async tell(
    sql: Sql,
    type: EventType,
    serverHost: string,
    incidentId: string,
    data: Readonly<Record<string, string>>,
    at: Date,
    profileIds?: readonly (string | null)[],
  ): Promise<void> {
    const told = (profileIds ?? (await this.profiles.idsOnServer(sql, serverHost))).map((profileId) => ({
      type,
      profileId,
      mailboxId: null,
      subjectId: incidentId,
      data: { ...data, serverHost },
    }));
    await this.events.append(sql, told, at);
  }
}
