import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The key ring's text of a first run without settings: made once, kept in the data dir, readable by
 * its owner only.
 * @returns the content of `<dataDir>/secret-keys`, in the form of POSTROOM_SECRET_KEYS
 */
export async function secretKeysOf(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, 'secret-keys');
  try {
    // 'wx' so that of two processes starting at once only one makes the key.
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(`k1:${randomBytes(32).toString('base64')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return (await readFile(path, 'utf8')).trim();
}
