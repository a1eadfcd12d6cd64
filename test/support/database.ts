import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataSource, MixedList } from 'typeorm';
import { createDataSource, migrate } from '../../src/platform/database/data-source.js';
import { CleanDatabases } from './clean-databases.js';
import { databaseUrl, withAdmin, type Admin } from './test-server.js';

export interface TestDatabase {
  readonly url: string;
  readonly dataSource: DataSource;
  /** Closes the data source and gives the database back. */
  drop(): Promise<void>;
}

interface TestDatabaseOptions {
  readonly entities?: MixedList<new (...args: never[]) => object>;
  readonly poolSize?: number;
  /** Nobody's before and nobody's after: for tests of plans, which depend on what the planner has counted. */
  readonly fresh?: boolean;
}

const templateLock = 0x74656d70;

/** A database with the present schema that nobody else uses, on the server of this test's worker. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { fresh = false, poolSize = 10, entities = [] } = options;
  const name = (fresh ? undefined : CleanDatabases.onServer().take()) ?? (await clone());
  const url = databaseUrl(name);
  const dataSource = createDataSource({ url, poolSize, entities });
  await dataSource.initialize();
  const drop = async () => {
    if (dataSource.isInitialized) await dataSource.destroy();
    if (fresh || !(await CleanDatabases.onServer().giveBack(name)))
      await withAdmin((admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  };
  return { url, dataSource, drop };
}

async function clone(): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await withAdmin(async (admin) => {
    await admin.query('SELECT pg_advisory_lock($1)', [templateLock]);
    // The session's end releases the lock: cloning one template is a matter of one at a time anyway.
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${await template(admin)} STRATEGY wal_log`);
  });
  await CleanDatabases.onServer().learn(name);
  return name;
}

/**
 * Made by the first who asks. Named after the migrations' text: a server given by TEST_DATABASE_URL
 * outlives the run, and must not hand out yesterday's schema.
 */
async function template(admin: Admin): Promise<string> {
  const name = `template_${await migrationsHash()}`;
  const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate', [name]);
  if (rowCount) return name;
  // Left half-made by a run that was killed.
  await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${name}`);
  const dataSource = createDataSource({ url: databaseUrl(name), poolSize: 2, entities: [] });
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
