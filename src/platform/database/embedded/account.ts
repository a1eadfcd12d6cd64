import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresBinaries } from './binaries.js';
import { EmbeddedPostgresError } from './error.js';

const run = promisify(execFile);

/** The account that the PostgreSQL programs run as. */
export interface PostgresAccount {
  /** Null: our own account; nothing to hand over. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  /** Runs a program to its end and returns its output; rejects as `execFile` does. */
  run(program: string, args: readonly string[]): Promise<{ stdout: string; stderr: string }>;
}

/**
 * Chooses the account. PostgreSQL refuses to run as root, so root lends it an unprivileged one: the
 * owner of the data where there is some, else `postgres`, else `nobody`.
 *
 * @param dataDirectory the cluster's folder, which may not exist yet; its parent must.
 * @throws EmbeddedPostgresError when no account can reach both the binaries and the data.
 */
export async function choosePostgresAccount(
  binaries: PostgresBinaries,
  dataDirectory: string,
): Promise<PostgresAccount> {
  const existing = await stat(dataDirectory).catch(() => null);
  const uid = process.getuid?.();
  if (uid === undefined || uid !== 0) {
    if (uid !== undefined && existing !== null && existing.uid !== uid) {
      throw new EmbeddedPostgresError(
        `${dataDirectory} belongs to another account (uid ${existing.uid}), as after a run as root. ` +
          `Run as root again, or hand the folder over: chown -R ${uid} ${dirname(dataDirectory)}`,
      );
    }
    return { owner: null, run: (program, args) => run(program, [...args], { cwd: '/', env: environment() }) };
  }
  const owner =
    existing !== null && existing.uid !== 0 ? { uid: existing.uid, gid: existing.gid } : await lentAccount();
  const plain: PostgresAccount = {
    owner,
    run: (program, args) => run(program, [...args], { ...owner, cwd: '/', env: environment() }),
  };
  const closed = await firstClosedFolder(owner, [binaries.postgres, dataDirectory]);
  if (closed === null) return plain;
  return throughClosedFolders(owner, binaries, closed);
}

/**
 * A clone below /root is closed to every other account; one capability opens it, for reading only.
 * The price: the database's superuser, whose password only root can read, can read what root can.
 */
async function throughClosedFolders(
  owner: { uid: number; gid: number },
  binaries: PostgresBinaries,
  closed: string,
): Promise<PostgresAccount> {
  const prefix = [
    `--reuid=${owner.uid}`,
    `--regid=${owner.gid}`,
    '--clear-groups',
    // Without it access(2), which initdb and pg_ctl ask before they run postgres, ignores the capability.
    '--securebits=+no_setuid_fixup',
    '--inh-caps=+dac_read_search',
    '--ambient-caps=+dac_read_search',
    '--',
  ];
  const account: PostgresAccount = {
    owner,
    run: (program, args) => run('setpriv', [...prefix, program, ...args], { cwd: '/', env: environment() }),
  };
  try {
    await account.run(binaries.postgres, ['--version']);
    return account;
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `PostgreSQL does not run as root, and the unprivileged account lent to it (uid ${owner.uid}) may not enter ${closed}. ` +
        'Run Postroom as an ordinary user, move it and its data (POSTROOM_DATA_DIR) out of that folder, ' +
        `allow the passage (chmod o+x ${closed}), or set DATABASE_URL.`,
      { cause },
    );
  }
}

async function lentAccount(): Promise<{ uid: number; gid: number }> {
  const accounts = new Map<string, { uid: number; gid: number }>();
  for (const line of (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name && uid && gid) accounts.set(name, { uid: Number(uid), gid: Number(gid) });
  }
  return accounts.get('postgres') ?? accounts.get('nobody') ?? { uid: 65534, gid: 65534 };
}

/** The first folder on the way to one of the paths that the account may not pass; null when there is none. */
async function firstClosedFolder(
  owner: { uid: number; gid: number },
  paths: readonly string[],
): Promise<string | null> {
  for (const path of paths) {
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      const { mode, uid, gid } = await stat(folder);
      const execute = uid === owner.uid ? 0o100 : gid === owner.gid ? 0o010 : 0o001;
      if ((mode & execute) === 0) return folder;
      if (folder === dirname(folder)) break;
    }
  }
  return null;
}

/**
 * Nothing of ours but the search path: PGDATA and PGPORT would steer the programs elsewhere, and the
 * server would keep our secrets readable in its environment. Messages in English.
 */
function environment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'LD_LIBRARY_PATH', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot'];
  const values = kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return { ...(Object.fromEntries(values) as NodeJS.ProcessEnv), LANG: 'C', LC_ALL: 'C' };
}
