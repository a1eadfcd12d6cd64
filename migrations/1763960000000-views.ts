import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  /*
   * How things stood, for the charts of the overview: a row for each profile and span of time. lag: how many
   * mailboxes were how late, by the buckets of features/overview/lag-histogram.ts; of a span longer than a minute
   * the sum over its minutes. received, sent: within the span. failed: mailboxes, at its last minute.
   */
  `CREATE TABLE overview_samples (
    step_seconds integer NOT NULL,
    at timestamptz NOT NULL,
    profile_id uuid NOT NULL,
    lag integer[] NOT NULL,
    received integer NOT NULL,
    sent integer NOT NULL,
    failed integer NOT NULL,
    PRIMARY KEY (step_seconds, at, profile_id)
  )`,

  /* One row: which minute was sampled last, so that of several workers one does, and how far in the feed mail is counted. */
  `CREATE TABLE overview_sampling (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    sampled_at timestamptz NOT NULL DEFAULT '-infinity',
    cursor_epoch smallint,
    cursor_txid xid8,
    cursor_seq bigint
  )`,
  `INSERT INTO overview_sampling DEFAULT VALUES`,

  /*
   * Looking for a part of an address or name. The extension comes with PostgreSQL and may be created by the owner of
   * a database; where it is missing all the same, the same search reads all mailboxes. It may have been created in a
   * schema of its own.
   */
  `DO $$ DECLARE home text; BEGIN
    BEGIN
      CREATE EXTENSION IF NOT EXISTS pg_trgm;
    EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
      RAISE NOTICE 'pg_trgm is not to be had: looking for a part of a mailbox''s address reads all mailboxes';
    END;
    SELECT quote_ident(n.nspname) INTO home FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm';
    IF home IS NOT NULL THEN
      EXECUTE 'CREATE INDEX mailboxes_by_text ON mailboxes USING gin (lower(email_address || E''\\n'' || coalesce(display_name, '''')) '
        || home || '.gin_trgm_ops) WHERE removed_at IS NULL';
    END IF;
  END $$`,
];

/** What the overview shows over time, and the search for mailboxes. */
export class Views1763960000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
