import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../../platform/database/data-source.js';
import { storableJson } from '../../../platform/database/storable-text.js';
import type { StoredFailure } from '../../failures/failure.js';
import type { WatchedFolder } from '../../mailboxes/folder-choice.js';
import type { Backfill, BackfillState } from './backfill.js';
import type { RangePosition } from '../incoming/range-position.js';

interface BackfillRow extends Omit<Backfill, 'position'> {
  readonly since: Date;
  readonly offset: number;
  readonly reached: Date | null;
  readonly seen: string[];
}

/** What a page adds. */
export interface BackfillProgress {
  readonly folderIndex: number;
  readonly position: RangePosition;
  readonly stored: number;
  readonly known: number;
  readonly failed: number;
}

const columns = `b.id, b.mailbox_id AS "mailboxId", b.profile_id AS "profileId", b.state, b.range_from AS "from", b.range_to AS "to", b.folders, b.places, b.account,
  b.folder_index AS "folderIndex", b.since, b.page_offset AS "offset", b.reached, b.seen, b.total, b.stored, b.known, b.failed, b.attempts,
  b.last_failure AS "lastFailure", b.created_at AS "createdAt", b.started_at AS "startedAt", b.updated_at AS "updatedAt", b.finished_at AS "finishedAt"`;

/** With its mailbox a backfill disappears at once, though its row goes later. */
const source = `backfills b JOIN mailboxes m ON m.id = b.mailbox_id AND m.removed_at IS NULL`;

/** The SQL of backfills. */
@Injectable()
export class BackfillsStore {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns false when the mailbox has an active one already */
  async insert(
    sql: Sql,
    backfill: { id: string; mailboxId: string; from: Date; to: Date; folders: readonly string[] | null },
    now: Date,
  ): Promise<boolean> {
    const rows = await sql.query<unknown[]>(
      `INSERT INTO backfills (id, mailbox_id, profile_id, state, range_from, range_to, folders, since, created_at, updated_at)
       SELECT $1, m.id, m.profile_id, 'active', $3, $4, $5, $3, $6, $6 FROM mailboxes m WHERE m.id = $2
       ON CONFLICT (mailbox_id) WHERE state = 'active' DO NOTHING RETURNING id`,
      [backfill.id, backfill.mailboxId, backfill.from, backfill.to, backfill.folders, now],
    );
    return rows.length > 0;
  }

  async active(mailboxId: string, sql: Sql = this.dataSource): Promise<Backfill | null> {
    const [row] = await sql.query<BackfillRow[]>(
      `SELECT ${columns} FROM backfills b WHERE b.mailbox_id = $1 AND b.state = 'active'`,
      [mailboxId],
    );
    return row ? backfillOf(row) : null;
  }

  async find(sql: Sql, mailboxId: string, id: string, profileIds: readonly string[] | null): Promise<Backfill | null> {
    const [row] = await sql.query<BackfillRow[]>(
      `SELECT ${columns} FROM ${source} WHERE b.id = $2 AND b.mailbox_id = $1 AND ($3::uuid[] IS NULL OR b.profile_id = ANY($3))`,
      [mailboxId, id, profileIds],
    );
    return row ? backfillOf(row) : null;
  }

  /** Newest first. */
  async list(mailboxId: string, before: string | null, limit: number): Promise<Backfill[]> {
    const rows = await this.dataSource.query<BackfillRow[]>(
      `SELECT ${columns} FROM backfills b
       WHERE b.mailbox_id = $1 AND b.id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') ORDER BY b.id DESC LIMIT $3`,
      [mailboxId, before, limit],
    );
    return rows.map(backfillOf);
  }

  /** The first run, or the first one on what may be another mailbox of the server: from the beginning. */
  async begin(
    sql: Sql,
    id: string,
    beginning: { account: string; places: readonly WatchedFolder[]; total: number | null },
    now: Date,
  ): Promise<void> {
    await sql.query(
      `UPDATE backfills SET account = $2, places = $3, total = $4, started_at = coalesce(started_at, $5), updated_at = $5,
         folder_index = 0, since = range_from, page_offset = 0, reached = NULL, seen = '{}', stored = 0, known = 0, failed = 0
       WHERE id = $1 AND state = 'active'`,
      [id, beginning.account, storableJson(beginning.places), beginning.total, now],
    );
  }

  /** @returns false when the backfill is active no more: somebody cancelled it */
  async advance(sql: Sql, id: string, progress: BackfillProgress, now: Date): Promise<boolean> {
    const { position } = progress;
    const [, advanced] = await sql.query<[unknown[], number]>(
      `UPDATE backfills SET folder_index = $2, since = $3, page_offset = $4, reached = $5, seen = $6,
         stored = stored + $7, known = known + $8, failed = failed + $9, attempts = 0, last_failure = NULL, updated_at = $10
       WHERE id = $1 AND state = 'active' RETURNING 1`,
      [
        id,
        progress.folderIndex,
        position.since,
        position.offset,
        position.reached,
        position.seen,
        progress.stored,
        progress.known,
        progress.failed,
        now,
      ],
    );
    return advanced > 0;
  }

  /** Another folder is read first; this one later, from its beginning. */
  async putOff(sql: Sql, id: string, places: readonly WatchedFolder[], position: RangePosition): Promise<void> {
    await sql.query(
      `UPDATE backfills SET places = $2, since = $3, page_offset = $4, reached = $5, seen = $6 WHERE id = $1 AND state = 'active'`,
      [id, storableJson(places), position.since, position.offset, position.reached, position.seen],
    );
  }

  async noteFailure(sql: Sql, id: string, failure: StoredFailure, now: Date): Promise<void> {
    await sql.query(
      `UPDATE backfills SET attempts = attempts + 1, last_failure = $2, updated_at = $3 WHERE id = $1 AND state = 'active'`,
      [id, storableJson(failure), now],
    );
  }

  /** Compare-and-set from active. @returns the backfill as it ended; null when it had ended before */
  async end(sql: Sql, id: string, state: Exclude<BackfillState, 'active'>, now: Date): Promise<Backfill | null> {
    const [rows] = await sql.query<[BackfillRow[], number]>(
      `UPDATE backfills b SET state = $2, finished_at = $3, updated_at = $3 WHERE b.id = $1 AND b.state = 'active' RETURNING ${columns}`,
      [id, state, now],
    );
    return rows[0] ? backfillOf(rows[0]) : null;
  }
}

function backfillOf({ since, offset, reached, seen, ...row }: BackfillRow): Backfill {
  return { ...row, position: { since, offset, reached, seen } };
}
