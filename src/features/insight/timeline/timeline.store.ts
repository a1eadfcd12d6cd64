import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { EntryRow, TimelineType } from './timeline-entry.js';
import { callerName } from '../../identity/callers/caller-name.js';

/**
 * Where entries come from. $1 is the mailbox. A key begins with a digit, so that of what happened at one moment
 * the consequence comes after its cause; each source has keys of its own.
 */
interface Source {
  readonly types: readonly TimelineType[];
  /** Columns at, until, type, key, details, subject_id. */
  readonly sql: string;
}

const incidentDetails = (what: string) =>
  `jsonb_build_object('what', '${what}', 'code', i.cause, 'category', i.last_failure->>'category', 'scope', i.scope, 'serverHost', i.server_host)`;
/** The beginning and the end of what holds the whole profile or server. */
const wideIncidents = (join: string) =>
  (['began', 'ended'] as const).map((what): Source => ({
    types: ['incident'],
    sql: `SELECT ${what === 'began' ? 'i.opened_at' : 'i.closed_at'} AS at, NULL::timestamptz AS until, 'incident' AS type,
       '4' || i.id || '${what === 'began' ? 'c' : 'd'}' AS key, ${incidentDetails(what)} AS details, i.id AS subject_id
     FROM mailboxes m ${join} WHERE m.id = $1 ${what === 'began' ? '' : 'AND i.closed_at IS NOT NULL'}`,
  }));
/** OFFSET 0, here and below: by the index, one after the other, however many the planner expects. */
const ofProfile =
  'CROSS JOIN LATERAL (SELECT * FROM incidents WHERE profile_id = m.profile_id AND suspends OFFSET 0) i';
const ofServer =
  'JOIN email_server_profiles p ON p.id = m.profile_id CROSS JOIN LATERAL (SELECT * FROM incidents WHERE server_host = p.server_host OFFSET 0) i';
const ofMember = 'CROSS JOIN LATERAL (SELECT * FROM incidents WHERE id = im.incident_id OFFSET 0) i';
const memberships = (what: 'joined' | 'left', time: string, mark: string): Source => ({
  types: ['incident'],
  sql: `SELECT ${time} AS at, NULL::timestamptz AS until, 'incident' AS type, '4' || im.incident_id || '${mark}' AS key,
     ${incidentDetails(what)} AS details, im.incident_id AS subject_id
   FROM incident_mailboxes im ${ofMember} WHERE im.mailbox_id = $1 AND ${time} IS NOT NULL`,
});
const toldOfIt = 'CROSS JOIN LATERAL (SELECT * FROM notifications WHERE incident_id = i.id OFFSET 0) n';
const notificationsOf = (incidents: string): Source => ({
  types: ['notification'],
  sql: `SELECT n.created_at AS at, n.sent_at AS until, 'notification' AS type, '5' || n.id AS key,
     jsonb_build_object('kind', n.kind, 'state', n.state, 'recipient', n.recipient_email, 'code', i.cause, 'category', i.last_failure->>'category', 'incidentId', i.id) AS details,
     n.id AS subject_id
   FROM ${incidents}`,
});

const sources: readonly Source[] = [
  {
    types: ['state', 'run', 'polls'],
    sql: `SELECT h.at, h.until, h.type, (CASE h.type WHEN 'polls' THEN '6' WHEN 'run' THEN '2' ELSE '3' END) || h.id AS key,
       CASE WHEN h.details ? 'by' THEN h.details || jsonb_build_object('by', ${callerName("(h.details->>'by')::uuid")}) ELSE h.details END AS details,
       NULL::uuid AS subject_id
     FROM mailbox_history h WHERE h.mailbox_id = $1`,
  },
  {
    types: ['polls'],
    sql: `SELECT m.quiet_since AS at, m.quiet_until AS until, 'polls' AS type, '6' || m.quiet_id AS key,
       jsonb_build_object('count', m.quiet_polls) AS details, NULL::uuid AS subject_id
     FROM mailboxes m WHERE m.id = $1 AND m.quiet_id IS NOT NULL`,
  },
  {
    types: ['state'],
    sql: `SELECT m.created_at AS at, NULL::timestamptz AS until, 'state' AS type, '0' || m.id AS key, jsonb_build_object('why', 'created') AS details, NULL::uuid AS subject_id
     FROM mailboxes m WHERE m.id = $1`,
  },
  memberships('joined', 'im.joined_at', 'a'),
  memberships('left', 'im.recovered_at', 'b'),
  ...wideIncidents(ofProfile),
  ...wideIncidents(ofServer),
  // Of a long incident the mailbox's own time in it, its beginning and its end.
  notificationsOf(`incident_mailboxes im ${ofMember} ${toldOfIt}
    WHERE im.mailbox_id = $1 AND (n.kind IN ('opened', 'recovered') OR n.created_at BETWEEN im.joined_at AND coalesce(im.recovered_at, 'infinity'))`),
  notificationsOf(
    `mailboxes m ${ofProfile} ${toldOfIt} WHERE m.id = $1
     AND NOT EXISTS (SELECT FROM incident_mailboxes im WHERE im.incident_id = i.id AND im.mailbox_id = m.id)`,
  ),
  // A server's incident is told to the people of all its profiles; here to those of the mailbox's own.
  notificationsOf(
    `mailboxes m ${ofServer} ${toldOfIt} WHERE m.id = $1 AND lower(n.recipient_email) IN (lower(p.owner_email), lower(p.escalation_email))`,
  ),
  ...(['created_at', 'finished_at'] as const).map((time): Source => ({
    types: ['backfill'],
    sql: `SELECT b.${time} AS at, NULL::timestamptz AS until, 'backfill' AS type, '3' || b.id || '${time === 'created_at' ? 'a' : 'b'}' AS key,
       jsonb_build_object('state', ${time === 'created_at' ? `'requested'` : 'b.state'}, 'from', b.range_from, 'to', b.range_to, 'stored', b.stored, 'known', b.known, 'failed', b.failed) AS details,
       b.id AS subject_id
     FROM backfills b WHERE b.mailbox_id = $1 AND b.${time} IS NOT NULL`,
  })),
  {
    types: ['audit'],
    sql: `SELECT a.audited_at AS at, NULL::timestamptz AS until, 'audit' AS type, '3' || a.id AS key,
       jsonb_build_object('folder', coalesce((SELECT f.path FROM mailbox_folders f WHERE f.mailbox_id = a.mailbox_id AND f.folder = a.folder), a.folder),
         'compared', a.compared, 'missing', a.missing, 'surplus', a.surplus, 'misplaced', a.misplaced, 'recurring', a.recurring) AS details, a.id AS subject_id
     FROM audits a WHERE a.mailbox_id = $1`,
  },
  {
    types: ['item-failure'],
    sql: `SELECT f.first_at AS at, f.retry_at AS until, 'item-failure' AS type, '2' || md5(f.item_id)::uuid AS key,
       jsonb_build_object('itemId', f.item_id, 'code', f.code, 'attempts', f.attempts, 'incomplete', f.kind = 'incomplete', 'setAside', f.retry_at IS NULL) AS details, NULL::uuid AS subject_id
     FROM item_failures f WHERE f.mailbox_id = $1 AND f.kind <> 'missing'`,
  },
];

/** Each source gives its own page, by its index, and the page is the newest of them. */
const pageOf = (sql: string, types: readonly TimelineType[]) =>
  `(SELECT * FROM (${sql}) e
    WHERE e.at BETWEEN $5 AND bound.at AND (e.at < bound.at OR e.key COLLATE "C" < $3)
      AND e.type IN (${types.map((type) => `'${type}'`).join(', ')})
    ORDER BY e.at DESC, e.key COLLATE "C" DESC LIMIT $4)`;

export interface TimelineQuery {
  readonly mailboxId: string;
  /** Where the page before ended; null: from now on back. */
  readonly before: { readonly position: string; readonly key: string } | null;
  readonly types: readonly TimelineType[];
  readonly from: Date;
  readonly limit: number;
}

/** The SQL that reads what happened to a mailbox out of the tables that know it. */
@Injectable()
export class TimelineStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Newest first. One statement, so that what moves from one source to another is told once. */
  async page({ mailboxId, before, types, from, limit }: TimelineQuery): Promise<EntryRow[]> {
    const asked = sources.filter((source) => source.types.some((type) => types.includes(type)));
    return this.dataSource.query<EntryRow[]>(
      `SELECT e.at, e.until, e.type, e.key, e.details, e.subject_id AS "subjectId", (extract(epoch FROM e.at) * 1000000)::bigint::text AS position
       FROM (SELECT coalesce(timestamptz 'epoch' + $2::bigint * interval '1 microsecond', 'infinity') AS at) bound
       CROSS JOIN LATERAL (${asked
         .map(({ sql, types: own }) =>
           pageOf(
             sql,
             types.filter((type) => own.includes(type)),
           ),
         )
         .join(' UNION ALL ')}) e
       ORDER BY e.at DESC, e.key COLLATE "C" DESC LIMIT $4`,
      [mailboxId, before?.position ?? null, before?.key ?? '~', limit, from],
    );
  }
}
