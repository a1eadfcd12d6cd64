import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../platform/database/data-source.js';

interface Epoch {
  readonly epoch: number;
  readonly history: string | null;
}

/** PostgreSQL's "insufficient privilege": some hosts hide what they run on. */
const forbidden = '42501';

/**
 * The SQL of the feed's epochs. Transaction ids order the feed only within one history of one cluster:
 * after a restore into another one, or a failover that lost the last transactions, ids start again below
 * those of events that are there. Then a new epoch begins, and everything written from then on lies
 * behind everything before, whatever its transaction's id.
 */
@Injectable()
export class FeedEpochsStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Begins a new epoch if this is another history than that of the present one. By any number of
   * processes at once.
   * @returns the epoch that was begun here, or null
   */
  async beginIfNeeded(now: Date): Promise<number | null> {
    const history = await this.history();
    const before = await this.current(this.dataSource);
    if (before.history === history && !(await this.isAhead(this.dataSource, before.epoch))) return null;
    return this.dataSource.transaction(async (manager) => {
      // Only one begins the epoch; the others come here afterwards and find it begun.
      await manager.query(`LOCK TABLE feed_epochs IN SHARE ROW EXCLUSIVE MODE`);
      const { epoch, history: known } = await this.current(manager);
      const ahead = await this.isAhead(manager, epoch);
      if (!ahead && known === history) return null;
      if (!ahead && (known === null || history === null)) {
        await manager.query(`UPDATE feed_epochs SET history = coalesce($2, history) WHERE epoch = $1`, [
          epoch,
          history,
        ]);
        return null;
      }
      const next = epoch + 1;
      // The lock waits for every transaction that has written events: none of the old epoch commits
      // later, so a reader that has gone on to the new one cannot have passed by any.
      await manager.query(`LOCK TABLE events IN ACCESS EXCLUSIVE MODE`);
      await manager.query(`INSERT INTO feed_epochs (epoch, history, began_at) VALUES ($1, $2, $3)`, [
        next,
        history,
        now,
      ]);
      // DDL takes no parameters; the number is our own.
      await manager.query(`ALTER TABLE events ALTER COLUMN epoch SET DEFAULT ${Math.trunc(next)}`);
      return next;
    });
  }

  /** What this cluster's transaction ids belong to: the cluster, and its timeline, which a failover changes. */
  private async history(): Promise<string | null> {
    try {
      const [row] = await this.dataSource.query<{ history: string }[]>(
        `SELECT system_identifier || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8) AS history FROM pg_control_system()`,
      );
      return row?.history ?? null;
    } catch (error) {
      if ((error as { code?: unknown }).code === forbidden) return null;
      throw error;
    }
  }

  private async current(sql: Sql): Promise<Epoch> {
    const [row] = await sql.query<Epoch[]>(`SELECT epoch, history FROM feed_epochs ORDER BY epoch DESC LIMIT 1`);
    if (!row) throw new Error('the feed has no epoch');
    return row;
  }

  /** Whether there are events of transactions that this cluster has not had yet: they came by a restore. */
  private async isAhead(sql: Sql, epoch: number): Promise<boolean> {
    const [row] = await sql.query<{ ahead: boolean }[]>(
      `SELECT EXISTS (SELECT FROM events WHERE epoch = $1 AND txid >= pg_snapshot_xmax(pg_current_snapshot())) AS ahead`,
      [epoch],
    );
    return row?.ahead ?? false;
  }
}
