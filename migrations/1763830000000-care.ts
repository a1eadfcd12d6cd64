import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `ALTER TABLE mailbox_work DROP CONSTRAINT mailbox_work_kind_check,
    ADD CONSTRAINT mailbox_work_kind_check CHECK (kind IN ('incoming', 'outgoing', 'backfill', 'audit', 'removal'))`,
  /* Mailboxes that are there already are compared for the first time over the day to come, not all at once. */
  `INSERT INTO mailbox_work (mailbox_id, kind, profile_id, lane, due_at)
    SELECT id, 'audit', profile_id, 2, CASE WHEN incoming AND state = 'active' THEN now() + random() * interval '1 day' END
    FROM mailboxes WHERE removed_at IS NULL ON CONFLICT DO NOTHING`,

  /*
   * Older mail that somebody asked for. The position (folder_index, since, page_offset, seen) is written
   * after each page, so that whatever cuts a run, the next one goes on from there. account: as whom the
   * mailbox was opened; as another one it is another mailbox, and the backfill starts over. folders: paths as
   * they were asked for, null for all; places: what they stood for when the backfill began.
   */
  `CREATE TABLE backfills (
    id uuid PRIMARY KEY,
    mailbox_id uuid NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    profile_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'completed', 'failed', 'cancelled')),
    range_from timestamptz NOT NULL,
    range_to timestamptz NOT NULL CHECK (range_to > range_from),
    folders text[],
    places jsonb,
    account text,
    folder_index integer NOT NULL DEFAULT 0,
    since timestamptz NOT NULL,
    page_offset integer NOT NULL DEFAULT 0,
    seen text[] NOT NULL DEFAULT '{}',
    reached timestamptz,
    total integer,
    stored integer NOT NULL DEFAULT 0,
    known integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    last_failure jsonb,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    updated_at timestamptz NOT NULL,
    finished_at timestamptz
  ) WITH (fillfactor = 70)`,
  `CREATE UNIQUE INDEX backfills_active ON backfills (mailbox_id) WHERE state = 'active'`,
  `CREATE INDEX backfills_of_mailbox ON backfills (mailbox_id, id DESC)`,

  /* The last comparisons of each folder with the server. compared: by their numbers alone, or item by item. */
  `CREATE TABLE audits (
    id uuid PRIMARY KEY,
    mailbox_id uuid NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    profile_id uuid NOT NULL,
    folder text NOT NULL,
    window_from timestamptz NOT NULL,
    window_to timestamptz NOT NULL,
    compared text NOT NULL CHECK (compared IN ('count', 'items')),
    on_server integer NOT NULL,
    stored integer NOT NULL,
    missing integer NOT NULL,
    surplus integer NOT NULL,
    misplaced integer NOT NULL,
    recurring boolean NOT NULL,
    audited_at timestamptz NOT NULL
  )`,
  `CREATE INDEX audits_of_mailbox ON audits (mailbox_id, id DESC)`,

  /* notice: mail flows, and somebody should look all the same. */
  `ALTER TABLE incidents DROP CONSTRAINT incidents_scope_check,
    ADD CONSTRAINT incidents_scope_check CHECK (scope IN ('mailbox', 'profile', 'notice'))`,

  `ALTER TABLE email_server_profiles ADD COLUMN content_retention_days integer CHECK (content_retention_days BETWEEN 1 AND 36500)`,
  `CREATE INDEX email_server_profiles_with_retention ON email_server_profiles (id) WHERE content_retention_days IS NOT NULL`,
  /* A message outlives its content: nobody can then read it, and everybody can still see that it came. */
  `ALTER TABLE messages ALTER COLUMN content_id DROP NOT NULL, ADD COLUMN content_removed_at timestamptz,
    ADD CONSTRAINT content_or_its_removal CHECK ((content_id IS NULL) = (content_removed_at IS NOT NULL)) NOT VALID`,
  `ALTER TABLE outgoing_messages ADD COLUMN content_removed_at timestamptz`,
  /*
   * Not CONCURRENTLY: that waits for every statement under way, and other processes that start at the same
   * time wait for this migration in one.
   */
  `CREATE INDEX messages_with_content ON messages (profile_id, received_at) WHERE content_removed_at IS NULL`,
  `CREATE INDEX outgoing_messages_with_content ON outgoing_messages (profile_id, updated_at)
    WHERE content_removed_at IS NULL AND state IN ('sent', 'failed', 'cancelled')`,
];

/** Backfills, audits and the retention of content; docs/care.md says how they work. */
export class Care1763830000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
