import { SettingsError, type Settings } from '../platform/config/settings.js';

/** The system's or the driver's reason in a few words. A connection tried on several addresses says nothing by itself. */
function reasonOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  const message = error instanceof Error ? error.message : '';
  return message || (typeof code === 'string' ? code : 'for an unknown reason');
}

/** The database that the settings name refused or did not answer. */
export function databaseTrouble(error: unknown): SettingsError {
  return new SettingsError(
    `the database of DATABASE_URL cannot be used: ${reasonOf(error)}. See that it runs, and that address, user, password and database name are right`,
    { cause: error },
  );
}

/** The folder for our own data cannot be made or written. */
export function dataDirTrouble(error: unknown, { dataDir }: Settings): SettingsError {
  return new SettingsError(
    `POSTROOM_DATA_DIR ${dataDir} cannot be used: ${reasonOf(error)}. Set it to a folder that this user may create and write`,
    { cause: error },
  );
}

const wrongHost = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL']);

/** The address cannot be listened on; any other error is handed back as it is. */
export function listenTrouble(error: unknown, { host, port }: Settings): unknown {
  const { code } = error as { code?: unknown };
  if (code === 'EADDRINUSE')
    return new SettingsError(
      `PORT ${port} on ${host} is taken by another program; stop that one, or set PORT to another port`,
      { cause: error },
    );
  if (code === 'EACCES')
    return new SettingsError(`PORT ${port} is reserved for privileged users; set PORT to one above 1023`, {
      cause: error,
    });
  if (typeof code === 'string' && wrongHost.has(code))
    return new SettingsError(
      `HOST ${host} is no address of this machine; set HOST to one of its own, or to 0.0.0.0 for all of them`,
      { cause: error },
    );
  return error;
}
