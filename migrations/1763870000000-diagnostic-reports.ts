import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  /*
   * Results of the connectivity analysis that somebody wanted to keep. profile_id: null for a server that
   * was looked at without a profile. Of the link by which a report is shared only the hash is here.
   */
  `CREATE TABLE diagnostic_reports (
    id uuid PRIMARY KEY,
    profile_id uuid REFERENCES email_server_profiles ON DELETE CASCADE,
    api_key_id uuid NOT NULL,
    email_address text,
    ews_url text,
    summary jsonb NOT NULL,
    steps jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    share_hash bytea,
    share_expires_at timestamptz,
    CONSTRAINT shares_end CHECK ((share_hash IS NULL) = (share_expires_at IS NULL))
  )`,
  `CREATE INDEX diagnostic_reports_of_profile ON diagnostic_reports (profile_id, id DESC)`,
  `CREATE INDEX diagnostic_reports_age ON diagnostic_reports (created_at)`,
  `CREATE UNIQUE INDEX diagnostic_reports_shared ON diagnostic_reports (share_hash) WHERE share_hash IS NOT NULL`,
];

/** Kept results of the connectivity analysis. */
export class DiagnosticReports1763870000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
