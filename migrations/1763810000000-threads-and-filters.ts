import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  /*
   * Messages that belong together, over all mailboxes of a profile. merged_into: a thread that turned out
   * to be part of another stays as a pointer, so that ids which callers keep still lead somewhere.
   * size: messages that ever joined; what merging goes by, and no count to show.
   */
  `CREATE TABLE threads (
    id uuid PRIMARY KEY,
    profile_id uuid NOT NULL REFERENCES email_server_profiles ON DELETE CASCADE,
    subject text,
    first_message_at timestamptz NOT NULL,
    last_message_at timestamptz NOT NULL,
    size integer NOT NULL,
    merged_into uuid,
    created_at timestamptz NOT NULL
  ) WITH (fillfactor = 80)`,
  `CREATE INDEX threads_newest ON threads (profile_id, last_message_at DESC, id DESC)`,
  `CREATE INDEX threads_merged ON threads (merged_into) WHERE merged_into IS NOT NULL`,

  /*
   * Hashes of everything that ties messages together: Message-IDs, also of messages that others mention
   * and nobody has seen, ConversationIds, and tokens given out. is_ours: of a message that we sent.
   * No reference to the thread: keys are written before their thread is known, see threads.store.ts.
   */
  `CREATE TABLE thread_keys (
    profile_id uuid NOT NULL REFERENCES email_server_profiles ON DELETE CASCADE,
    key bytea NOT NULL,
    thread_id uuid NOT NULL,
    is_ours boolean NOT NULL,
    PRIMARY KEY (profile_id, key)
  )`,
  `CREATE INDEX thread_keys_of_thread ON thread_keys (thread_id)`,

  /* Which message is in which thread. Apart from the messages, so that merging rewrites narrow rows. */
  `CREATE TABLE thread_messages (
    thread_id uuid NOT NULL REFERENCES threads ON DELETE CASCADE,
    profile_id uuid NOT NULL,
    mailbox_id uuid NOT NULL,
    message_id uuid REFERENCES messages ON DELETE CASCADE,
    outgoing_id uuid REFERENCES outgoing_messages ON DELETE CASCADE,
    at timestamptz NOT NULL,
    match text NOT NULL CHECK (match IN ('in-reply-to', 'references', 'token', 'conversation', 'smart', 'new')),
    smart_key bytea,
    CONSTRAINT one_of_two CHECK (num_nonnulls(message_id, outgoing_id) = 1)
  )`,
  `CREATE UNIQUE INDEX thread_messages_incoming ON thread_messages (message_id)`,
  `CREATE UNIQUE INDEX thread_messages_outgoing ON thread_messages (outgoing_id)`,
  `CREATE INDEX thread_messages_in_order ON thread_messages (thread_id, at, (coalesce(message_id, outgoing_id)))`,
  `CREATE INDEX thread_messages_of_mailbox ON thread_messages (mailbox_id, at DESC, (coalesce(message_id, outgoing_id)) DESC)`,
  `CREATE INDEX thread_messages_smart ON thread_messages (profile_id, smart_key, at DESC) WHERE smart_key IS NOT NULL`,

  /* How far the messages that are there already have been put into threads, which workers do in small steps. */
  `CREATE TABLE thread_catch_up (
    kind text PRIMARY KEY CHECK (kind IN ('incoming', 'outgoing')),
    reached uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    done_at timestamptz
  )`,
  `INSERT INTO thread_catch_up (kind) VALUES ('incoming'), ('outgoing')`,

  /* Constant defaults: PostgreSQL notes them in the catalogue and rewrites no row. */
  `ALTER TABLE email_server_profiles
    ADD COLUMN tracking_token jsonb NOT NULL DEFAULT '{"enabled": false, "prefix": "PR:", "digits": 8}',
    ADD COLUMN smart_matching jsonb NOT NULL DEFAULT '{"enabled": false, "windowDays": 14}',
    ADD COLUMN blocked_attachment_extensions text[] NOT NULL DEFAULT '{}',
    ADD COLUMN max_attachment_bytes integer CHECK (max_attachment_bytes >= 0),
    ADD COLUMN max_message_bytes integer CHECK (max_message_bytes >= 0)`,
  `ALTER TABLE mailboxes ADD COLUMN filter text NOT NULL DEFAULT 'all'
    CONSTRAINT filter_is_known CHECK (filter IN ('all', 'replies', 'known', 'none'))`,

  /* Items that a filter turned away, so that no later listing fetches and counts them again. */
  `CREATE TABLE filtered_items (
    mailbox_id uuid NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    item_hash bytea NOT NULL,
    PRIMARY KEY (mailbox_id, item_hash)
  )`,
  `CREATE TABLE filtered_counts (
    mailbox_id uuid NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    day date NOT NULL,
    items integer NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (mailbox_id, day)
  )`,

  /* Whose mail a profile's mailboxes want. An entry with an @ is an address, one without a domain. */
  `CREATE TABLE address_book (
    profile_id uuid NOT NULL REFERENCES email_server_profiles ON DELETE CASCADE,
    entry text COLLATE "C" NOT NULL,
    note text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (profile_id, entry)
  )`,

  `ALTER TABLE message_attachments ADD COLUMN blocked text`,
  /* Why of a message only the headers are here; null: all of it is. */
  `ALTER TABLE message_contents ADD COLUMN omitted jsonb`,
];

/** Threads, filters with the address book, and what of a message is not stored. docs/mail.md says how they work. */
export class ThreadsAndFilters1763810000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
