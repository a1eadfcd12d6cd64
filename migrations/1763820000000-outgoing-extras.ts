import type { MigrationInterface, QueryRunner } from 'typeorm';

/*
 * Safe beside a running version: columns come with constant defaults, which rewrites no row, and their
 * checks are not validated, for rows that hold the default satisfy them and a scan would hold up sending.
 */
const statements = [
  `ALTER TABLE email_server_profiles ADD COLUMN max_sends_per_minute integer NOT NULL DEFAULT 30
     CONSTRAINT max_sends_per_minute_in_range CHECK (max_sends_per_minute BETWEEN 1 AND 1000)`,

  /* from_address is null where a message goes out in the name of its own mailbox; send_at is what the caller asked for. */
  `ALTER TABLE outgoing_messages
     ADD COLUMN from_name text,
     ADD COLUMN from_address text,
     ADD COLUMN reply_to_message_id uuid,
     ADD COLUMN forward_of_message_id uuid,
     ADD COLUMN in_reply_to text,
     ADD COLUMN reference_ids text[] NOT NULL DEFAULT '{}',
     ADD COLUMN importance text NOT NULL DEFAULT 'normal',
     ADD COLUMN send_at timestamptz,
     ADD COLUMN save_to_sent_items boolean NOT NULL DEFAULT true,
     ADD COLUMN read_receipt boolean NOT NULL DEFAULT false,
     ADD COLUMN delivery_receipt boolean NOT NULL DEFAULT false,
     ADD COLUMN headers jsonb NOT NULL DEFAULT '[]'`,
  `ALTER TABLE outgoing_messages ADD CONSTRAINT outgoing_importance CHECK (importance IN ('low', 'normal', 'high')) NOT VALID`,
  /* An attached message: bytes is its MIME. */
  `ALTER TABLE outgoing_attachments ADD COLUMN is_message boolean NOT NULL DEFAULT false`,

  /* One row for each call that may send, for as long as it counts: the rate limit reads the last minute of a mailbox. */
  `CREATE TABLE outgoing_submissions (
    mailbox_id uuid NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    submitted_at timestamptz NOT NULL,
    message_id uuid NOT NULL
  )`,
  `CREATE INDEX outgoing_submissions_of_mailbox ON outgoing_submissions (mailbox_id, submitted_at DESC)`,

  /* Why a mailbox sends nothing at the moment although it works. strikes: refusals by quota in a row. */
  `CREATE TABLE outgoing_holds (
    mailbox_id uuid PRIMARY KEY REFERENCES mailboxes ON DELETE CASCADE,
    held_until timestamptz NOT NULL,
    reason text NOT NULL CHECK (reason IN ('rate-limit', 'submission-quota')),
    strikes integer NOT NULL DEFAULT 0,
    failure jsonb
  )`,

  /* Copies in Sent Items of messages that were to leave none. */
  `CREATE TABLE outgoing_copies (
    message_id uuid PRIMARY KEY REFERENCES outgoing_messages ON DELETE CASCADE,
    mailbox_id uuid NOT NULL,
    due_at timestamptz NOT NULL,
    looks integer NOT NULL DEFAULT 0
  )`,
  `CREATE INDEX outgoing_copies_of_mailbox ON outgoing_copies (mailbox_id, due_at)`,

  /*
   * What mail servers and mail programs reported of a message, one row a recipient. message_id: the
   * received report; no reference, for it may be cleared away earlier than the message that it is about.
   * content_id: the same in each mailbox that received the report, which counts once.
   */
  `CREATE TABLE delivery_reports (
    outgoing_id uuid NOT NULL REFERENCES outgoing_messages ON DELETE CASCADE,
    content_id uuid NOT NULL,
    position integer NOT NULL,
    message_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('delivery', 'disposition')),
    action text NOT NULL,
    recipient text,
    status text,
    diagnostic text,
    reported_at timestamptz NOT NULL,
    PRIMARY KEY (outgoing_id, content_id, position)
  )`,
];

/** What sending can do beyond plain messages; docs/sending.md says what for. */
export class OutgoingExtras1763820000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
