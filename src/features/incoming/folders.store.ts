import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../platform/database/data-source.js';

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

@Injectable()
export class FoldersStore {
  constructor(private readonly dataSource: DataSource) {}

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
