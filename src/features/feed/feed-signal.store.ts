import { Injectable } from '@nestjs/common';
import pg from 'pg';
import { DataSource } from 'typeorm';

const channel = 'postroom_feed';
const connectMs = 10_000;

/** A connection that hears of new events until it is closed or breaks. */
export interface FeedConnection {
  close(): Promise<void>;
}

/** Word from process to process that the feed has moved. A hint only: who misses it finds out by looking. */
@Injectable()
export class FeedSignalStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Not in the transaction of the events: PostgreSQL lets only one transaction with a NOTIFY commit at a
   * time, which would take group commit away from everything that writes an event.
   */
  async notify(): Promise<void> {
    await this.dataSource.query(`SELECT pg_notify($1, '')`, [channel]);
  }

  /** @param broken called once when the connection is lost */
  async listen(heard: () => void, broken: (error: Error) => void): Promise<FeedConnection> {
    const { url } = this.dataSource.options as { url?: string };
    const client = new pg.Client({
      connectionString: url,
      application_name: 'postroom-feed',
      keepAlive: true,
      connectionTimeoutMillis: connectMs,
    });
    let open = true;
    const lost = (error?: Error) => {
      if (!open) return;
      open = false;
      broken(error ?? new Error('the connection ended'));
    };
    client.on('notification', heard);
    client.on('error', lost);
    client.on('end', () => lost());
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
    } catch (error) {
      open = false;
      await client.end().catch(() => undefined);
      throw error;
    }
    return {
      close: async () => {
        open = false;
        await client.end().catch(() => undefined);
      },
    };
  }
}
