import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  /*
   * The feed's order begins with an epoch: transaction ids start again in another cluster, so what was
   * restored there must lie before everything that is written there. A new epoch changes the column's
   * default; see features/deliveries/feed-epochs.store.ts.
   */
  `CREATE TABLE feed_epochs (
    epoch smallint PRIMARY KEY,
    history text,
    began_at timestamptz NOT NULL
  )`,
  `INSERT INTO feed_epochs (epoch, history, began_at) VALUES (1, NULL, now())`,
  `ALTER TABLE events
     ADD COLUMN epoch smallint NOT NULL DEFAULT 1,
     ALTER COLUMN profile_id DROP NOT NULL,
     DROP CONSTRAINT events_pkey,
     ADD PRIMARY KEY (epoch, txid, seq)`,
  `DROP INDEX events_of_profile`,
  `CREATE INDEX events_of_profile ON events (profile_id, epoch, txid, seq)`,
  /* Ids are UUIDs of version 7, so this is also the index by time: replays read a range of it. */
  `CREATE UNIQUE INDEX events_by_id ON events (id)`,

  /*
   * Who is told. cursor_*: how far the feed has been fanned out into webhook_deliveries. The lease says
   * which worker delivers, its token fences off the worker before. A lease_until that has passed means
   * that there is something left to do, null that there is not.
   */
  `CREATE TABLE webhook_endpoints (
    id uuid PRIMARY KEY,
    url text NOT NULL,
    description text,
    event_types text[],
    profile_ids uuid[],
    enabled boolean NOT NULL,
    disabled_reason text CHECK (disabled_reason IN ('manual', 'gone', 'failing')),
    disabled_at timestamptz,
    secret text NOT NULL CONSTRAINT secret_is_sealed CHECK (secret ~ '^v1:[A-Za-z0-9_-]{1,32}:[A-Za-z0-9+/]+={0,2}$'),
    previous_secret text CONSTRAINT previous_secret_is_sealed CHECK (previous_secret ~ '^v1:[A-Za-z0-9_-]{1,32}:[A-Za-z0-9+/]+={0,2}$'),
    previous_secret_until timestamptz,
    cursor_epoch smallint NOT NULL,
    cursor_txid xid8 NOT NULL,
    cursor_seq bigint NOT NULL,
    hold_until timestamptz NOT NULL DEFAULT '-infinity',
    failing_since timestamptz,
    last_success_at timestamptz,
    last_error text,
    last_error_at timestamptz,
    delivered bigint NOT NULL DEFAULT 0,
    lease_token bigint NOT NULL DEFAULT 0,
    lease_until timestamptz,
    removed_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT disabled_says_why CHECK (enabled OR (disabled_reason IS NOT NULL AND disabled_at IS NOT NULL)),
    CONSTRAINT previous_secret_ends CHECK ((previous_secret IS NULL) = (previous_secret_until IS NULL))
  ) WITH (fillfactor = 50)`,

  /*
   * One event for one endpoint. ready: to be sent now; queued: waits in the lane of its order_key behind
   * an earlier one that failed. No reference to events, which are removed in steps of their own.
   */
  `CREATE TABLE webhook_deliveries (
    endpoint_id uuid NOT NULL REFERENCES webhook_endpoints,
    epoch smallint NOT NULL,
    txid xid8 NOT NULL,
    seq bigint NOT NULL,
    event_id uuid NOT NULL,
    order_key uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('ready', 'queued', 'delivered', 'failed')),
    attempts smallint NOT NULL DEFAULT 0,
    last_status smallint,
    last_error text,
    last_ms integer,
    created_at timestamptz NOT NULL,
    attempted_at timestamptz,
    PRIMARY KEY (endpoint_id, epoch, txid, seq)
  ) WITH (fillfactor = 80)`,
  `CREATE UNIQUE INDEX webhook_deliveries_of_event ON webhook_deliveries (endpoint_id, event_id)`,
  `CREATE INDEX webhook_deliveries_open ON webhook_deliveries (endpoint_id, epoch, txid, seq) WHERE state IN ('ready', 'queued')`,
  `CREATE INDEX webhook_deliveries_queued ON webhook_deliveries (endpoint_id, order_key, epoch, txid, seq) WHERE state = 'queued'`,
  `CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (endpoint_id, epoch, txid, seq) WHERE state = 'failed'`,

  /* An order_key of an endpoint with a delivery that failed or was asked for again: its next attempt. */
  `CREATE TABLE webhook_lanes (
    endpoint_id uuid NOT NULL REFERENCES webhook_endpoints,
    order_key uuid NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    PRIMARY KEY (endpoint_id, order_key)
  ) WITH (fillfactor = 70)`,
  `CREATE INDEX webhook_lanes_due ON webhook_lanes (endpoint_id, next_attempt_at)`,

  /* A time range to be delivered again, in steps: reached is the last event that was taken. */
  `CREATE TABLE webhook_replays (
    id uuid PRIMARY KEY,
    endpoint_id uuid NOT NULL REFERENCES webhook_endpoints,
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL,
    event_types text[],
    reached uuid,
    replayed bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    finished_at timestamptz
  )`,
  `CREATE INDEX webhook_replays_of_endpoint ON webhook_replays (endpoint_id, id DESC)`,
  `CREATE INDEX webhook_replays_running ON webhook_replays (endpoint_id) WHERE finished_at IS NULL`,
];

/** The feed's epochs, and webhooks. */
export class Webhooks1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
