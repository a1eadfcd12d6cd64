import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SystemClock } from '../platform/clock/clock.js';
import type { Settings } from '../platform/config/settings.js';
import { SettingsError } from '../platform/config/settings.js';
import { createDataSource, migrate } from '../platform/database/data-source.js';
import { startEmbeddedPostgres } from '../platform/database/embedded-postgres.js';
import type { Log } from '../platform/log/log.js';
import { createMetricsRegistry } from '../platform/metrics/metrics.js';
import type { Platform } from '../platform/platform.module.js';
import { keptSecret } from '../platform/secrets/kept-secret.js';
import { parseKeyRing } from '../platform/secrets/key-ring.js';
import { SecretBox } from '../platform/secrets/secret-box.js';
import { entities } from './features.js';
import { databaseTrouble, dataDirTrouble } from './start-troubles.js';

export interface PreparedPlatform {
  readonly platform: Platform;
  readonly databaseUrl: string;
  close(): Promise<void>;
}

/** Brings up what lies under Nest: the keys, the database (our own when none is set) and its schema. */
export async function preparePlatform(settings: Settings, log: Log): Promise<PreparedPlatform> {
  if (settings.databaseUrl === null)
    await mkdir(settings.dataDir, { recursive: true }).catch((error: unknown) => {
      throw dataDirTrouble(error, settings);
    });
  const secretBox = new SecretBox(await keyRing(settings));
  const embedded = settings.databaseUrl === null ? await startOwnDatabase(settings, log) : null;
  const databaseUrl = settings.databaseUrl ?? embedded?.url ?? '';
  const dataSource = createDataSource({ url: databaseUrl, poolSize: settings.databasePoolSize, entities });
  try {
    await dataSource.initialize().catch((error: unknown) => {
      throw embedded ? error : databaseTrouble(error);
    });
    const ran = await migrate(dataSource);
    if (ran.length > 0) log.info({ migrations: ran }, 'the database schema is up to date now');
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    await embedded?.stop();
    throw error;
  }
  return {
    platform: { settings, dataSource, clock: new SystemClock(), log, secretBox, metrics: createMetricsRegistry() },
    databaseUrl,
    close: async () => {
      await dataSource.destroy();
      await embedded?.stop();
    },
  };
}

const makeKey = () => `k1:${randomBytes(32).toString('base64')}`;

async function keyRing(settings: Settings) {
  const ring = parseKeyRing(settings.secretKeys ?? (await keptSecret(join(settings.dataDir, 'secret-keys'), makeKey)));
  if (typeof ring === 'string') throw new SettingsError(`the file secret-keys in POSTROOM_DATA_DIR ${ring}`);
  return ring;
}

async function startOwnDatabase(settings: Settings, log: Log) {
  return startEmbeddedPostgres({
    dataDir: join(settings.dataDir, 'postgres'),
    log: (line) => log.debug({ postgres: line }, 'postgres'),
  });
}
