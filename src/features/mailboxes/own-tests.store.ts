import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../platform/database/data-source.js';
import { testMarkerOf } from './own-test-id.js';

/** The SQL of tests as the rest of a mailbox's life meets them. */
@Injectable()
export class OwnTestsStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Leaves out the messages of our own tests: they come and go by themselves, and are nobody's mail. Of any
   * mailbox, because two profiles may hold the same one.
   */
  async without<T>(items: readonly T[], internetMessageId: (item: T) => string | null): Promise<readonly T[]> {
    const markers = new Map<T, string>();
    for (const item of items) {
      const marker = testMarkerOf(internetMessageId(item));
      if (marker !== null) markers.set(item, marker);
    }
    if (markers.size === 0) return items;
    const rows = await this.dataSource.query<{ marker: string }[]>(
      `SELECT marker FROM mailbox_tests WHERE marker = ANY($1::uuid[])`,
      [[...new Set(markers.values())]],
    );
    const own = new Set(rows.map(({ marker }) => marker));
    return items.filter((item) => !own.has(markers.get(item) ?? ''));
  }

  /** A mailbox that is deleted is tested no more. */
  async cancelOf(sql: Sql, mailboxId: string, now: Date): Promise<void> {
    await sql.query(
      `UPDATE mailbox_tests SET state = 'ended', result = 'cancelled', ended_at = $2 WHERE mailbox_id = $1 AND state <> 'ended'`,
      [mailboxId, now],
    );
  }
}
