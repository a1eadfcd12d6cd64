import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  /*
   * Items that are being read, from before the fetch until the result is stored. A row that remains was being read when
   * its process ended. deaths: how often that happened before; process: who reads it now.
   */
  `CREATE TABLE item_readings (
    mailbox_id uuid NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    item_id text NOT NULL,
    process uuid NOT NULL,
    deaths smallint NOT NULL DEFAULT 0,
    begun_at timestamptz NOT NULL,
    PRIMARY KEY (mailbox_id, item_id)
  )`,
];

/** Records which items are being read, so that none ends one process after another. */
export class ItemReadings1764100100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
