import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  /*
   * By which words a message is found: of its subject and its people, whole addresses, and the ids of its profile
   * and mailbox, so that one index answers a search within somebody's reach. Apart from messages, which are
   * updated all the time, and new, so that no index is built over mail that is there already.
   */
  `CREATE TABLE message_words (
    message_id uuid PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    mailbox_id uuid NOT NULL,
    profile_id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    words tsvector NOT NULL
  )`,
  `CREATE INDEX message_words_found ON message_words USING gin (words)`,
  `CREATE INDEX message_words_newest ON message_words (received_at DESC, message_id DESC)`,
  `CREATE INDEX message_words_of_profile ON message_words (profile_id, received_at DESC, message_id DESC)`,

  `CREATE TABLE outgoing_words (
    outgoing_id uuid PRIMARY KEY REFERENCES outgoing_messages ON DELETE CASCADE,
    words tsvector NOT NULL
  )`,
  `CREATE INDEX outgoing_words_found ON outgoing_words USING gin (words)`,

  /*
   * How far the messages that are there already have got their words, which workers give them in small steps, the
   * newest first. walked_at: all that was there has them. Until done_at the newest are looked at again, since
   * processes of the version before may still store some without.
   */
  `CREATE TABLE search_catch_up (
    kind text PRIMARY KEY CHECK (kind IN ('incoming', 'outgoing')),
    reached uuid NOT NULL DEFAULT 'ffffffff-ffff-ffff-ffff-ffffffffffff',
    begun_at timestamptz NOT NULL DEFAULT now(),
    walked_at timestamptz,
    done_at timestamptz
  )`,
  `INSERT INTO search_catch_up (kind) VALUES ('incoming'), ('outgoing')`,
];

/** Words by which received and outgoing messages are found. */
export class Search1763970000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
