import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  /*
   * Since when somebody vouches for the address; null: it may not be synced. Whoever is there already counts as
   * approved. The default stays for them alone: new rows always say what they are.
   */
  `ALTER TABLE mailboxes ADD COLUMN approved_at timestamptz DEFAULT now()`,
  `CREATE INDEX mailboxes_unapproved ON mailboxes (id) WHERE approved_at IS NULL AND removed_at IS NULL`,
  /* Selecting mailboxes to test: by what stopped them, and by the domain of their address. */
  `CREATE INDEX mailboxes_by_cause ON mailboxes ((failure->>'code'), id) WHERE failure IS NOT NULL AND removed_at IS NULL`,
  `CREATE INDEX mailboxes_by_domain ON mailboxes (lower(split_part(email_address, '@', 2)), id) WHERE removed_at IS NULL`,

  `ALTER TABLE mailbox_work DROP CONSTRAINT mailbox_work_kind_check,
    ADD CONSTRAINT mailbox_work_kind_check CHECK (kind IN ('incoming', 'outgoing', 'backfill', 'audit', 'removal', 'test')) NOT VALID`,
  `ALTER TABLE mailbox_work VALIDATE CONSTRAINT mailbox_work_kind_check`,

  /* Many tests that were asked for together. totals: what came of them, written when the last one ended. */
  `CREATE TABLE mailbox_test_batches (
    id uuid PRIMARY KEY,
    profile_ids uuid[] NOT NULL,
    selection jsonb NOT NULL,
    tests integer NOT NULL,
    already_running integer NOT NULL,
    totals jsonb,
    created_at timestamptz NOT NULL,
    cancelled_at timestamptz,
    completed_at timestamptz
  )`,
  `CREATE INDEX mailbox_test_batches_open ON mailbox_test_batches (id) WHERE completed_at IS NULL`,
  `CREATE INDEX mailbox_test_batches_over ON mailbox_test_batches (completed_at) WHERE completed_at IS NOT NULL`,

  /*
   * marker: names the test message wherever it turns up. position: how far sending it has come, written before
   * each call that it announces. arrived_at: when it was seen in the inbox, written before it is taken away. account: as whom the mailbox was opened when it was sent. clean_up: whether
   * something of it may still lie on the server. incoming, outgoing: what came of each direction; null before.
   */
  `CREATE TABLE mailbox_tests (
    id uuid PRIMARY KEY,
    mailbox_id uuid NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    profile_id uuid NOT NULL,
    batch_id uuid REFERENCES mailbox_test_batches ON DELETE SET NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'running', 'ended')),
    wants_incoming boolean NOT NULL,
    wants_outgoing boolean NOT NULL,
    enable boolean NOT NULL,
    marker uuid NOT NULL,
    account text,
    position jsonb,
    sent_at timestamptz,
    arrived_at timestamptz,
    incoming jsonb,
    outgoing jsonb,
    steps jsonb NOT NULL DEFAULT '[]',
    attempts integer NOT NULL DEFAULT 0,
    last_trouble jsonb,
    result text CHECK (result IN ('success', 'failure', 'skipped', 'cancelled')),
    cause text,
    enabled text[] NOT NULL DEFAULT '{}',
    clean_up text NOT NULL DEFAULT 'none' CHECK (clean_up IN ('none', 'due', 'done', 'given-up')),
    inbox_cleared boolean NOT NULL DEFAULT false,
    sent_cleared boolean NOT NULL DEFAULT false,
    clean_up_tries integer NOT NULL DEFAULT 0,
    clean_up_at timestamptz,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT ended_says_how CHECK ((state = 'ended') = (result IS NOT NULL AND ended_at IS NOT NULL)),
    CONSTRAINT tests_something CHECK (wants_incoming OR wants_outgoing)
  ) WITH (fillfactor = 70)`,
  `CREATE UNIQUE INDEX mailbox_tests_active ON mailbox_tests (mailbox_id) WHERE state <> 'ended'`,
  `CREATE UNIQUE INDEX mailbox_tests_marker ON mailbox_tests (marker)`,
  `CREATE INDEX mailbox_tests_of_mailbox ON mailbox_tests (mailbox_id, id DESC)`,
  `CREATE INDEX mailbox_tests_to_clean_up ON mailbox_tests (mailbox_id, clean_up_at) WHERE clean_up = 'due' AND state = 'ended'`,
  `CREATE INDEX mailbox_tests_of_batch ON mailbox_tests (batch_id, id)`,
  `CREATE INDEX mailbox_tests_of_batch_active ON mailbox_tests (batch_id) WHERE batch_id IS NOT NULL AND state <> 'ended'`,
  `CREATE INDEX mailbox_tests_of_batch_by_result ON mailbox_tests (batch_id, result, id) WHERE batch_id IS NOT NULL`,
];

/** Tests of mailboxes, one and many at a time, and the approval of addresses; docs/testing.md says how they work. */
export class MailboxTests1763900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
