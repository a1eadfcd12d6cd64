import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Cursors of earlier versions can lie ahead of the last durable event, where a crash of PostgreSQL has transaction ids
 * come again. A new epoch puts everything that is written from now on behind all of them. A database that has served
 * nobody has handed out no cursor, and keeps its first epoch. The locks are those of FeedEpochsStore: no transaction of
 * the old epoch commits after the new one has begun.
 */
const statement = `
DO $$
DECLARE next smallint;
BEGIN
  LOCK TABLE feed_epochs IN SHARE ROW EXCLUSIVE MODE;
  LOCK TABLE events IN ACCESS EXCLUSIVE MODE;
  IF EXISTS (SELECT FROM events) OR EXISTS (SELECT FROM api_keys) OR EXISTS (SELECT FROM users) THEN
    INSERT INTO feed_epochs (epoch, history, began_at)
      SELECT epoch + 1, history, now() FROM feed_epochs ORDER BY epoch DESC LIMIT 1 RETURNING epoch INTO next;
    EXECUTE format('ALTER TABLE events ALTER COLUMN epoch SET DEFAULT %s', next);
  END IF;
END $$`;

/** A new epoch of the feed, behind the cursors that were handed out before only places of events were. */
export class DurableCursors1764000500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
