import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  /*
   * kind: unread, it could not be read; outage, it failed when nothing of the mailbox could be read; missing, the
   * server does not know the id that it has just told; incomplete, its message is stored and a part is missing.
   * reported: an incident counts it.
   */
  `ALTER TABLE item_failures
     ADD COLUMN kind text NOT NULL DEFAULT 'unread' CHECK (kind IN ('unread', 'outage', 'missing', 'incomplete')),
     ADD COLUMN reported boolean NOT NULL DEFAULT false`,
  /* For the metrics, which count by both. */
  `CREATE INDEX item_failures_by_kind ON item_failures (kind, retry_at)`,
  /* What was set aside for good before there was a schedule of days gets all of its tries. */
  `UPDATE item_failures SET retry_at = first_at, attempts = 0 WHERE retry_at IS NULL`,

  /* Of the item when its content was last read, by which a change is told. */
  `ALTER TABLE message_items ADD COLUMN change_key text, ADD COLUMN size_bytes bigint`,

  /*
   * Contents that a message had before another item of it brought a newer one, for as long as the item that
   * they came from is there.
   */
  `CREATE TABLE older_contents (
     message_id uuid NOT NULL REFERENCES messages ON DELETE CASCADE,
     content_id uuid NOT NULL REFERENCES message_contents,
     item_id text NOT NULL
   )`,
  `CREATE INDEX older_contents_of_message ON older_contents (message_id)`,
  `CREATE INDEX older_contents_of_content ON older_contents (content_id)`,

  /*
   * source: what the server holds, whatever the profile does not store of it; by it a change is told from a
   * repetition. incomplete: a part of it could not be read.
   */
  `ALTER TABLE message_contents
     ADD COLUMN source bytea,
     ADD COLUMN incomplete boolean NOT NULL DEFAULT false`,
  /* When the item was received that the content is from; null: with the message. */
  `ALTER TABLE messages ADD COLUMN content_received_at timestamptz`,

  /* Why it could not be read: { code, message }. */
  `ALTER TABLE message_attachments ADD COLUMN unavailable jsonb`,

  /* Items of the folder that could not be read when it was compared. */
  `ALTER TABLE audits ADD COLUMN unreadable integer NOT NULL DEFAULT 0`,
  /* When a person asked for the audit that is yet to be made. */
  `ALTER TABLE mailboxes ADD COLUMN audit_requested_at timestamptz`,
];

/** Items that are tried over days, attachments that could not be read, and contents that change. */
export class ItemRetries1764000100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
