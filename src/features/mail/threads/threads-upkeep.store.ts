import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** The SQL that clears away threads whose messages are all gone. */
@Injectable()
export class ThreadsUpkeepStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Looks at some threads behind `after`, and removes those without messages, with their keys and pointers
   * to them. One that somebody is joining is passed over: it is not empty for long.
   * @returns where to go on; null at the end
   */
  async sweep(after: string, limit: number): Promise<string | null> {
    return this.dataSource.transaction(async (manager) => {
      const rows = await manager.query<{ id: string }[]>(`SELECT id FROM threads WHERE id > $1 ORDER BY id LIMIT $2`, [
        after,
        limit,
      ]);
      const empty = await manager.query<{ id: string }[]>(
        `SELECT t.id FROM threads t WHERE t.id = ANY($1::uuid[])
           AND NOT EXISTS (SELECT FROM thread_messages m WHERE m.thread_id = coalesce(t.merged_into, t.id))
         ORDER BY t.id FOR UPDATE OF t SKIP LOCKED`,
        [rows.map(({ id }) => id)],
      );
      if (empty.length > 0) {
        // Asked again under the locks: what joined in between is committed and to be seen by now.
        const [gone] = await manager.query<[{ id: string }[], number]>(
          `DELETE FROM threads t WHERE t.id = ANY($1::uuid[])
             AND NOT EXISTS (SELECT FROM thread_messages m WHERE m.thread_id = coalesce(t.merged_into, t.id)) RETURNING id`,
          [empty.map(({ id }) => id)],
        );
        await manager.query(`DELETE FROM thread_keys WHERE thread_id = ANY($1::uuid[])`, [gone.map(({ id }) => id)]);
      }
      return rows.length === limit ? (rows.at(-1)?.id ?? null) : null;
    });
  }
}
