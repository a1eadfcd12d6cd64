import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { createDataSource, migrate } from '../../src/platform/database/data-source.js';

const adminUrl = (): URL => new URL(process.env.POSTROOM_TEST_PG ?? '');

async function asAdmin(database: string, ...statements: string[]): Promise<void> {
  const url = adminUrl();
  if (database !== '') url.pathname = `/${database}`;
  const admin = new Client({ connectionString: url.href });
  await admin.connect();
  try {
    for (const statement of statements) await admin.query(statement);
  } finally {
    await admin.end();
  }
}

/** Which index the search has after all migrations, run by an ordinary role. */
async function indexMadeBy(prepare: (role: string, name: string) => readonly [database: string, sql: string][]) {
  const name = `search_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await asAdmin('', `CREATE ROLE ${name} LOGIN PASSWORD '${password}'`, `CREATE DATABASE ${name}`);
  try {
    for (const [database, sql] of prepare(name, name)) await asAdmin(database, sql);
    const url = adminUrl();
    Object.assign(url, { pathname: `/${name}`, username: name, password });
    const dataSource = createDataSource({ url: url.href, poolSize: 2, entities: [] });
    await dataSource.initialize();
    try {
      await migrate(dataSource);
      const [row] = await dataSource.query(`SELECT indexdef FROM pg_indexes WHERE indexname = 'mailboxes_by_text'`);
      return (row?.indexdef as string | undefined) ?? null;
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await asAdmin('', `DROP DATABASE ${name} WITH (FORCE)`, `DROP ROLE ${name}`);
  }
}

describe('the index of the search', () => {
  it('is made by the ordinary owner of a database', async () => {
    expect(await indexMadeBy((role, name) => [['', `ALTER DATABASE ${name} OWNER TO ${role}`]])).toContain(
      'gin_trgm_ops',
    );
  });

  it('uses an extension that lies in a schema of its own', async () => {
    const made = await indexMadeBy((role, name) => [
      ['', `ALTER DATABASE ${name} OWNER TO ${role}`],
      [name, 'CREATE SCHEMA "Its own"'],
      [name, 'CREATE EXTENSION pg_trgm SCHEMA "Its own"'],
      [name, `GRANT USAGE ON SCHEMA "Its own" TO ${role}`],
    ]);
    expect(made).toContain('"Its own".gin_trgm_ops');
  });

  it('is left out where the role may not create the extension, and the schema is there all the same', async () => {
    const made = await indexMadeBy((role, name) => [
      ['', `REVOKE ALL ON DATABASE ${name} FROM PUBLIC`],
      ['', `GRANT CONNECT, TEMPORARY ON DATABASE ${name} TO ${role}`],
      [name, `GRANT USAGE, CREATE ON SCHEMA public TO ${role}`],
    ]);
    expect(made).toBeNull();
  });
});
