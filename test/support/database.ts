import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import type { DataSource, MixedList } from 'typeorm';
import { createDataSource, migrate } from '../../src/platform/database/data-source.js';

export interface TestDatabase {
  readonly url: string;
  readonly dataSource: DataSource;
  /** Closes the data source and drops the database. */
  drop(): Promise<void>;
}

interface TestDatabaseOptions {
  readonly entities?: MixedList<new (...args: never[]) => object>;
  readonly poolSize?: number;
}

const templateLock = 0x74656d70;

/** A database of the caller's own with the present schema, on the server of this test's worker. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await withAdmin(async (admin) => {
    await admin.query('SELECT pg_advisory_lock($1)', [templateLock]);
    // The session's end releases the lock: cloning one template is a matter of one at a time anyway.
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${await template(admin)} STRATEGY wal_log`);
  });
  const url = urlOf(name);
  const dataSource = createDataSource({ url, poolSize: options.poolSize ?? 10, entities: options.entities ?? [] });
  await dataSource.initialize();
  const drop = async () => {
    if (dataSource.isInitialized) await dataSource.destroy();
    await withAdmin((admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  };
  return { url, dataSource, drop };
}

/**
 * Made by the first who asks. Named after the migrations' text: a server given by TEST_DATABASE_URL
 * outlives the run, and must not hand out yesterday's schema.
 */
async function template(admin: Client): Promise<string> {
  const name = `template_${await migrationsHash()}`;
  const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate', [name]);
  if (rowCount) return name;
  // Left half-made by a run that was killed.
  await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${name}`);
  const dataSource = createDataSource({ url: urlOf(name), poolSize: 2, entities: [] });
  await dataSource.initialize();
  await migrate(dataSource);
  await dataSource.destroy();
  await admin.query(`ALTER DATABASE ${name} WITH IS_TEMPLATE true`);
  return name;
}

async function migrationsHash(): Promise<string> {
  const folder = join(import.meta.dirname, '..', '..', 'migrations');
  const hash = createHash('sha256');
  for (const file of (await readdir(folder)).sort()) hash.update(await readFile(join(folder, file)));
  return hash.digest('hex').slice(0, 12);
}

function urlOf(database: string): string {
  const server = process.env.POSTROOM_TEST_PG;
  if (!server) throw new Error('POSTROOM_TEST_PG is not set: test/support/global-setup.ts did not run');
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function withAdmin(use: (admin: Client) => Promise<unknown>): Promise<void> {
  const admin = new Client({ connectionString: process.env.POSTROOM_TEST_PG });
  await admin.connect();
  try {
    await use(admin);
  } finally {
    await admin.end();
  }
}
