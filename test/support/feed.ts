import type { DataSource } from 'typeorm';
import { eventually } from './eventually.js';

/**
 * Until every event that is committed can be read. The feed waits for transactions that still run, also
 * for those in other databases of the same server.
 */
export async function feedSettled(dataSource: DataSource): Promise<void> {
  await eventually(async () => {
    const [row] = await dataSource.query<{ settled: boolean }[]>(
      `SELECT NOT EXISTS (SELECT FROM events e WHERE e.epoch = (SELECT max(epoch) FROM feed_epochs)
           AND e.txid >= pg_snapshot_xmin(pg_current_snapshot())) AS settled`,
    );
    return row?.settled ?? false;
  });
}
