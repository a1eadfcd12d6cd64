import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Finds the content of a message in another mailbox, or rendered differently by the server, by its parts. The index
 * starts empty but still needs one pass over all contents, which can take minutes. It has its own transaction, which
 * blocks writes of contents but no reads; together with the new columns it would lock messages for that time.
 */
export class ContentSourceIndex1764000600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX IF NOT EXISTS message_contents_source ON message_contents (profile_id, source) WHERE source IS NOT NULL`,
    );
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
