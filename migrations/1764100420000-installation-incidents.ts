import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  /* Another kind of subject: a part of the installation itself. It has no owner, so no mail is sent. */
  `ALTER TABLE incidents
    ADD COLUMN installation text CHECK (installation IN ('storage')),
    DROP CONSTRAINT incident_has_one_subject,
    ADD CONSTRAINT incident_has_one_subject CHECK (num_nonnulls(profile_id, endpoint_id, server_host, installation) = 1),
    DROP CONSTRAINT incidents_scope_check,
    ADD CONSTRAINT incidents_scope_check
      CHECK (scope IN ('mailbox', 'profile', 'server', 'notice', 'endpoint', 'installation'))`,
  /* At most one open at a time, whatever its cause. */
  `CREATE UNIQUE INDEX incidents_open_of_installation ON incidents (installation)
    WHERE closed_at IS NULL AND installation IS NOT NULL`,
];

/** Incidents about the installation: its storage. */
export class InstallationIncidents1764100420000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
