import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { IncidentRow } from './incident-row.js';

/** Nobody needs to know it more exactly, and a count must end. */
const maxCounted = 100_000;
/** So many of the latest sent messages are looked through for those that waited. */
const maxLookedAt = 20_000;

/** What came back after an incident. Null: nothing that is known of yet. */
interface CatchUp {
  readonly received: number | null;
  readonly sent: number | null;
}

/** The SQL that counts what an incident held up, once it is over. */
@Injectable()
export class CatchUpStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Of its mailboxes, or of its profiles when it held up all of them: messages that arrived on the server
   * meanwhile and are here, and messages that were accepted meanwhile and have been sent. Counts end at 100,000.
   */
  async of(incident: IncidentRow): Promise<CatchUp> {
    if (incident.closed_at === null || incident.endpoint_id !== null || incident.scope === 'notice')
      return { received: null, sent: null };
    const parameters = [incident.id, incident.profile_id, incident.server_host, incident.opened_at, incident.closed_at];
    const [received, sent] =
      incident.affected > 0 ? [receivedByMembers, sentByMembers] : [receivedByProfiles, sentByProfiles];
    const [row] = await this.dataSource.query<{ received: number; sent: number }[]>(
      `WITH profile AS MATERIALIZED (
         SELECT id FROM email_server_profiles WHERE id = $2::uuid UNION SELECT id FROM email_server_profiles WHERE server_host = $3::text
       ), told AS (SELECT $1::uuid AS id, $4::timestamptz AS opened_at, $5::timestamptz AS closed_at)
       SELECT (SELECT count(*)::int FROM (${received} LIMIT ${maxCounted}) r) AS received,
         (SELECT count(*)::int FROM (${sent}) s) AS sent`,
      parameters,
    );
    // Nothing yet may only mean that it is on its way.
    return { received: row?.received || null, sent: row?.sent || null };
  }
}

const receivedByMembers = `
  SELECT FROM told JOIN incident_mailboxes im ON im.incident_id = told.id
  JOIN messages m ON m.mailbox_id = im.mailbox_id AND m.received_at >= im.joined_at AND m.received_at <= coalesce(im.recovered_at, told.closed_at)`;

const receivedByProfiles = `
  SELECT FROM told CROSS JOIN profile
  JOIN messages m ON m.profile_id = profile.id AND m.content_removed_at IS NULL AND m.received_at BETWEEN told.opened_at AND told.closed_at`;

/** By the index of content that can go by age, whose order is that of the last change: sending, for nearly all. */
const sentSince = `
  SELECT o.mailbox_id, o.created_at, o.sent_at FROM told CROSS JOIN profile CROSS JOIN LATERAL (
    SELECT o.* FROM outgoing_messages o
    WHERE o.profile_id = profile.id AND o.content_removed_at IS NULL AND o.state IN ('sent', 'failed', 'cancelled') AND o.updated_at >= told.opened_at
    ORDER BY o.updated_at DESC LIMIT ${maxLookedAt}
  ) o WHERE o.state = 'sent'`;

const sentByMembers = `
  SELECT FROM told CROSS JOIN (${sentSince}) o JOIN incident_mailboxes im ON im.incident_id = told.id AND im.mailbox_id = o.mailbox_id
  WHERE o.created_at >= im.joined_at AND o.created_at <= coalesce(im.recovered_at, told.closed_at)`;

const sentByProfiles = `SELECT FROM told CROSS JOIN (${sentSince}) o WHERE o.created_at BETWEEN told.opened_at AND told.closed_at`;
