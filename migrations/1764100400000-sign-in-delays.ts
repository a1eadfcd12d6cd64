import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  /* Failed password attempts, by the hash of an e-mail address, alone or with the client network. */
  `CREATE TABLE sign_in_delays (
    key bytea PRIMARY KEY,
    tries integer NOT NULL,
    wait_until timestamptz NOT NULL,
    ends_at timestamptz NOT NULL
  )`,
  `CREATE INDEX sign_in_delays_age ON sign_in_delays (ends_at)`,

  /* Networks that a user has signed in from, hashed. */
  `CREATE TABLE known_networks (
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    network bytea NOT NULL,
    last_used_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, network)
  )`,

  /*
   * Users are no longer locked. The columns stay for processes of the previous version, which run until they are
   * replaced; nothing else writes them.
   */
  `UPDATE users SET failed_sign_ins = 0, locked_until = NULL WHERE locked_until IS NOT NULL OR failed_sign_ins > 0`,
];

/** Delays per network and user, instead of a lock that attackers could keep closed. */
export class SignInDelays1764100400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
