import { join } from 'node:path';
import { FirstAdminLink } from '../features/identity/users/first-admin-link.js';
import { linkUrl } from '../features/identity/sign-in/sign-in-links.js';
import { BootstrapKey } from '../features/identity/api-keys/bootstrap-key.js';
import { SettingsError, type Settings } from '../platform/config/settings.js';
import type { Log } from '../platform/log/log.js';
import { preparePlatform } from './prepare-platform.js';
import { ensureSampleData } from './sample-data.js';
import type { SampleExchange } from './sample-exchange.js';
import { onStopSignal } from './stop-signal.js';
import { startProcess } from './start-process.js';
import { welcome } from './welcome.js';

const builtConsole = join(import.meta.dirname, '../../console');

/** Runs the process of the given settings until a signal stops it. */
export async function serve(settings: Settings, log: Log): Promise<void> {
  const closers: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) {
      await close().catch((error: unknown) => log.error({ err: error }, 'a part did not close cleanly'));
    }
  };
  // Before anything starts: a signal during start-up must not leave a database behind.
  const stopping = onStopSignal(log, stop);
  try {
    const prepared = await preparePlatform(settings, log);
    closers.push(() => prepared.close());
    const sandbox = settings.sandbox ? await sampleExchange(settings.dataDir) : null;
    if (sandbox) closers.push(() => sandbox.close());
    const running = await startProcess({
      platform: prepared.platform,
      databaseUrl: prepared.databaseUrl,
      consoleFolder: builtConsole,
    });
    closers.push(() => running.stop());
    const isApi = settings.roles.includes('api');
    const adminKey = isApi
      ? await running.app.get(BootstrapKey, { strict: false }).ensureBootstrapKey(settings.adminKey)
      : null;
    const adminToken = isApi ? await running.app.get(FirstAdminLink, { strict: false }).whileThereIsNone() : null;
    if (sandbox) await ensureSampleData(running.app, sandbox);
    if (!stopping.requested()) {
      const url = settings.publicUrl ?? running.url;
      const adminLink = adminToken && linkUrl(url, adminToken);
      process.stdout.write(welcome({ settings, url, adminLink, adminKey, sandbox }));
    }
    log.info({ roles: settings.roles, url: running.url }, 'Postroom runs');
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Loaded only when asked for: the image for production is without the sandbox. @throws SettingsError there */
async function sampleExchange(dataDir: string): Promise<SampleExchange> {
  const { startSampleExchange } = await import('./sample-exchange.js').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new SettingsError(
      'POSTROOM_SANDBOX is true, but this image has no sandbox; run it beside, as: npx postroom sandbox',
    );
  });
  return startSampleExchange(dataDir);
}

/** Brings the schema up to date and ends; for deployments that do so before the processes start. */
export async function runMigrations(settings: Settings, log: Log): Promise<void> {
  const prepared = await preparePlatform(settings, log);
  await prepared.close();
  log.info('the database schema is up to date');
}
