import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Rows that a mailbox keeps at most; a busy one has about one for each poll that brings mail. */
const keptRows = 1_000;
/** Rows removed in one statement. */
const step = 5_000;

/** The SQL that clears away old history. */
@Injectable()
export class HistoryUpkeepStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Looks at some mailboxes behind `after`, and removes what is older than `keepFrom` or more than a mailbox
   * keeps. Since when and through whom a mailbox is in its state stays for as long as it is.
   * @param limit mailboxes at most
   * @returns where to go on; null at the end
   */
  async sweep(after: string, keepFrom: Date, limit: number): Promise<string | null> {
    const mailboxes = await this.dataSource.query<{ id: string }[]>(
      `SELECT id FROM mailboxes WHERE id > $1 ORDER BY id LIMIT $2`,
      [after, limit],
    );
    const [, removed] = await this.dataSource.query<[unknown[], number]>(
      `DELETE FROM mailbox_history WHERE ctid = ANY (ARRAY(
         SELECT past.ctid FROM mailboxes m
         CROSS JOIN LATERAL (SELECT greatest($2::timestamptz,
           (SELECT h.at FROM mailbox_history h WHERE h.mailbox_id = m.id ORDER BY h.at DESC OFFSET ${keptRows} LIMIT 1)) AS at) kept
         CROSS JOIN LATERAL (
           SELECT h.ctid FROM mailbox_history h
           WHERE h.mailbox_id = m.id AND h.at <= kept.at AND NOT (h.type = 'state' AND h.at = m.state_since)
           ORDER BY h.at LIMIT $3 FOR UPDATE SKIP LOCKED) past
         WHERE m.id = ANY($1::uuid[]) LIMIT $3)) RETURNING 1`,
      [mailboxes.map(({ id }) => id), keepFrom, step],
    );
    if (removed >= step) return after;
    return mailboxes.length === limit ? (mailboxes.at(-1)?.id ?? null) : null;
  }
}
