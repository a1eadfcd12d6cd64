import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  /* When a profile last stopped muting a cause: an escalation does not count the time before. */
  `CREATE TABLE cause_unmutings (
    profile_id uuid NOT NULL REFERENCES email_server_profiles ON DELETE CASCADE,
    code text NOT NULL,
    unmuted_at timestamptz NOT NULL,
    PRIMARY KEY (profile_id, code)
  )`,

  /*
   * What one mailbox met and the whole profile may have: refused credentials, a server that asks for quiet, an
   * address where no Exchange answers. A row lasts from the first such answer to the next one that disproves it,
   * or until the profile is held for it. since: the start of the first call; met: mailboxes that met it.
   */
  `CREATE TABLE profile_doubts (
    profile_id uuid NOT NULL REFERENCES email_server_profiles ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('credentials', 'throttling', 'address')),
    cause text NOT NULL,
    since timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    tries integer NOT NULL,
    met uuid[] NOT NULL,
    PRIMARY KEY (profile_id, kind)
  )`,

  /*
   * first_failure_at: when the trouble began, which is before it was established and the incident opened; null:
   * not known to be earlier.
   * quiet_until: the cause ended within the last day and its people know of it; until then nobody is mailed.
   */
  `ALTER TABLE incidents ADD COLUMN first_failure_at timestamptz, ADD COLUMN quiet_until timestamptz`,

  /* When the server last answered the run under the lease; a run that waits longer counts as unanswered. */
  `ALTER TABLE mailbox_work ADD COLUMN answered_at timestamptz`,
];

/** What an error means for a mailbox, its profile and its server. */
export class Attribution1764000300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
