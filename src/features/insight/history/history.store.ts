import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Sql } from '../../../platform/database/data-source.js';
import { storableJson } from '../../../platform/database/storable-text.js';
import type { HistoryEntry } from './history-entry.js';

/** The SQL that writes what happened to a mailbox. Whoever calls it holds the mailbox's row lock. */
@Injectable()
export class HistoryStore {
  /**
   * Writes down what happened, in the transaction in which it does. The quiet polls before it become a row, so
   * that none of them is told as being after it. Without entries it only ends a row of quiet polls.
   */
  async add(sql: Sql, mailboxId: string, entries: readonly HistoryEntry[], at: Date): Promise<void> {
    await sql.query(
      `WITH quiet AS (
         SELECT quiet_id, quiet_polls, quiet_since, quiet_until FROM mailboxes WHERE id = $1 AND quiet_id IS NOT NULL
       ), counted AS (
         UPDATE mailboxes m SET quiet_id = NULL, quiet_polls = 0, quiet_since = NULL, quiet_until = NULL FROM quiet WHERE m.id = $1
       )
       INSERT INTO mailbox_history (id, mailbox_id, at, until, type, details)
       SELECT quiet_id, $1::uuid, quiet_since, quiet_until, 'polls', jsonb_build_object('count', quiet_polls) FROM quiet
       UNION ALL
       SELECT row.id, $1::uuid, $2::timestamptz, NULL, row.type, row.details
       FROM jsonb_to_recordset($3::jsonb) AS row(id uuid, type text, details jsonb)`,
      [mailboxId, at, storableJson(entries.map((entry) => ({ ...entry, id: uuidv7() })))],
    );
  }
}
