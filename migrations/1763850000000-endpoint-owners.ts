import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `ALTER TABLE webhook_endpoints
     ADD COLUMN owner_name text,
     ADD COLUMN owner_email text,
     ADD CONSTRAINT owner_is_whole CHECK ((owner_name IS NULL) = (owner_email IS NULL))`,

  /* What an incident is about: a profile, or a webhook endpoint. A further kind of subject replaces the constraint by its name. */
  `ALTER TABLE incidents
     ALTER COLUMN profile_id DROP NOT NULL,
     ADD COLUMN endpoint_id uuid REFERENCES webhook_endpoints ON DELETE CASCADE,
     ADD CONSTRAINT incident_has_one_subject CHECK (num_nonnulls(profile_id, endpoint_id) = 1),
     DROP CONSTRAINT incidents_scope_check,
     ADD CONSTRAINT incidents_scope_check CHECK (scope IN ('mailbox', 'profile', 'notice', 'endpoint'))`,
  `CREATE UNIQUE INDEX incidents_open_of_endpoint ON incidents (endpoint_id, cause) WHERE closed_at IS NULL AND endpoint_id IS NOT NULL`,
  `CREATE INDEX incidents_of_endpoint ON incidents (endpoint_id, id DESC)`,
  /* Null: the incident says what it is about. */
  `ALTER TABLE notifications ALTER COLUMN profile_id DROP NOT NULL`,

  /* Null: as the profile says. Not validated, for rows that are there hold null, and a scan would hold up every mailbox. */
  `ALTER TABLE mailboxes ADD COLUMN max_sends_per_minute integer`,
  `ALTER TABLE mailboxes ADD CONSTRAINT mailbox_max_sends_per_minute_in_range
     CHECK (max_sends_per_minute BETWEEN 1 AND 1000) NOT VALID`,
];

/** Owners of webhook endpoints, incidents about endpoints, and a rate limit of a mailbox's own. */
export class EndpointOwners1763850000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
