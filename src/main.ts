import 'reflect-metadata';
import { SettingsError, readSettings, type Settings } from './platform/config/settings.js';
import { logDestination } from './platform/log/log-destination.js';
import { createLog } from './platform/log/log.js';

/** `node dist/src/main.js [migrate]` */
const [command = 'serve'] = process.argv.slice(2);

function settingsOrExit(): Settings {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`Postroom cannot start:\n${error.message}\nThe README lists all settings.\n`);
    process.exit(1);
  }
}

const settings = settingsOrExit();
const log = createLog(settings.logLevel, logDestination(settings.logFormat, process.stdout));

try {
  // After the settings: whoever mistyped one does not wait for the whole program to load.
  const { runMigrations, serve } = await import('./apps/serve.js');
  if (command === 'serve') await serve(settings, log);
  else if (command === 'migrate') await runMigrations(settings, log);
  else throw new SettingsError(`there is no command ${JSON.stringify(command)}; use none, or: migrate`);
} catch (error) {
  log.fatal({ err: error }, 'Postroom cannot start');
  process.stderr.write(`Postroom cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
