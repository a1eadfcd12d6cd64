import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { withAdmin } from '../support/test-server.js';

const nameOf = ({ url }: TestDatabase) => new URL(url).pathname.slice(1);
const exists = async (name: string) =>
  withAdmin(async (admin) => (await admin.query('SELECT FROM pg_database WHERE datname = $1', [name])).rowCount === 1);
const rowsOf = async ({ dataSource }: TestDatabase) => {
  const tables = await dataSource.query<{ name: string }[]>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`,
  );
  const rows: Record<string, unknown> = {};
  for (const { name } of tables)
    rows[name] = (await dataSource.query(`SELECT coalesce(jsonb_agg(t), '[]') AS rows FROM ${name} t`))[0].rows;
  return rows;
};

/** Whether the database that is given back after its use is the next one that somebody gets. */
async function usedAgain(use: (database: TestDatabase) => Promise<unknown>): Promise<{ oid: number; next: number }> {
  const oidOf = async ({ dataSource }: TestDatabase): Promise<number> =>
    (await dataSource.query(`SELECT oid FROM pg_database WHERE datname = current_database()`))[0].oid;
  const first = await createTestDatabase();
  const oid = await oidOf(first);
  await use(first);
  await first.drop();
  const second = await createTestDatabase();
  const next = await oidOf(second);
  await second.drop();
  return { oid, next };
}

it('gives a database that was used to the next one as the migrations left it, by another name', async () => {
  const fresh = await createTestDatabase({ fresh: true });
  const asMigrated = await rowsOf(fresh);
  await fresh.drop();
  const first = await createTestDatabase();
  await first.dataSource.query(
    `INSERT INTO events (id, type, subject_id, data, occurred_at) SELECT gen_random_uuid(), 'mailbox.failed', gen_random_uuid(), '{}', now() FROM generate_series(1, 100)`,
  );
  await first.dataSource.query(`UPDATE feed_epochs SET history = 'another'`);
  await first.dataSource.query(`DELETE FROM overview_sampling`);
  await first.drop();
  expect(await exists(nameOf(first))).toBe(false);
  const second = await createTestDatabase();
  expect(await rowsOf(second)).toEqual(asMigrated);
  expect((await second.dataSource.query(`SELECT nextval('events_seq_seq')::int AS seq`))[0].seq).toBe(1);
  await second.drop();
});

it.each([
  'ALTER TABLE events ALTER COLUMN epoch SET DEFAULT 2',
  'ALTER TABLE users ADD COLUMN colour text',
  'ALTER TABLE users RENAME TO people',
  'ALTER TABLE users DISABLE TRIGGER ALL',
  'CREATE TABLE few AS SELECT 1 AS n',
  'CREATE INDEX few ON users (name)',
  'CREATE SCHEMA bullmq',
  'CREATE EXTENSION pgcrypto',
  'GRANT SELECT ON users TO pg_monitor',
  'ALTER TABLE users SET (fillfactor = 50)',
])('gives a database to nobody after: %s', async (statement) => {
  const { oid, next } = await usedAgain(({ dataSource }) => dataSource.query(statement));
  expect(next).not.toBe(oid);
});

it('gives a database to nobody after it was made read-only', async () => {
  const { oid, next } = await usedAgain((database) =>
    withAdmin((admin) => admin.query(`ALTER DATABASE ${nameOf(database)} SET default_transaction_read_only = on`)),
  );
  expect(next).not.toBe(oid);
});

it('gives the same database again after ordinary use', async () => {
  const { oid, next } = await usedAgain(({ dataSource }) => dataSource.query('SELECT 1'));
  expect(next).toBe(oid);
});
