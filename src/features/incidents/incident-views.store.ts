import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { IncidentMailboxRow, IncidentRow, IncidentView } from './incident-row.js';

/** Of a server: muted in each of its profiles. */
const muted = `CASE WHEN i.profile_id IS NOT NULL THEN EXISTS (SELECT FROM muted_causes m WHERE m.profile_id = i.profile_id AND m.code = i.cause)
  WHEN i.server_host IS NOT NULL THEN NOT EXISTS (SELECT FROM email_server_profiles p WHERE p.server_host = i.server_host
    AND NOT EXISTS (SELECT FROM muted_causes m WHERE m.profile_id = p.id AND m.code = i.cause))
  ELSE false END AS muted`;

/** @param reach the parameter that holds the profiles of the reader */
const wholly = (reach: string) =>
  `(${reach}::uuid[] IS NULL OR i.server_host IS NULL
     OR NOT EXISTS (SELECT FROM email_server_profiles p WHERE p.server_host = i.server_host AND p.id <> ALL(${reach}))) AS wholly`;

/** The SQL that reads incidents for people. */
@Injectable()
export class IncidentViewsStore {
  constructor(private readonly dataSource: DataSource) {}

  async find(id: string, profileIds: readonly string[] | null): Promise<IncidentView | null> {
    const rows = await this.dataSource.query<IncidentView[]>(
      `SELECT i.*, ${muted}, ${wholly('$2')} FROM (SELECT * FROM incidents WHERE id = $1) i
       WHERE $2::uuid[] IS NULL OR i.profile_id = ANY($2)
         OR EXISTS (SELECT FROM webhook_endpoints e WHERE e.id = i.endpoint_id AND e.profile_ids <@ $2)
         OR i.server_host IN (SELECT server_host FROM email_server_profiles WHERE id = ANY($2))`,
      [id, profileIds],
    );
    return rows[0] ?? null;
  }

  /** Newest first. */
  async list(query: {
    profileIds: readonly string[] | null;
    profileId: string | null;
    endpointId: string | null;
    open: boolean | null;
    before: string | null;
    limit: number;
  }): Promise<IncidentView[]> {
    const page = (rows: string) =>
      `(SELECT i.* FROM ${rows} AND ($2::uuid IS NULL OR i.endpoint_id = $2)
         AND ($3::boolean IS NULL OR (i.closed_at IS NULL) = $3) AND ($4::uuid IS NULL OR i.id < $4)
       ORDER BY i.id DESC LIMIT $5)`;
    const ofProfiles = 'incidents i WHERE i.profile_id = ANY($1::uuid[])';
    const ofServers =
      'incidents i WHERE i.server_host IN (SELECT server_host FROM email_server_profiles WHERE id = ANY($1::uuid[]))';
    const ofEndpoints =
      'webhook_endpoints e JOIN incidents i ON i.endpoint_id = e.id WHERE e.profile_ids <@ $1::uuid[]';
    const { profileIds: reach, profileId } = query;
    const asked = profileId === null ? reach : reach === null || reach.includes(profileId) ? [profileId] : [];
    // Each kind by its own index: one condition about all of them would have none of them used.
    const kinds =
      asked === null
        ? ['incidents i WHERE $1::uuid[] IS NULL']
        : [ofProfiles, ofServers, ...(profileId === null ? [ofEndpoints] : [])];
    return this.dataSource.query<IncidentView[]>(
      `SELECT i.*, ${muted}, ${wholly('$6')} FROM (SELECT * FROM (${kinds.map(page).join(' UNION ALL ')}) i ORDER BY i.id DESC LIMIT $5) i ORDER BY i.id DESC`,
      [asked, query.endpointId, query.open, query.before, query.limit, reach],
    );
  }

  /** Mailboxes of the profile that met the same cause once and are about to be looked at again. */
  async beingChecked({ profile_id: profileId, cause, closed_at: closedAt }: IncidentRow): Promise<number> {
    if (profileId === null || closedAt !== null) return 0;
    const [row] = await this.dataSource.query<{ count: number }[]>(
      `SELECT count(*)::int AS count FROM mailboxes
       WHERE state = 'verifying' AND profile_id = $1 AND removed_at IS NULL AND failure->>'code' = $2`,
      [profileId, cause],
    );
    return row?.count ?? 0;
  }

  /** Still stopped ones first, then by address. */
  async mailboxesOf(incidentId: string, limit: number): Promise<IncidentMailboxRow[]> {
    return this.dataSource.query<IncidentMailboxRow[]>(
      `SELECT im.mailbox_id, m.email_address, im.joined_at, im.recovered_at
       FROM incident_mailboxes im JOIN mailboxes m ON m.id = im.mailbox_id
       WHERE im.incident_id = $1 ORDER BY im.recovered_at IS NOT NULL, lower(m.email_address) LIMIT $2`,
      [incidentId, limit],
    );
  }
}
