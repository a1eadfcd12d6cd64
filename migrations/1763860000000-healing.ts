import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  /* verifying: denied once, and looked at again before anybody is told. */
  `ALTER TABLE mailboxes DROP CONSTRAINT mailboxes_state_check, DROP CONSTRAINT failed_says_why,
    ADD CONSTRAINT mailboxes_state_check CHECK (state IN ('active', 'verifying', 'failed', 'paused')) NOT VALID,
    ADD CONSTRAINT stopped_says_why CHECK (state NOT IN ('verifying', 'failed') OR failure IS NOT NULL) NOT VALID`,
  `ALTER TABLE mailboxes VALIDATE CONSTRAINT mailboxes_state_check`,
  `ALTER TABLE mailboxes VALIDATE CONSTRAINT stopped_says_why`,

  /* Profiles of one server share its absence. Addresses hold no user name, so what stands before the path is host and port. */
  `ALTER TABLE email_server_profiles
    ADD COLUMN server_host text GENERATED ALWAYS AS (lower(substring(ews_url from '^[A-Za-z]+://([^/?#]+)'))) STORED`,
  `CREATE INDEX profiles_of_server ON email_server_profiles (server_host)`,

  /* Servers that have left calls unanswered since failing_since, without one answer in between. */
  `CREATE TABLE server_pacing (
    host text PRIMARY KEY,
    failing_since timestamptz NOT NULL,
    failures integer NOT NULL,
    suspended_cause text,
    strikes integer NOT NULL DEFAULT 0,
    hold_until timestamptz NOT NULL DEFAULT '-infinity',
    canary_until timestamptz NOT NULL DEFAULT '-infinity'
  )`,

  /*
   * server_host: about a server and so about all of its profiles. suspends: ends when the profile resumes, not
   * with its last mailbox. stopped, affected: mailboxes that it stops and that it ever stopped, counted as they
   * come and go, because counting thousands at each step takes longer the worse it is.
   */
  `ALTER TABLE incidents
    ADD COLUMN server_host text,
    ADD COLUMN suspends boolean NOT NULL DEFAULT false,
    ADD COLUMN stopped integer NOT NULL DEFAULT 0,
    ADD COLUMN affected integer NOT NULL DEFAULT 0,
    DROP CONSTRAINT incident_has_one_subject,
    ADD CONSTRAINT incident_has_one_subject CHECK (num_nonnulls(profile_id, endpoint_id, server_host) = 1),
    DROP CONSTRAINT incidents_scope_check,
    ADD CONSTRAINT incidents_scope_check CHECK (scope IN ('mailbox', 'profile', 'server', 'notice', 'endpoint'))`,
  `UPDATE incidents i SET suspends = i.scope = 'profile',
     stopped = (SELECT count(*) FROM incident_mailboxes m WHERE m.incident_id = i.id AND m.recovered_at IS NULL),
     affected = (SELECT count(*) FROM incident_mailboxes m WHERE m.incident_id = i.id)`,
  `CREATE UNIQUE INDEX incidents_open_of_server ON incidents (server_host) WHERE closed_at IS NULL AND server_host IS NOT NULL`,
  `CREATE INDEX incidents_of_server ON incidents (server_host, id DESC) WHERE server_host IS NOT NULL`,

  /* When a mailbox was last looked at for the incident: the next look goes to the one that has waited longest. */
  `ALTER TABLE incident_mailboxes ADD COLUMN looked_at timestamptz NOT NULL DEFAULT '-infinity'`,
  `DROP INDEX incident_mailboxes_left`,
  `CREATE INDEX incident_mailboxes_left ON incident_mailboxes (incident_id, looked_at) WHERE recovered_at IS NULL`,

  /* A server's incident is told to the owner of each of its profiles, once to each address. */
  `ALTER TABLE notifications DROP CONSTRAINT notifications_incident_id_kind_key`,
  `CREATE UNIQUE INDEX notifications_once ON notifications (incident_id, kind, lower(recipient_email))`,
];

/** Second looks before a mailbox fails, servers that are away, and the way back in waves. */
export class Healing1763860000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
