import type { MigrationInterface, QueryRunner } from 'typeorm';

/* Safe beside a running version: the columns have constant defaults, which rewrites no row, and the check is not validated against rows that hold the default. */
const statements = [
  /*
   * Submissions after which delivery cannot be ruled out. Raised by the statement that writes step 'submitting',
   * lowered when the server's answer rules delivery out: whatever the code does, a message cannot be submitted a
   * third time while two submissions are in doubt.
   */
  `ALTER TABLE outgoing_messages ADD COLUMN doubtful_submissions smallint NOT NULL DEFAULT 0`,
  `ALTER TABLE outgoing_messages ADD CONSTRAINT outgoing_at_most_two_in_doubt CHECK (doubtful_submissions BETWEEN 0 AND 2) NOT VALID`,
  /* When a person had a message sent again that may have been delivered before. */
  `ALTER TABLE outgoing_messages ADD COLUMN resent_at timestamptz`,
  /* What was being submitted when this version came is in doubt. */
  `UPDATE outgoing_messages SET doubtful_submissions = 1 WHERE step = 'submitting' AND state <> 'sent'`,

  /*
   * How a server (host and port of the EWS address) treats what is sent over it, by the last time that each
   * behaviour was seen. A few rows, one for each server that mail was sent over.
   */
  `CREATE TABLE sending_traits (
    host text PRIMARY KEY,
    draft_moved_at timestamptz,
    draft_left_at timestamptz,
    marker_kept_at timestamptz,
    marker_dropped_at timestamptz
  )`,

  /* Messages of connectivity analyses from a mailbox to itself, by the token in their subject: they are nobody's mail. */
  `CREATE TABLE self_messages (
    token uuid PRIMARY KEY,
    email_address text NOT NULL,
    created_at timestamptz NOT NULL
  )`,
  `CREATE INDEX self_messages_by_age ON self_messages (created_at)`,
];

/** The cap on submissions in doubt, what is known of servers that send, and messages of analyses; docs/sending.md says how they work. */
export class SendingDoubts1764000400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
