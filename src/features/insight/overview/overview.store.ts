import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { MailboxState } from '../../mailboxes/mailbox-state.js';
import type { ProfileFacts } from './server-health.js';

export interface MailboxCount {
  readonly profileId: string;
  readonly state: MailboxState;
  readonly mailboxes: number;
  readonly unapproved: number;
}

type Reach = readonly string[] | null;

/** The SQL of the overview: how everything stands at the moment. */
@Injectable()
export class OverviewStore {
  constructor(private readonly dataSource: DataSource) {}

  /** One pass over the mailboxes that the reader sees. */
  async mailboxes(reach: Reach): Promise<MailboxCount[]> {
    const [condition, parameters] = reach === null ? ['true', []] : ['profile_id = ANY($1::uuid[])', [reach]];
    return this.dataSource.query<MailboxCount[]>(
      `SELECT state, count(*)::int AS mailboxes, (count(*) FILTER (WHERE approved_at IS NULL))::int AS unapproved, profile_id AS "profileId"
       FROM mailboxes WHERE removed_at IS NULL AND ${condition} GROUP BY profile_id, state`,
      parameters,
    );
  }

  /** Those that GET /v1/incidents?open=true lists, each kind by its own index as there. */
  async openIncidents(reach: Reach): Promise<{ open: number; unacknowledged: number }> {
    const of = (rows: string) => `SELECT i.acknowledged_at FROM ${rows} AND i.closed_at IS NULL`;
    const kinds =
      reach === null
        ? of('incidents i WHERE true')
        : [
            of('incidents i WHERE i.profile_id = ANY($1::uuid[])'),
            of(
              'incidents i WHERE i.server_host IN (SELECT server_host FROM email_server_profiles WHERE id = ANY($1::uuid[]))',
            ),
            of('webhook_endpoints e JOIN incidents i ON i.endpoint_id = e.id WHERE e.profile_ids <@ $1::uuid[]'),
          ].join(' UNION ALL ');
    const [row] = await this.dataSource.query<{ open: number; unacknowledged: number }[]>(
      `SELECT count(*)::int AS open, (count(*) FILTER (WHERE acknowledged_at IS NULL))::int AS unacknowledged FROM (${kinds}) i`,
      reach === null ? [] : [reach],
    );
    return row ?? { open: 0, unacknowledged: 0 };
  }

  async outgoing(reach: Reach): Promise<{ waiting: number; failed: number }> {
    const [row] = await this.dataSource.query<{ waiting: number; failed: number }[]>(
      `SELECT (count(*) FILTER (WHERE o.state <> 'failed'))::int AS waiting, (count(*) FILTER (WHERE o.state = 'failed'))::int AS failed
       FROM outgoing_messages o WHERE o.state IN ('pending', 'sending', 'failed') AND ($1::uuid[] IS NULL OR o.profile_id = ANY($1))`,
      [reach],
    );
    return row ?? { waiting: 0, failed: 0 };
  }

  async profiles(reach: Reach, now: Date): Promise<ProfileFacts[]> {
    return this.dataSource.query<ProfileFacts[]>(
      `SELECT p.id, p.name, coalesce(p.server_host, p.ews_url) AS host, s.failing_since AS "awaySince",
         (SELECT i.id FROM incidents i WHERE i.server_host = s.host AND i.closed_at IS NULL LIMIT 1) AS "awayIncidentId",
         pace.suspended_cause IS NOT NULL AS "isSuspended", suspending.opened_at AS "suspendedSince", suspending.id AS "suspendedIncidentId",
         CASE WHEN pace.hold_until > $2 THEN pace.grown_at END AS "throttledSince"
       FROM email_server_profiles p LEFT JOIN profile_pacing pace ON pace.profile_id = p.id
       LEFT JOIN server_pacing s ON s.host = p.server_host AND s.suspended_cause IS NOT NULL
       LEFT JOIN LATERAL (
         SELECT i.id, i.opened_at FROM incidents i WHERE i.profile_id = p.id AND i.suspends AND i.closed_at IS NULL
         ORDER BY i.opened_at DESC LIMIT 1) suspending ON pace.suspended_cause IS NOT NULL
       WHERE $1::uuid[] IS NULL OR p.id = ANY($1) ORDER BY p.name, p.id`,
      [reach, now],
    );
  }
}
