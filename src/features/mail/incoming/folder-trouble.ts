import { retryDelay } from '../../failures/backoff.js';
import type { StoredFailure } from '../../failures/failure.js';
import type { FolderTrouble } from './folder-progress.js';

const minute = 60_000;

/** The code of the notice that a folder lastingly cannot be read. */
export const folderUnreadable = 'FolderUnreadable';

/** Mail comes to the inbox; anything else waits until it surely does not pass. */
const lastsAfterMs = (folder: string): number => (folder === 'inbox' ? 5 : 30) * minute;

/** The trouble after one more failure; the waits grow up to 15 minutes. */
export function oneMoreFailure(
  before: FolderTrouble | null,
  failure: StoredFailure,
  now: Date,
  random: number,
): FolderTrouble {
  const attempts = (before?.attempts ?? 0) + 1;
  return {
    attempts,
    since: before?.since ?? now,
    retryAt: new Date(now.getTime() + retryDelay(attempts, random)),
    failure,
  };
}

/** Whether a person is to be told. A first failure is never it, however long ago the folder was looked at. */
export const hasLastedInFolder = (folder: string, { attempts, since }: FolderTrouble, now: Date): boolean =>
  attempts > 1 && now.getTime() - since.getTime() >= lastsAfterMs(folder);

/** The notice about a folder, in the words of own-codes.ts. */
export function folderNotice(path: string, { attempts, failure }: FolderTrouble): StoredFailure {
  return {
    ...failure,
    code: folderUnreadable,
    category: 'other',
    message: `${path}: ${failure.code}: ${failure.message}`,
    values: { folder: path, error: failure.code, tries: String(attempts) },
  };
}
