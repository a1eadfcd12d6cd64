import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  /*
   * People who sign in. all_profiles is a column of its own: a viewer limited to one profile must not see
   * everything when that profile is deleted. failed_sign_ins: wrong passwords in a row. A deleted user stays
   * as a name, for the history of who did what, and loses everything else.
   */
  `CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('admin', 'owner', 'viewer')),
    all_profiles boolean NOT NULL,
    password_hash text,
    failed_sign_ins integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    oidc_issuer text,
    oidc_subject text,
    created_at timestamptz NOT NULL,
    last_signed_in_at timestamptz,
    disabled_at timestamptz,
    deleted_at timestamptz,
    CONSTRAINT reach_of_role CHECK (role = 'viewer' OR all_profiles = (role = 'admin')),
    CONSTRAINT single_sign_on_is_whole CHECK ((oidc_issuer IS NULL) = (oidc_subject IS NULL)),
    CONSTRAINT deleted_is_a_name CHECK ((email IS NULL) = (deleted_at IS NOT NULL)
      AND (deleted_at IS NULL OR (password_hash IS NULL AND oidc_subject IS NULL)))
  )`,
  `CREATE UNIQUE INDEX users_by_email ON users (lower(email))`,
  `CREATE INDEX users_admins ON users (id) WHERE role = 'admin' AND deleted_at IS NULL`,
  `CREATE UNIQUE INDEX users_by_subject ON users (oidc_issuer, oidc_subject)`,

  `CREATE TABLE user_profiles (
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    profile_id uuid NOT NULL REFERENCES email_server_profiles ON DELETE CASCADE,
    PRIMARY KEY (user_id, profile_id)
  )`,
  `CREATE INDEX user_profiles_of_profile ON user_profiles (profile_id, user_id)`,

  /* expires_at moves on while the session is used, up to ends_at. Of the cookie only the hash is here. */
  `CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    token_hash bytea NOT NULL,
    signed_in_by text NOT NULL CHECK (signed_in_by IN ('password', 'oidc', 'link')),
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL
  )`,
  `CREATE UNIQUE INDEX sessions_by_token ON sessions (token_hash)`,
  `CREATE INDEX sessions_of_user ON sessions (user_id)`,
  `CREATE INDEX sessions_age ON sessions (expires_at)`,

  /* user_id: null for the link that makes the first administrator. */
  `CREATE TABLE sign_in_links (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('first-admin', 'invitation', 'password-reset')),
    user_id uuid REFERENCES users ON DELETE CASCADE,
    token_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT links_name_users CHECK ((user_id IS NULL) = (kind = 'first-admin'))
  )`,
  `CREATE UNIQUE INDEX sign_in_links_by_token ON sign_in_links (token_hash)`,
  `CREATE UNIQUE INDEX sign_in_links_of_user ON sign_in_links (user_id, kind)`,
  `CREATE INDEX sign_in_links_of_nobody ON sign_in_links (created_at) WHERE user_id IS NULL`,
  `CREATE INDEX sign_in_links_age ON sign_in_links (expires_at)`,

  /* Tries at signing in within a window of time, by the hash of an address or an e-mail address. */
  `CREATE TABLE sign_in_attempts (
    key bytea PRIMARY KEY,
    attempts integer NOT NULL,
    window_ends_at timestamptz NOT NULL
  )`,
  `CREATE INDEX sign_in_attempts_age ON sign_in_attempts (window_ends_at)`,

  /* api_key_id now names an API key or a user; neither is ever deleted, so the reference served no purpose. */
  `ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_api_key_id_fkey`,
  /* Likewise of reports, with the name at that time; null: from before there were users. */
  `ALTER TABLE diagnostic_reports ADD COLUMN asked_by text`,
];

/** Users, their profiles, sessions and one-time links. */
export class Users1763950000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
