import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Sql } from '../../platform/database/data-source.js';
import { storableJson } from '../../platform/database/storable-text.js';
import type { StoredFailure } from '../failures/failure.js';
import { conditionsOf, type MailboxChoice } from './mailbox-counts.store.js';
import type { MailboxFilterKind } from './mailbox-filter.js';
import type { FolderChoice } from './folder-choice.js';
import type { MailboxState, MailboxStatus } from './mailbox-state.js';
import { MailboxEntity } from './mailbox.entity.js';

export interface NewMailbox {
  readonly id: string;
  readonly profileId: string;
  readonly emailAddress: string;
  readonly displayName: string | null;
  readonly connectingSid: string | null;
  readonly incoming: boolean;
  readonly outgoing: boolean;
  readonly maxSendsPerMinute: number | null;
  readonly filter: MailboxFilterKind;
  readonly folders: readonly FolderChoice[];
  readonly state: Extract<MailboxState, 'active' | 'paused'>;
  readonly approvedAt: Date | null;
}

/** The last test of a mailbox that ended, in short. */
export interface LastTest {
  readonly id: string;
  /** As PostgreSQL writes times in JSON. */
  readonly endedAt: string;
  readonly result: 'success' | 'failure' | 'skipped';
  readonly incoming: 'success' | 'failure' | 'skipped' | null;
  readonly outgoing: 'success' | 'failure' | 'skipped' | null;
  readonly enabled: ('incoming' | 'outgoing')[];
}

/** A mailbox with what the schedule knows of it. */
export type MailboxView = MailboxEntity & {
  readonly nextSyncAt: Date | null;
  readonly running: boolean;
  readonly filteredTotal: number;
  readonly filteredAt: Date | null;
  readonly lastTest: LastTest | null;
};

export interface MailboxFilter extends MailboxChoice {
  readonly after: string | null;
  readonly limit: number;
}

const viewColumns = `
  m.id, m.profile_id AS "profileId", m.email_address AS "emailAddress", m.display_name AS "displayName", m.connecting_sid AS "connectingSid",
  m.incoming, m.outgoing, m.max_sends_per_minute AS "maxSendsPerMinute", m.folders, m.filter, filtered.total AS "filteredTotal", filtered."lastAt" AS "filteredAt", m.approved_at AS "approvedAt", m.state, m.state_since AS "stateSince", m.state_version AS "stateVersion", m.failure, m.failed_probes AS "failedProbes",
  m.last_sync_at AS "lastSyncAt", m.last_error AS "lastError", m.removed_at AS "removedAt", m.created_at AS "createdAt", m.updated_at AS "updatedAt",
  schedule."nextSyncAt", schedule.running, tested.test AS "lastTest"`;

/** The next poll, or for a mailbox that only sends (or whose sending failed) the next try to send. */
const scheduleOf = `LEFT JOIN LATERAL (
  SELECT coalesce(min(w.due_at) FILTER (WHERE w.kind = 'incoming'), min(w.due_at)) AS "nextSyncAt",
    coalesce(bool_or(w.lease_until > $1), false) AS running
  FROM mailbox_work w WHERE w.mailbox_id = m.id AND w.kind IN ('incoming', 'outgoing')) schedule ON true
  CROSS JOIN LATERAL (SELECT coalesce(sum(c.items), 0)::int AS total, max(c.last_at) AS "lastAt" FROM filtered_counts c WHERE c.mailbox_id = m.id) filtered
  LEFT JOIN LATERAL (
    SELECT jsonb_build_object('id', t.id, 'endedAt', t.ended_at, 'result', t.result, 'incoming', t.incoming->>'status', 'outgoing', t.outgoing->>'status', 'enabled', t.enabled) AS test
    FROM mailbox_tests t WHERE t.mailbox_id = m.id AND t.state = 'ended' AND t.result <> 'cancelled' ORDER BY t.id DESC LIMIT 1) tested ON true`;

/** The SQL of mailboxes. A removed mailbox is invisible here from the moment it is deleted. */
@Injectable()
export class MailboxesStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Inserts many in one statement. An address that the profile already has is left alone.
   * @returns ids of those that are new
   */
  async insert(sql: Sql, mailboxes: readonly NewMailbox[], now: Date): Promise<Set<string>> {
    const rows = await sql.query<{ id: string }[]>(
      `INSERT INTO mailboxes (id, profile_id, email_address, display_name, connecting_sid, incoming, outgoing, max_sends_per_minute, filter, folders, state, approved_at, state_since, created_at, updated_at)
       SELECT id, "profileId", "emailAddress", "displayName", "connectingSid", incoming, outgoing, "maxSendsPerMinute", filter, folders, state, "approvedAt", $2, $2, $2
       FROM jsonb_to_recordset($1::jsonb) AS row(id uuid, "profileId" uuid, "emailAddress" text, "displayName" text, "connectingSid" text, incoming boolean, outgoing boolean, "maxSendsPerMinute" integer, filter text, folders jsonb, state text, "approvedAt" timestamptz)
       ON CONFLICT (profile_id, lower(email_address)) WHERE removed_at IS NULL DO NOTHING
       RETURNING id`,
      [storableJson(mailboxes), now],
    );
    return new Set(rows.map((row) => row.id));
  }

  /** Ids of mailboxes by `addressKey` of the addresses asked for, in one statement. */
  async idsOf(
    sql: Sql,
    keys: readonly { readonly profileId: string; readonly emailAddress: string }[],
  ): Promise<Map<string, string>> {
    const rows = await sql.query<{ id: string; profile_id: string; address: string }[]>(
      `SELECT m.id, m.profile_id, row."emailAddress" AS address
       FROM jsonb_to_recordset($1::jsonb) AS row("profileId" uuid, "emailAddress" text)
       JOIN mailboxes m ON m.profile_id = row."profileId" AND lower(m.email_address) = lower(row."emailAddress") AND m.removed_at IS NULL`,
      [storableJson(keys)],
    );
    return new Map(rows.map((row) => [addressKey(row.profile_id, row.address), row.id]));
  }

  /** Which of the profiles exist. The shared lock keeps one from being deleted before the caller commits. */
  async existingProfiles(sql: Sql, profileIds: readonly string[]): Promise<Set<string>> {
    const rows = await sql.query<{ id: string }[]>(
      `SELECT id FROM email_server_profiles WHERE id = ANY($1::uuid[]) ORDER BY id FOR KEY SHARE`,
      [profileIds],
    );
    return new Set(rows.map((row) => row.id));
  }

  async find(id: string, profileIds: readonly string[] | null, now: Date): Promise<MailboxView | null> {
    const rows = await this.dataSource.query<MailboxView[]>(
      `SELECT ${viewColumns} FROM mailboxes m ${scheduleOf} WHERE m.id = $2 AND m.removed_at IS NULL AND ($3::uuid[] IS NULL OR m.profile_id = ANY($3))`,
      [now, id, profileIds],
    );
    return rows[0] ?? null;
  }

  /** In the order of their creation. */
  async list(filter: MailboxFilter, now: Date): Promise<MailboxView[]> {
    const parameters: unknown[] = [now];
    const where = [conditionsOf(filter, parameters)];
    if (filter.after !== null) where.push(`m.id > $${parameters.push(filter.after)}::uuid`);
    parameters.push(filter.limit);
    return this.dataSource.query<MailboxView[]>(
      `SELECT ${viewColumns} FROM (SELECT * FROM mailboxes m WHERE ${where.join(' AND ')} ORDER BY m.id LIMIT $${parameters.length}) m ${scheduleOf} ORDER BY m.id`,
      parameters,
    );
  }

  /** The row, locked against every other change of state until the transaction ends. */
  async lock(manager: EntityManager, id: string): Promise<MailboxEntity | null> {
    return manager
      .createQueryBuilder(MailboxEntity, 'm')
      .setLock('for_no_key_update')
      .where('m.id = :id AND m.removed_at IS NULL', { id })
      .getOne();
  }

  /**
   * Those of the mailboxes that the reader sees, locked as by `lock`, in the order of their ids; `place` sorts them
   * by what they share and is locked later: their server, their profile, then their incident.
   */
  async lockMany(
    sql: Sql,
    ids: readonly string[],
    profileIds: readonly string[] | null,
  ): Promise<(Pick<MailboxEntity, 'id' | 'state' | 'incoming' | 'outgoing'> & { readonly place: string })[]> {
    return sql.query(
      `SELECT m.id, m.state, m.incoming, m.outgoing, concat_ws(' ', p.server_host, m.profile_id, m.failure->>'code') AS place
       FROM mailboxes m JOIN email_server_profiles p ON p.id = m.profile_id
       WHERE m.id = ANY($1::uuid[]) AND m.removed_at IS NULL AND ($2::uuid[] IS NULL OR m.profile_id = ANY($2))
       ORDER BY m.id FOR NO KEY UPDATE OF m`,
      [ids, profileIds],
    );
  }

  /** Compare-and-set: the row is locked, and its version must still be the one that was read. */
  async saveStatus(sql: Sql, mailbox: MailboxEntity, status: MailboxStatus, now: Date): Promise<void> {
    const changed = status.state !== mailbox.state;
    const [, saved] = await sql.query<[unknown[], number]>(
      `UPDATE mailboxes SET state = $3, failure = $4, failed_probes = $5, incoming = $6, outgoing = $7, approved_at = $10,
         state_since = CASE WHEN $8 THEN $9::timestamptz ELSE state_since END, state_version = state_version + 1, updated_at = $9
       WHERE id = $1 AND state_version = $2 RETURNING 1`,
      [
        mailbox.id,
        mailbox.stateVersion,
        status.state,
        status.failure ? storableJson(status.failure) : null,
        status.failedProbes,
        status.incoming,
        status.outgoing,
        changed,
        now,
        status.approvedAt,
      ],
    );
    if (saved === 0) throw new Error(`mailbox ${mailbox.id} changed under its own lock`);
  }

  /**
   * How the last run ended: well (`error` null), or with trouble that passes.
   * @param quietId of a poll that brought nothing: the id for the row of the history that it may begin
   */
  async noteRun(
    sql: Sql,
    id: string,
    error: StoredFailure | null,
    now: Date,
    quietId: string | null = null,
  ): Promise<void> {
    // Counted in this statement, because every mailbox comes by here with every poll.
    const quiet = (column: string, value: string) =>
      `quiet_${column} = CASE WHEN $4::uuid IS NULL THEN quiet_${column} ELSE ${value} END`;
    await sql.query(
      `UPDATE mailboxes SET last_error = $2, last_sync_at = CASE WHEN $2::jsonb IS NULL THEN $3 ELSE last_sync_at END,
         ${quiet('id', 'coalesce(quiet_id, $4)')}, ${quiet('polls', 'quiet_polls + 1')},
         ${quiet('since', 'coalesce(quiet_since, $3)')}, ${quiet('until', '$3')}
       WHERE id = $1`,
      [id, error ? storableJson(error) : null, now, quietId],
    );
  }

  async saveDetails(
    sql: Sql,
    id: string,
    details: {
      emailAddress: string;
      displayName: string | null;
      connectingSid: string | null;
      maxSendsPerMinute: number | null;
    },
    now: Date,
  ): Promise<void> {
    await sql.query(
      `UPDATE mailboxes SET email_address = $2, display_name = $3, connecting_sid = $4, max_sends_per_minute = $5, updated_at = $6 WHERE id = $1`,
      [id, details.emailAddress, details.displayName, details.connectingSid, details.maxSendsPerMinute, now],
    );
  }

  async saveFilter(sql: Sql, id: string, filter: MailboxFilterKind, now: Date): Promise<void> {
    await sql.query(`UPDATE mailboxes SET filter = $2, updated_at = $3 WHERE id = $1`, [id, filter, now]);
  }

  /** Everything is looked at anew; what is stored is recognised. */
  async forgetFolders(sql: Sql, id: string): Promise<void> {
    await sql.query(`DELETE FROM mailbox_folders WHERE mailbox_id = $1`, [id]);
    await sql.query(`UPDATE mailboxes SET folders_resolved_at = NULL WHERE id = $1`, [id]);
  }

  /** The next run looks for the folders in the server's tree. */
  async chooseFolders(sql: Sql, id: string, folders: readonly FolderChoice[], now: Date): Promise<void> {
    await sql.query(`UPDATE mailboxes SET folders = $2, folders_resolved_at = NULL, updated_at = $3 WHERE id = $1`, [
      id,
      storableJson(folders),
      now,
    ]);
  }

  async markRemoved(sql: Sql, id: string, now: Date): Promise<void> {
    await sql.query(`UPDATE mailboxes SET removed_at = $2, updated_at = $2 WHERE id = $1`, [id, now]);
  }
}

export const addressKey = (profileId: string, emailAddress: string): string =>
  `${profileId} ${emailAddress.toLowerCase()}`;
