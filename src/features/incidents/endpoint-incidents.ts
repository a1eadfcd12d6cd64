import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/data-source.js';
import { EndpointListener, type GivenUpEndpoint, type KnownEndpoint } from '../webhooks/endpoint-listener.js';
import type { EventType } from '../feed/event.js';
import { EventsStore } from '../feed/events.store.js';
import type { EndpointFailure } from './endpoint-failure.js';
import { IncidentsStore } from './incidents.store.js';

const codes = { gone: 'WebhookGone', failing: 'WebhookFailing' } as const;

/**
 * A webhook endpoint that was given up is an incident of its own, until a person switches it on again or
 * removes it. As with mailboxes, its notification and its event are of the same transaction.
 */
@Injectable()
export class EndpointIncidents extends EndpointListener {
  constructor(
    private readonly incidents: IncidentsStore,
    private readonly events: EventsStore,
  ) {
    super();
  }

  override async givenUp(sql: Sql, endpoint: GivenUpEndpoint, at: Date): Promise<void> {
    const failure: EndpointFailure = {
      code: codes[endpoint.reason],
      url: endpoint.url,
      message: endpoint.error,
      failingSince: endpoint.failingSince.toISOString(),
      waitingSince: endpoint.waitingSince.toISOString(),
      at: at.toISOString(),
    };
    const subject = { endpointId: endpoint.id };
    const incident = { subject, cause: failure.code, scope: 'endpoint' as const, failure, at };
    const { id, opened } = await this.incidents.openOrJoin(sql, incident);
    if (!opened) return;
    await this.tell(sql, 'incident.opened', endpoint, id, { cause: failure.code, scope: incident.scope }, at);
  }

  override async switchedOn(sql: Sql, endpoint: KnownEndpoint, at: Date): Promise<void> {
    await this.close(sql, endpoint, at, true);
  }

  override async removed(sql: Sql, endpoint: KnownEndpoint, at: Date): Promise<void> {
    await this.close(sql, endpoint, at, false);
  }

  private async close(sql: Sql, endpoint: KnownEndpoint, at: Date, told: boolean): Promise<void> {
    const closed = await this.incidents.closeOfEndpoint(sql, endpoint.id, at, told);
    for (const { id, cause } of closed) await this.tell(sql, 'incident.closed', endpoint, id, { cause }, at);
  }

  /** To each profile that the endpoint is for, so that readers limited to one of them learn of it. */
  private async tell(
    sql: Sql,
    type: EventType,
    { id: endpointId, profileIds }: KnownEndpoint,
    incidentId: string,
    data: Readonly<Record<string, string>>,
    at: Date,
  ): Promise<void> {
    const told = (profileIds ?? [null]).map((profileId) => ({
      type,
      profileId,
      mailboxId: null,
      subjectId: incidentId,
      data: { ...data, endpointId },
    }));
    await this.events.append(sql, told, at);
  }
}
