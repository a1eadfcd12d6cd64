import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** What runs. */
export interface Release {
  readonly version: string;
  /** Of the sources; null: whoever built it did not say. */
  readonly revision: string | null;
}

const manifest = z.object({ name: z.literal('postroom'), version: z.string() });

/** Reads package.json above this file, and the file REVISION beside it, which a build may write. */
export function readRelease(): Release {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const path = join(folder, 'package.json');
    const found = existsSync(path) ? manifest.safeParse(JSON.parse(readFileSync(path, 'utf8'))) : null;
    if (found?.success) return { version: found.data.version, revision: revisionIn(folder) };
    if (folder === dirname(folder)) throw new Error('there is no package.json of postroom above the program');
  }
}

function revisionIn(folder: string): string | null {
  const path = join(folder, 'REVISION');
  const text = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  return /^[\w.-]{1,64}$/.test(text) ? text : null;
}
