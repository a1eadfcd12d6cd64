import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../platform/database/data-source.js';
import { storableJson } from '../../platform/database/storable-text.js';
import type { WatchedFolder } from '../mailboxes/folder-choice.js';

/** How far the sync of a folder has come. */
export interface FolderProgress {
  readonly folder: string;
  /** Mail received before this is none of ours. */
  readonly importFrom: Date;
  /** Everything received before this is stored. */
  readonly importReached: Date | null;
  readonly importedAt: Date | null;
  readonly syncState: string | null;
  /** When the sync state first covered the whole folder. */
  readonly baselineAt: Date | null;
}

const columns = `folder, import_from AS "importFrom", import_reached AS "importReached", imported_at AS "importedAt", sync_state AS "syncState", baseline_at AS "baselineAt"`;

/** A watched folder as the API shows it. */
export interface FolderView extends FolderProgress {
  readonly path: string | null;
  readonly missingSince: Date | null;
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
    return rows.map(({ folder, path }) => ({
      key: folder,
      path,
      ref: folder === 'inbox' || folder === 'sentitems' ? { distinguished: folder } : { id: folder },
    }));
  }

  /** Every folder that is or is to be watched, for people to see. */
  async views(mailboxId: string): Promise<FolderView[]> {
    return this.dataSource.query<FolderView[]>(
      `SELECT ${columns}, path, missing_since AS "missingSince" FROM mailbox_folders WHERE mailbox_id = $1 AND watched ORDER BY lower(path), folder`,
      [mailboxId],
    );
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
      `UPDATE mailbox_folders SET watched = false WHERE mailbox_id = $1 AND watched AND folder <> ALL($2)`,
      [mailboxId, rows.map(({ folder }) => folder)],
    );
    await sql.query(`UPDATE mailboxes SET folders_resolved_at = $2 WHERE id = $1`, [mailboxId, at.now]);
  }

  async markMissing(sql: Sql, mailboxId: string, folder: string, now: Date): Promise<void> {
    await sql.query(`UPDATE mailbox_folders SET missing_since = $3 WHERE mailbox_id = $1 AND folder = $2`, [
      mailboxId,
      folder,
      now,
    ]);
    await sql.query(`UPDATE mailboxes SET folders_resolved_at = NULL WHERE id = $1`, [mailboxId]);
  }

  /**
   * The folder's progress, begun when there is none. An earlier `importFrom` than before starts the
   * import over: the older mail is wanted now, and what is stored is recognised.
   */
  async open(mailboxId: string, folder: string, importFrom: Date): Promise<FolderProgress> {
    // Read first: this happens at every poll, and an upsert writes a row version each time.
    const [known] = await this.dataSource.query<FolderProgress[]>(
      `SELECT ${columns} FROM mailbox_folders WHERE mailbox_id = $1 AND folder = $2`,
      [mailboxId, folder],
    );
    if (known && known.importFrom.getTime() === importFrom.getTime()) return known;
    const [row] = await this.dataSource.query<FolderProgress[]>(
      `INSERT INTO mailbox_folders AS f (mailbox_id, folder, import_from) VALUES ($1, $2, $3)
       ON CONFLICT (mailbox_id, folder) DO UPDATE SET
         import_reached = CASE WHEN $3 < f.import_from THEN NULL ELSE f.import_reached END,
         imported_at = CASE WHEN $3 < f.import_from THEN NULL ELSE f.imported_at END,
         import_from = $3
       RETURNING ${columns}`,
      [mailboxId, folder, importFrom],
    );
    if (!row) throw new Error(`the folder ${folder} could not be opened`);
    return row;
  }

  async imported(
    sql: Sql,
    mailboxId: string,
    folder: string,
    reached: Date | null,
    finishedAt: Date | null,
  ): Promise<void> {
    await sql.query(
      `UPDATE mailbox_folders SET import_reached = coalesce($3, import_reached), imported_at = coalesce(imported_at, $4) WHERE mailbox_id = $1 AND folder = $2`,
      [mailboxId, folder, reached, finishedAt],
    );
  }

  /** To be called in the transaction that stores the items the state covers. */
  async synced(sql: Sql, mailboxId: string, folder: string, syncState: string, baselineAt: Date | null): Promise<void> {
    await sql.query(
      `UPDATE mailbox_folders SET sync_state = $3, baseline_at = coalesce(baseline_at, $4) WHERE mailbox_id = $1 AND folder = $2`,
      [mailboxId, folder, syncState, baselineAt],
    );
  }

  /** The server no longer knows the state: the folder is enumerated anew. */
  async forgetSyncState(sql: Sql, mailboxId: string, folder: string): Promise<void> {
    await sql.query(
      `UPDATE mailbox_folders SET sync_state = NULL, baseline_at = NULL WHERE mailbox_id = $1 AND folder = $2`,
      [mailboxId, folder],
    );
  }
}
