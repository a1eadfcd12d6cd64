import type { MigrationInterface, QueryRunner } from 'typeorm';

const tables = [
  /* Who may call the API. The secret itself is never kept: 256 random bits need no slow hash. */
  `CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    prefix text NOT NULL,
    secret_hash bytea NOT NULL UNIQUE,
    scopes text[] NOT NULL CHECK (scopes <@ ARRAY['read', 'write', 'admin'] AND cardinality(scopes) > 0),
    profile_ids uuid[],
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz
  )`,

  /* What a POST with an Idempotency-Key answered; written in the transaction of its effect. */
  `CREATE TABLE idempotency_keys (
    api_key_id uuid NOT NULL REFERENCES api_keys ON DELETE CASCADE,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    status smallint,
    answer jsonb,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (api_key_id, key)
  )`,
  `CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at)`,

  `CREATE TABLE email_server_profiles (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    owner_name text NOT NULL,
    owner_email text NOT NULL,
    server_type text NOT NULL CHECK (server_type = 'exchange'),
    ews_url text NOT NULL,
    auth_type text NOT NULL CHECK (auth_type = 'basic'),
    auth_username text NOT NULL,
    auth_secret text NOT NULL CONSTRAINT auth_secret_is_sealed CHECK (auth_secret ~ '^v1:[A-Za-z0-9_-]{1,32}:[A-Za-z0-9+/]+={0,2}$'),
    access text NOT NULL CHECK (access IN ('impersonation', 'delegation')),
    connecting_sid_type text NOT NULL CHECK (connecting_sid_type IN ('SmtpAddress', 'PrimarySmtpAddress', 'PrincipalName', 'SID')),
    process_emails_from timestamptz NOT NULL,
    min_polling_interval_seconds integer NOT NULL CHECK (min_polling_interval_seconds BETWEEN 1 AND 86400),
    max_concurrent_connections integer NOT NULL CHECK (max_concurrent_connections BETWEEN 1 AND 300),
    notify_owner boolean NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,

  /*
   * How hard a profile may press its server, shared by all processes. Apart from the profile because
   * it changes with every throttling answer, and because the dispatcher locks the row while it claims.
   */
  `CREATE TABLE profile_pacing (
    profile_id uuid PRIMARY KEY REFERENCES email_server_profiles ON DELETE CASCADE,
    concurrency integer NOT NULL CHECK (concurrency >= 1),
    grown_at timestamptz NOT NULL,
    hold_until timestamptz NOT NULL DEFAULT '-infinity',
    suspended_cause text,
    strikes integer NOT NULL DEFAULT 0
  )`,

  `CREATE TABLE mailboxes (
    id uuid PRIMARY KEY,
    profile_id uuid NOT NULL REFERENCES email_server_profiles,
    email_address text NOT NULL,
    display_name text,
    connecting_sid text,
    incoming boolean NOT NULL,
    outgoing boolean NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'failed', 'paused')),
    state_since timestamptz NOT NULL,
    state_version integer NOT NULL DEFAULT 0,
    failure jsonb,
    failed_probes integer NOT NULL DEFAULT 0,
    last_sync_at timestamptz,
    last_error jsonb,
    removed_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT failed_says_why CHECK (state <> 'failed' OR failure IS NOT NULL)
  ) WITH (fillfactor = 80)`,
  `CREATE UNIQUE INDEX mailboxes_address ON mailboxes (profile_id, lower(email_address)) WHERE removed_at IS NULL`,
  `CREATE INDEX mailboxes_by_address ON mailboxes (lower(email_address), id) WHERE removed_at IS NULL`,
  `CREATE INDEX mailboxes_of_profile ON mailboxes (profile_id, id)`,
  `CREATE INDEX mailboxes_in_state ON mailboxes (state, id) WHERE removed_at IS NULL`,

  /*
   * The schedule: what each mailbox has to do, and when. A claim takes a lease; its token fences off a
   * worker that lost it. due_at is null while there is nothing to wait for (paused, or no mail to send).
   * asked_token: the lease during which somebody asked for another run, which must follow it.
   * lane: 0 a person asked, 1 the routine, 2 what can wait (a first import, a removal).
   */
  `CREATE TABLE mailbox_work (
    mailbox_id uuid NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('incoming', 'outgoing', 'removal')),
    profile_id uuid NOT NULL,
    lane smallint NOT NULL DEFAULT 1 CHECK (lane BETWEEN 0 AND 2),
    due_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    lease_token bigint NOT NULL DEFAULT 0,
    lease_until timestamptz,
    asked_token bigint,
    PRIMARY KEY (mailbox_id, kind)
  ) WITH (fillfactor = 70)`,
  `CREATE INDEX mailbox_work_due ON mailbox_work (profile_id, lane, due_at) WHERE due_at IS NOT NULL`,
  `CREATE INDEX mailbox_work_leased ON mailbox_work (profile_id, lease_until) WHERE lease_until IS NOT NULL`,

  /* Where the sync of a folder stands; written in the transaction of the items it covers. */
  `CREATE TABLE mailbox_folders (
    mailbox_id uuid NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    folder text NOT NULL,
    import_from timestamptz NOT NULL,
    import_reached timestamptz,
    imported_at timestamptz,
    sync_state text,
    baseline_at timestamptz,
    PRIMARY KEY (mailbox_id, folder)
  )`,

  /* Items that could not be read; retried over later cycles, then set aside in sight of everybody. */
  `CREATE TABLE item_failures (
    mailbox_id uuid NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    item_id text NOT NULL,
    folder text NOT NULL,
    attempts integer NOT NULL,
    code text NOT NULL,
    message text NOT NULL,
    first_at timestamptz NOT NULL,
    retry_at timestamptz,
    PRIMARY KEY (mailbox_id, item_id)
  )`,

  /*
   * No reference to the profile: a content goes with the last message that shows it, and a reference
   * would need an index on every content only to delete profiles.
   */
  /* Content apart from the message: lists never read it, and one content can be seen in several mailboxes. */
  `CREATE TABLE message_contents (
    id uuid PRIMARY KEY,
    profile_id uuid NOT NULL,
    text_body text,
    html_body text,
    headers jsonb NOT NULL,
    mime bytea
  )`,
  /* bytes is null when the attachment is read out of the MIME, which then holds it anyway. */
  `CREATE TABLE message_attachments (
    content_id uuid NOT NULL REFERENCES message_contents ON DELETE CASCADE,
    position integer NOT NULL,
    filename text,
    content_type text NOT NULL,
    content_id_header text,
    is_inline boolean NOT NULL,
    size_bytes integer NOT NULL,
    bytes bytea,
    PRIMARY KEY (content_id, position)
  )`,

  /*
   * identity: what makes a message the same one after a move or a lost sync state; see
   * features/incoming/message-identity.ts.
   */
  `CREATE TABLE messages (
    id uuid PRIMARY KEY,
    mailbox_id uuid NOT NULL REFERENCES mailboxes,
    profile_id uuid NOT NULL,
    content_id uuid NOT NULL REFERENCES message_contents,
    identity bytea NOT NULL,
    folder text,
    item_id text NOT NULL,
    item_class text,
    internet_message_id text,
    conversation_id text,
    in_reply_to text,
    reference_ids text[] NOT NULL,
    subject text,
    from_name text,
    from_address text,
    sender_name text,
    sender_address text,
    recipients jsonb NOT NULL,
    importance text NOT NULL CHECK (importance IN ('low', 'normal', 'high')),
    is_read boolean NOT NULL,
    has_attachments boolean NOT NULL,
    size_bytes integer NOT NULL,
    sent_at timestamptz,
    received_at timestamptz NOT NULL,
    stored_at timestamptz NOT NULL,
    UNIQUE (mailbox_id, identity)
  )`,
  `CREATE INDEX messages_newest ON messages (mailbox_id, received_at DESC, id DESC)`,
  `CREATE INDEX messages_by_item ON messages USING hash (item_id)`,
  `CREATE INDEX messages_of_content ON messages (content_id)`,

  `CREATE TABLE outgoing_messages (
    id uuid PRIMARY KEY,
    mailbox_id uuid NOT NULL REFERENCES mailboxes,
    profile_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'failed', 'cancelled')),
    step text NOT NULL DEFAULT 'new' CHECK (step IN ('new', 'saving', 'saved', 'submitting', 'submitted')),
    internet_message_id text NOT NULL,
    subject text NOT NULL,
    recipients jsonb NOT NULL,
    text_body text,
    html_body text,
    item_id text,
    change_key text,
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    unseen_looks integer NOT NULL DEFAULT 0,
    failure jsonb,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    sent_at timestamptz
  )`,
  /* What a run has to do: messages to send, and drafts of cancelled ones to take off the server. outgoing.store.ts repeats the condition. */
  `CREATE INDEX outgoing_messages_waiting ON outgoing_messages (mailbox_id, id)
    WHERE state IN ('pending', 'sending') OR (state = 'cancelled' AND step IN ('saving', 'saved'))`,
  `CREATE INDEX outgoing_messages_of_mailbox ON outgoing_messages (mailbox_id, id DESC)`,
  /* All but the sent ones, which are nearly all: these are found by going backwards. */
  `CREATE INDEX outgoing_messages_in_state ON outgoing_messages (state, id DESC) WHERE state <> 'sent'`,
  `CREATE INDEX outgoing_messages_of_profile ON outgoing_messages (profile_id, id DESC)`,
  `CREATE TABLE outgoing_attachments (
    message_id uuid NOT NULL REFERENCES outgoing_messages ON DELETE CASCADE,
    position integer NOT NULL,
    filename text NOT NULL,
    content_type text NOT NULL,
    content_id text,
    is_inline boolean NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (message_id, position)
  )`,

  /* One trouble of a profile, however many mailboxes it stops. cause: what makes two failures the same. */
  `CREATE TABLE incidents (
    id uuid PRIMARY KEY,
    profile_id uuid NOT NULL REFERENCES email_server_profiles ON DELETE CASCADE,
    cause text NOT NULL,
    scope text NOT NULL CHECK (scope IN ('mailbox', 'profile')),
    first_failure jsonb NOT NULL,
    last_failure jsonb NOT NULL,
    failures integer NOT NULL DEFAULT 0,
    opened_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    closed_at timestamptz
  )`,
  `CREATE UNIQUE INDEX incidents_open ON incidents (profile_id, cause) WHERE closed_at IS NULL`,
  `CREATE INDEX incidents_of_profile ON incidents (profile_id, id DESC)`,
  `CREATE TABLE incident_mailboxes (
    incident_id uuid NOT NULL REFERENCES incidents ON DELETE CASCADE,
    mailbox_id uuid NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    joined_at timestamptz NOT NULL,
    recovered_at timestamptz,
    PRIMARY KEY (incident_id, mailbox_id)
  )`,
  `CREATE INDEX incident_mailboxes_of_mailbox ON incident_mailboxes (mailbox_id)`,
  `CREATE INDEX incident_mailboxes_left ON incident_mailboxes (incident_id) WHERE recovered_at IS NULL`,

  /* The outbox of mail to profile owners. kept: written, but there is no SMTP server to send it by. */
  `CREATE TABLE notifications (
    id uuid PRIMARY KEY,
    profile_id uuid NOT NULL REFERENCES email_server_profiles ON DELETE CASCADE,
    incident_id uuid NOT NULL REFERENCES incidents ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('opened', 'recovered')),
    recipient_name text NOT NULL,
    recipient_email text NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'sent', 'kept', 'failed')),
    subject text,
    text_body text,
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    last_error text,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    UNIQUE (incident_id, kind)
  )`,
  `CREATE INDEX notifications_due ON notifications (next_attempt_at) WHERE state = 'pending'`,
  `CREATE INDEX notifications_of_profile ON notifications (profile_id, id DESC)`,

  /*
   * The change feed. A reader shows only rows whose transaction is older than every one still running,
   * in the order (txid, seq): a row that commits late is then always ahead of the cursor.
   */
  `CREATE TABLE events (
    txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    seq bigint GENERATED ALWAYS AS IDENTITY,
    id uuid NOT NULL,
    type text NOT NULL,
    profile_id uuid NOT NULL,
    mailbox_id uuid,
    subject_id uuid NOT NULL,
    data jsonb NOT NULL,
    occurred_at timestamptz NOT NULL,
    PRIMARY KEY (txid, seq)
  )`,
  `CREATE INDEX events_of_profile ON events (profile_id, txid, seq)`,
];

/** The first schema. docs/architecture.md says what each table is for. */
export class Initial1763700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of tables) await runner.query(statement);
    // lz4 costs a tenth of pglz's time on mail; a server built without it keeps the default.
    await runner.query(`DO $$ BEGIN
      ALTER TABLE message_contents ALTER COLUMN mime SET COMPRESSION lz4, ALTER COLUMN html_body SET COMPRESSION lz4, ALTER COLUMN text_body SET COMPRESSION lz4;
    EXCEPTION WHEN feature_not_supported OR syntax_error OR invalid_parameter_value THEN NULL; END $$`);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
