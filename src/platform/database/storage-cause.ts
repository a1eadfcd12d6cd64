/** Why nothing can be stored although the database or the disk responds. */
export const storageCauses = ['full', 'read-only', 'exhausted'] as const;
export type StorageCause = (typeof storageCauses)[number];

/** PostgreSQL error codes (its appendix A), and those of file operations in this process. */
const causeOfCode: Readonly<Record<string, StorageCause>> = {
  // disk_full
  '53100': 'full',
  ENOSPC: 'full',
  EDQUOT: 'full',
  // read_only_sql_transaction: a standby in recovery, or a cluster set to read-only
  '25006': 'read-only',
  EROFS: 'read-only',
  // out_of_memory, configuration_limit_exceeded
  '53200': 'exhausted',
  '53400': 'exhausted',
};

/**
 * Operating system errors for which PostgreSQL uses a code of another meaning (`errcode_for_file_access`). Its message
 * ends with the system's text, in English unless `lc_messages` is set otherwise.
 */
const causeOfText: readonly (readonly [code: string, text: RegExp, cause: StorageCause])[] = [
  // A quota, as in ZFS and NFS, is reported as internal_error.
  ['XX000', /: Disk quota exceeded$/, 'full'],
  // A file system that is mounted read-only, or was remounted so after a disk error, is reported as
  // insufficient_privilege.
  ['42501', /: Read-only file system$/, 'read-only'],
  // /dev/shm (64 MB in a container by default) is reported as disk_full, although no disk is full.
  ['53100', /^could not resize shared memory segment /, 'exhausted'],
];

const maxDepth = 5;

/** The cause of an error, also if it is wrapped; null if it is something else. */
export function storageCauseOf(error: unknown, depth = 0): StorageCause | null {
  if (typeof error !== 'object' || error === null || depth > maxDepth) return null;
  const { code, message, cause, driverError } = error as Record<'code' | 'message' | 'cause' | 'driverError', unknown>;
  const known = typeof code === 'string' ? causeOf(code, typeof message === 'string' ? message : '') : undefined;
  return known ?? storageCauseOf(driverError, depth + 1) ?? storageCauseOf(cause, depth + 1);
}

function causeOf(code: string, message: string): StorageCause | undefined {
  const byText = causeOfText.find(([ofCode, text]) => ofCode === code && text.test(message));
  if (byText) return byText[2];
  return Object.hasOwn(causeOfCode, code) ? causeOfCode[code] : undefined;
}
