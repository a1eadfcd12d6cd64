import { DataSource, type EntityManager, type MixedList } from 'typeorm';
import { migrations } from '../../../migrations/index.js';
import { FailedStatements } from './failed-statements.js';

/** What SQL runs on: the data source (a connection of its own) or a transaction's manager. */
export type Sql = Pick<EntityManager, 'query'>;

export interface DatabaseOptions {
  readonly url: string;
  /** Connections of this process, at most. */
  readonly poolSize: number;
  readonly entities: MixedList<new (...args: never[]) => object>;
  readonly applicationName?: string;
}

/** A TypeORM data source that never alters the schema by itself: migrations do, and only forward. */
export function createDataSource(options: DatabaseOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url: options.url,
    entities: options.entities as never,
    migrations,
    migrationsTableName: 'postroom_migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    logger: new FailedStatements(),
    poolSize: options.poolSize,
    applicationName: options.applicationName ?? 'postroom',
    extra: {
      // A worker whose socket dies must not hold row locks for TCP's own two hours.
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
      idle_in_transaction_session_timeout: 60_000,
    },
  });
}

const migrationLock = 0x706f7374;

/**
 * Runs what migrations are missing. Several processes may start at once: an advisory lock lets one
 * work while the others wait and then find nothing to do.
 * @returns names of the migrations that ran here
 */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  const lock = dataSource.createQueryRunner();
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    const ran = await dataSource.runMigrations();
    return ran.map((migration) => migration.name);
  } finally {
    await lock.query('SELECT pg_advisory_unlock($1)', [migrationLock]).finally(() => lock.release());
  }
}
