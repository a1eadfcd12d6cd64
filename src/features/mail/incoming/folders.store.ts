import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../../platform/database/data-source.js';
import { storableJson } from '../../../platform/database/storable-text.js';
import type { StoredFailure } from '../../failures/failure.js';
import type { FolderChoice, WatchedFolder } from '../../mailboxes/folder-choice.js';
import { folderRefOf } from './folder-attribution.js';
import type { FolderPages, FolderProgress, FolderTrouble, OtherWay } from './folder-progress.js';
import { startOfImport, type ImportPosition } from './import-position.js';

interface ProgressRow extends Omit<
  FolderProgress,
  'importAt' | 'pages' | 'fallback' | 'listedRows' | 'recheck' | 'trouble'
> {
  readonly importAt: PositionJson | null;
  readonly recheck: PositionJson | null;
  readonly findPage: number | null;
  readonly syncPage: number | null;
  readonly pagesChangedAt: Date | null;
  readonly listedBy: OtherWay | null;
  readonly listedByUntil: Date | null;
  /** bigint, which the driver gives as text. */
  readonly listedRows: string;
  readonly failedAttempts: number;
  readonly failingSince: Date | null;
  readonly retryAt: Date | null;
  readonly failure: StoredFailure | null;
}

/** An import position as its column keeps it; dates in ISO 8601. */
interface PositionJson {
  readonly since: string;
  readonly offset: number;
  readonly newest: string | null;
  readonly ordered: boolean;
}

const columns = `folder, import_from AS "importFrom", import_reached AS "importReached", import_at AS "importAt", imported_at AS "importedAt",
  sync_state AS "syncState", baseline_at AS "baselineAt", find_page AS "findPage", sync_page AS "syncPage", pages_changed_at AS "pagesChangedAt",
  listed_by AS "listedBy", listed_by_until AS "listedByUntil", fallbacks, state_refusals AS "stateRefusals", way_failures AS "wayFailures", listed_rows AS "listedRows",
  recheck, rechecked_at AS "recheckedAt", failed_attempts AS "failedAttempts", failing_since AS "failingSince", retry_at AS "retryAt", failure`;

const noTrouble = 'failed_attempts = 0, failing_since = NULL, retry_at = NULL, failure = NULL';

/** A watched folder as the API shows it. */
export interface FolderView extends FolderProgress {
  readonly path: string | null;
  readonly missingSince: Date | null;
  /** Why it is listed in another way than the usual one, and since when. */
  readonly fallbackCode: string | null;
  readonly fallbackSince: Date | null;
  /** Changes that named no item, and when the last of them came. */
  readonly unlisted: number;
  readonly unlistedAt: Date | null;
}

@Injectable()
export class FoldersStore {
  constructor(private readonly dataSource: DataSource) {}

  /** The folders found at the last look at the tree. */
  async watched(mailboxId: string): Promise<WatchedFolder[]> {
    const rows = await this.dataSource.query<{ folder: string; path: string }[]>(
      `SELECT folder, coalesce(path, folder) AS path FROM mailbox_folders
       WHERE mailbox_id = $1 AND watched AND missing_since IS NULL ORDER BY folder`,
      [mailboxId],
    );
    return rows.map(({ folder, path }) => ({ key: folder, path, ref: folderRefOf(folder) }));
  }

  /** Every folder that is or is to be watched, for people to see. */
  async views(mailboxId: string): Promise<FolderView[]> {
    const rows = await this.dataSource.query<(ProgressRow & Omit<FolderView, keyof FolderProgress>)[]>(
      `SELECT ${columns}, path, missing_since AS "missingSince", listed_by_code AS "fallbackCode", listed_by_since AS "fallbackSince",
         unlisted, unlisted_at AS "unlistedAt"
       FROM mailbox_folders WHERE mailbox_id = $1 AND watched ORDER BY lower(path), folder`,
      [mailboxId],
    );
    return rows.map((row) => ({ ...row, ...progressOf(row) }));
  }

  /**
   * Writes down what a look at the tree found. A path that leads nowhere is a row under its own path, so
   * that people see it; a folder that is no longer chosen keeps its progress for the day it is again.
   */
  async watch(
    sql: Sql,
    mailboxId: string,
    found: { readonly watched: readonly WatchedFolder[]; readonly missing: readonly string[] },
    at: { readonly importFrom: Date; readonly now: Date },
    choice: readonly FolderChoice[],
  ): Promise<void> {
    const rows = [
      ...found.watched.map(({ key, path }) => ({ folder: key, path, missing: false })),
      ...found.missing.map((path) => ({ folder: `missing:${path}`, path, missing: true })),
    ];
    await sql.query(`DELETE FROM mailbox_folders WHERE mailbox_id = $1 AND folder LIKE 'missing:%'`, [mailboxId]);
    await sql.query(
      `INSERT INTO mailbox_folders AS f (mailbox_id, folder, import_from, path, watched, missing_since)
       SELECT $1, row.folder, $3, row.path, true, CASE WHEN row.missing THEN $4::timestamptz END
       FROM jsonb_to_recordset($2::jsonb) AS row(folder text, path text, missing boolean)
       ON CONFLICT (mailbox_id, folder) DO UPDATE SET path = excluded.path, watched = true, missing_since = excluded.missing_since`,
      [mailboxId, storableJson(rows), at.importFrom, at.now],
    );
    await sql.query(
      `UPDATE mailbox_folders SET watched = false, ${noTrouble} WHERE mailbox_id = $1 AND watched AND folder <> ALL($2)`,
      [mailboxId, rows.map(({ folder }) => folder)],
    );
    // A run that began before the folders were chosen again has not looked for those of now.
    await sql.query(
      `UPDATE mailboxes SET folders_resolved_at = CASE WHEN folders = $3::jsonb THEN $2::timestamptz END WHERE id = $1`,
      [mailboxId, at.now, JSON.stringify(choice)],
    );
  }

  async markMissing(sql: Sql, mailboxId: string, folder: string, now: Date): Promise<void> {
    await sql.query(
      `UPDATE mailbox_folders SET missing_since = $3, ${noTrouble} WHERE mailbox_id = $1 AND folder = $2`,
      [mailboxId, folder, now],
    );
    await sql.query(`UPDATE mailboxes SET folders_resolved_at = NULL WHERE id = $1`, [mailboxId]);
  }

  /** Resets folders, so that they are imported and enumerated from their beginning; stored messages are recognised. */
  async beginAnew(sql: Sql, mailboxId: string, folders: readonly string[]): Promise<void> {
    await sql.query(
      `UPDATE mailbox_folders SET import_reached = NULL, import_at = NULL, imported_at = NULL, sync_state = NULL, baseline_at = NULL, listed_rows = 0
       WHERE mailbox_id = $1 AND folder = ANY($2)`,
      [mailboxId, folders],
    );
  }

  /** The folder's progress as it stands; null before its first sync. */
  async find(mailboxId: string, folder: string): Promise<FolderProgress | null> {
    const [row] = await this.dataSource.query<ProgressRow[]>(
      `SELECT ${columns} FROM mailbox_folders WHERE mailbox_id = $1 AND folder = $2`,
      [mailboxId, folder],
    );
    return row ? progressOf(row) : null;
  }

  /**
   * The folder's progress, begun when there is none. An earlier `importFrom` than before starts the
   * import over: the older mail is wanted now, and what is stored is recognised.
   */
  async open(mailboxId: string, folder: string, importFrom: Date): Promise<FolderProgress> {
    // Read first: this happens at every poll, and an upsert writes a row version each time.
    const known = await this.find(mailboxId, folder);
    if (known && known.importFrom.getTime() === importFrom.getTime()) return known;
    const [row] = await this.dataSource.query<ProgressRow[]>(
      `INSERT INTO mailbox_folders AS f (mailbox_id, folder, import_from) VALUES ($1, $2, $3)
       ON CONFLICT (mailbox_id, folder) DO UPDATE SET
         import_reached = CASE WHEN $3 < f.import_from THEN NULL ELSE f.import_reached END,
         import_at = CASE WHEN $3 < f.import_from THEN NULL ELSE f.import_at END,
         imported_at = CASE WHEN $3 < f.import_from THEN NULL ELSE f.imported_at END,
         import_from = $3
       RETURNING ${columns}`,
      [mailboxId, folder, importFrom],
    );
    if (!row) throw new Error(`the folder ${folder} could not be opened`);
    return progressOf(row);
  }

  /** @param finishedAt when all that is wanted by date is stored; null: not yet */
  async imported(
    sql: Sql,
    mailboxId: string,
    folder: string,
    position: ImportPosition,
    finishedAt: Date | null,
  ): Promise<void> {
    await sql.query(
      `UPDATE mailbox_folders SET import_reached = greatest(import_reached, $3), imported_at = coalesce(imported_at, $4), import_at = $5
       WHERE mailbox_id = $1 AND folder = $2`,
      [mailboxId, folder, position.reached, finishedAt, positionJson(position)],
    );
  }

  /** To be called after the transactions that store the items the state covers. */
  async synced(sql: Sql, mailboxId: string, folder: string, page: SyncedPage): Promise<void> {
    await sql.query(
      `UPDATE mailbox_folders SET sync_state = $3, baseline_at = coalesce(baseline_at, $4), listed_rows = $5,
         imported_at = CASE WHEN $4::timestamptz IS NOT NULL AND listed_by = 'changes' THEN coalesce(imported_at, $4) ELSE imported_at END,
         unlisted = unlisted + $6, unlisted_at = CASE WHEN $6 > 0 THEN $7 ELSE unlisted_at END, recheck = coalesce($8::jsonb, recheck)
       WHERE mailbox_id = $1 AND folder = $2`,
      [
        mailboxId,
        folder,
        page.syncState,
        page.caughtUpAt,
        page.listedRows,
        page.unreadable,
        page.at,
        page.recheck && positionJson(page.recheck, true),
      ],
    );
    if (page.stateTaken)
      await sql.query(
        `UPDATE mailbox_folders SET state_refusals = 0, fallbacks = 0, listed_by = NULL, listed_by_until = NULL, listed_by_code = NULL, listed_by_since = NULL
         WHERE mailbox_id = $1 AND folder = $2 AND (state_refusals > 0 OR listed_by IS NOT NULL)`,
        [mailboxId, folder],
      );
  }

  /** The server no longer takes the state: the folder is enumerated anew. */
  async forgetSyncState(sql: Sql, mailboxId: string, folder: string, refusals: number): Promise<void> {
    await sql.query(
      `UPDATE mailbox_folders SET sync_state = NULL, baseline_at = NULL, listed_rows = 0, state_refusals = $3 WHERE mailbox_id = $1 AND folder = $2`,
      [mailboxId, folder, refusals],
    );
  }

  /** The usual way of listing does not work: another one is kept to for a time. */
  async fallBack(
    sql: Sql,
    mailboxId: string,
    folder: string,
    to: { readonly way: OtherWay; readonly until: Date; readonly code: string; readonly now: Date },
  ): Promise<void> {
    await sql.query(
      `UPDATE mailbox_folders SET listed_by = $3, listed_by_until = $4, listed_by_code = $5, fallbacks = fallbacks + 1, listed_rows = 0, way_failures = 0,
         listed_by_since = CASE WHEN listed_by = $3 THEN coalesce(listed_by_since, $6) ELSE $6 END
       WHERE mailbox_id = $1 AND folder = $2`,
      [mailboxId, folder, to.way, to.until, to.code, to.now],
    );
  }

  async noteWayFailures(sql: Sql, mailboxId: string, folder: string, failures: number): Promise<void> {
    await sql.query(`UPDATE mailbox_folders SET way_failures = $3 WHERE mailbox_id = $1 AND folder = $2`, [
      mailboxId,
      folder,
      failures,
    ]);
  }

  /** Rows of listings by date that named no item: the enumeration of the folder or an audit finds what they are. */
  async noteUnlisted(sql: Sql, mailboxId: string, folder: string, rows: number, now: Date): Promise<void> {
    await sql.query(
      `UPDATE mailbox_folders SET unlisted = unlisted + $3, unlisted_at = $4 WHERE mailbox_id = $1 AND folder = $2`,
      [mailboxId, folder, rows, now],
    );
  }

  /** @param position null: it has come to its end; @param wholeAt when it looked through the whole folder */
  async rechecked(
    sql: Sql,
    mailboxId: string,
    folder: string,
    position: ImportPosition | null,
    wholeAt: Date | null,
  ): Promise<void> {
    await sql.query(
      `UPDATE mailbox_folders SET recheck = $3, rechecked_at = coalesce($4, rechecked_at) WHERE mailbox_id = $1 AND folder = $2`,
      [mailboxId, folder, position && positionJson(position, true), wholeAt],
    );
  }

  async keepPages(sql: Sql, mailboxId: string, folder: string, { find, sync }: FolderPages): Promise<void> {
    const changes = [find.changedAt, sync.changedAt].filter((date) => date !== null);
    const changedAt = changes.length === 0 ? null : new Date(Math.max(...changes.map((date) => date.getTime())));
    await sql.query(
      `UPDATE mailbox_folders SET find_page = $3, sync_page = $4, pages_changed_at = $5 WHERE mailbox_id = $1 AND folder = $2`,
      [mailboxId, folder, find.size, sync.size, changedAt],
    );
  }

  async failed(sql: Sql, mailboxId: string, folder: string, trouble: FolderTrouble): Promise<void> {
    await sql.query(
      `UPDATE mailbox_folders SET failed_attempts = $3, failing_since = $4, retry_at = $5, failure = $6 WHERE mailbox_id = $1 AND folder = $2`,
      [mailboxId, folder, trouble.attempts, trouble.since, trouble.retryAt, storableJson(trouble.failure)],
    );
  }

  async worksAgain(sql: Sql, mailboxId: string, folder: string): Promise<void> {
    await sql.query(`UPDATE mailbox_folders SET ${noTrouble} WHERE mailbox_id = $1 AND folder = $2`, [
      mailboxId,
      folder,
    ]);
  }

  /** Whether a watched folder of the mailbox fails. */
  async anyFails(sql: Sql, mailboxId: string): Promise<boolean> {
    const rows = await sql.query<unknown[]>(
      `SELECT FROM mailbox_folders WHERE mailbox_id = $1 AND watched AND failing_since IS NOT NULL LIMIT 1`,
      [mailboxId],
    );
    return rows.length > 0;
  }
}

/** What a page of changes leaves behind. */
export interface SyncedPage {
  readonly syncState: string;
  /** When the state covers the whole folder; null: more is to come. */
  readonly caughtUpAt: Date | null;
  /** Since the folder was last caught up. */
  readonly listedRows: number;
  /** The server took a state that it gave before: the usual way works. */
  readonly stateTaken: boolean;
  readonly unreadable: number;
  /** Where to look for what they were. */
  readonly recheck: ImportPosition | null;
  readonly at: Date;
}

function progressOf(row: ProgressRow): FolderProgress {
  const { findPage, syncPage, pagesChangedAt: changedAt, listedBy, listedByUntil } = row;
  const { failedAttempts, failingSince, retryAt, failure } = row;
  return {
    folder: row.folder,
    importFrom: row.importFrom,
    importReached: row.importReached,
    importAt: row.importAt && positionOf(row.importAt),
    importedAt: row.importedAt,
    syncState: row.syncState,
    baselineAt: row.baselineAt,
    pages: { find: { size: findPage, changedAt }, sync: { size: syncPage, changedAt } },
    fallback: listedBy && listedByUntil && { way: listedBy, until: listedByUntil },
    fallbacks: row.fallbacks,
    stateRefusals: row.stateRefusals,
    wayFailures: row.wayFailures,
    listedRows: Number(row.listedRows),
    recheck: row.recheck && positionOf(row.recheck),
    recheckedAt: row.recheckedAt,
    trouble: failingSince && retryAt && failure && { attempts: failedAttempts, since: failingSince, retryAt, failure },
  };
}

/** Only a position that goes on by offset is worth keeping, unless it `always` is; the date is kept apart. */
function positionJson(position: ImportPosition, always = false): string | null {
  if (!always && (position.done || position.offset === 0)) return null;
  const { since, offset, newest, ordered } = position;
  return storableJson({ since: since.toISOString(), offset, newest: newest?.toISOString() ?? null, ordered });
}

function positionOf({ since, offset, newest, ordered }: PositionJson): ImportPosition {
  const start = startOfImport(new Date(since));
  return { ...start, offset, newest: newest === null ? null : new Date(newest), ordered };
}
