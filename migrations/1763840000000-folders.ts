import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `ALTER TABLE mailboxes
     ADD COLUMN folders jsonb NOT NULL DEFAULT '[{"path": "inbox", "subfolders": false}]',
     ADD COLUMN folders_resolved_at timestamptz`,

  /* folder: a well-known name, or the server's id. A folder that is watched no more keeps its progress. */
  `ALTER TABLE mailbox_folders
     ADD COLUMN path text,
     ADD COLUMN watched boolean NOT NULL DEFAULT true,
     ADD COLUMN missing_since timestamptz`,

  /*
   * Where a message lies on the server. Several rows: copies, and what people send to themselves. None:
   * it left the watched folders. The ids are long and only compared, which is what a hash index is for.
   */
  `CREATE TABLE message_items (
     message_id uuid NOT NULL REFERENCES messages ON DELETE CASCADE,
     mailbox_id uuid NOT NULL,
     folder text NOT NULL,
     item_id text NOT NULL
   )`,
  `INSERT INTO message_items (message_id, mailbox_id, folder, item_id)
     SELECT id, mailbox_id, folder, item_id FROM messages WHERE folder IS NOT NULL`,
  `CREATE INDEX message_items_by_item ON message_items USING hash (item_id)`,
  `CREATE INDEX message_items_of_message ON message_items (message_id)`,

  /*
   * folder: the place that was last announced. unsettled: its items changed since. left_at: when the
   * last of them went; gone_at: when that was announced.
   */
  `ALTER TABLE messages
     DROP COLUMN item_id,
     ADD COLUMN unsettled boolean NOT NULL DEFAULT false,
     ADD COLUMN left_at timestamptz,
     ADD COLUMN gone_at timestamptz`,
  `CREATE INDEX messages_unsettled ON messages (mailbox_id) WHERE unsettled`,

  /* digest: equal for the same message in another mailbox of the profile, whose content is then stored once. */
  `ALTER TABLE message_contents ADD COLUMN digest bytea`,
  `CREATE UNIQUE INDEX message_contents_digest ON message_contents (profile_id, digest) WHERE digest IS NOT NULL`,
];

/** Folders by choice, moves and deletions as changes, and content stored once a profile. */
export class Folders1763840000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
