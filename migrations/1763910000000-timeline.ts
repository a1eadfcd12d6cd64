import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  /*
   * What happened to a mailbox and is told nowhere else. at: when; of polls in a row that brought nothing (type
   * polls): of the first, and until of the last. The key is also the order in which it is read.
   */
  `CREATE TABLE mailbox_history (
    id uuid NOT NULL,
    mailbox_id uuid NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    at timestamptz NOT NULL,
    until timestamptz,
    type text NOT NULL CHECK (type IN ('state', 'run', 'polls')),
    details jsonb NOT NULL,
    PRIMARY KEY (mailbox_id, at, id)
  )`,

  /*
   * Polls in a row that brought nothing are counted where each poll is noted anyway, so that an idle mailbox
   * writes no history; they become a row with the next thing that happens. quiet_id: that row's id to be.
   */
  `ALTER TABLE mailboxes
    ADD COLUMN quiet_id uuid,
    ADD COLUMN quiet_polls integer NOT NULL DEFAULT 0,
    ADD COLUMN quiet_since timestamptz,
    ADD COLUMN quiet_until timestamptz`,

  /* When the run under the lease began; null: claimed, and not taken up yet. */
  `ALTER TABLE mailbox_work ADD COLUMN begun_at timestamptz`,

  /* A mailbox's timeline reads these by time. */
  `DROP INDEX incident_mailboxes_of_mailbox`,
  `CREATE INDEX incident_mailboxes_of_mailbox ON incident_mailboxes (mailbox_id, joined_at)`,
  `CREATE INDEX incidents_suspending ON incidents (profile_id, opened_at) WHERE suspends`,
  `CREATE INDEX item_failures_of_mailbox ON item_failures (mailbox_id, first_at)`,
];

/** What happened to each mailbox, for its timeline. */
export class Timeline1763910000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
