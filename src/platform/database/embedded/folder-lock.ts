import { randomUUID } from 'node:crypto';
import { constants, copyFile, link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EmbeddedPostgresError } from './error.js';
import { isProcessAlive, processBirthmark } from './process-identity.js';

const holderSchema = z.object({ pid: z.number().int().positive(), birthmark: z.string().nullable() });
type Holder = z.infer<typeof holderSchema>;

/** The exclusive use of a folder by one live process. */
export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes the lock file of a folder, also from a process that died without releasing it.
 *
 * @throws EmbeddedPostgresError when a live process holds it.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = lockPath(folder);
  const mine = join(folder, `lock.${randomUUID()}`);
  const me: Holder = { pid: process.pid, birthmark: await processBirthmark(process.pid) };
  await writeFile(mine, JSON.stringify(me), { mode: 0o644 });
  try {
    for (;;) {
      if (await claim(mine, path)) return { release: () => rm(path, { force: true }) };
      await removeIfAbandoned(folder, path);
    }
  } finally {
    await rm(mine, { force: true });
  }
}

/** The process that holds the folder's lock now, or null. */
export async function liveHolder(folder: string): Promise<number | null> {
  const holder = await readHolder(lockPath(folder));
  return holder !== null && (await isAlive(holder)) ? holder.pid : null;
}

function lockPath(folder: string): string {
  return join(folder, 'lock');
}

/** Makes the lock file unless there is one. A link appears with its content; O_EXCL leaves a moment without. */
async function claim(mine: string, path: string): Promise<boolean> {
  try {
    await link(mine, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') throw error;
      // Some mounted file systems know no hard links.
      return copyFile(mine, path, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeIfAbandoned(folder: string, path: string): Promise<void> {
  const holder = await readHolder(path);
  if (holder !== null && (await isAlive(holder))) throw inUse(folder, holder);
  // Renamed rather than removed: of two processes that judge the same dead lock only one gets it, and
  // whoever catches a fresh lock instead sees so and puts it back.
  const taken = join(folder, `lock.${randomUUID()}`);
  try {
    await rename(path, taken);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const caught = await readHolder(taken);
  if (caught !== null && (await isAlive(caught))) {
    await claim(taken, path);
    await rm(taken, { force: true });
    throw inUse(folder, caught);
  }
  await rm(taken, { force: true });
}

async function readHolder(path: string): Promise<Holder | null> {
  try {
    return holderSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  if (!isProcessAlive(holder.pid)) return false;
  const birthmark = await processBirthmark(holder.pid);
  return holder.birthmark === null || birthmark === null || birthmark === holder.birthmark;
}

function inUse(folder: string, holder: Holder): EmbeddedPostgresError {
  const who = holder.pid === process.pid ? 'this very process' : `process ${holder.pid}`;
  return new EmbeddedPostgresError(
    `${folder} is in use by ${who}. Stop it first, give this one another POSTROOM_DATA_DIR, ` +
      'or let both share one server through DATABASE_URL.',
  );
}
