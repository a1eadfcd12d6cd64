import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  /*
   * import_at: where an import stands whose pages go on by offset. find_page, sync_page: rows that the server
   * manages in one page, null for as many as are asked for. listed_by: the way of listing while the usual one
   * does not work, and why; fallbacks: how often in a row. way_failures: listings that failed in a row. listed_rows: since the folder was last caught up.
   */
  `ALTER TABLE mailbox_folders
     ADD COLUMN import_at jsonb,
     ADD COLUMN find_page integer,
     ADD COLUMN sync_page integer,
     ADD COLUMN pages_changed_at timestamptz,
     ADD COLUMN listed_by text,
     ADD COLUMN listed_by_until timestamptz,
     ADD COLUMN listed_by_code text,
     ADD COLUMN listed_by_since timestamptz,
     ADD COLUMN fallbacks integer NOT NULL DEFAULT 0,
     ADD COLUMN state_refusals integer NOT NULL DEFAULT 0,
     ADD COLUMN way_failures integer NOT NULL DEFAULT 0,
     ADD COLUMN listed_rows bigint NOT NULL DEFAULT 0`,

  /*
   * Changes that named no item, and the listing by date that looks for what they were: recheck is where it
   * stands, rechecked_at when the whole folder was last looked through for it.
   */
  `ALTER TABLE mailbox_folders
     ADD COLUMN unlisted integer NOT NULL DEFAULT 0,
     ADD COLUMN unlisted_at timestamptz,
     ADD COLUMN recheck jsonb,
     ADD COLUMN rechecked_at timestamptz`,

  /* A folder that fails while others work backs off alone. */
  `ALTER TABLE mailbox_folders
     ADD COLUMN failed_attempts integer NOT NULL DEFAULT 0,
     ADD COLUMN failing_since timestamptz,
     ADD COLUMN retry_at timestamptz,
     ADD COLUMN failure jsonb`,
];

/** Other ways of listing a folder, pages that the server manages, and folders that fail alone. */
export class Listing1764000200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
