import { QueryFailedError } from 'typeorm';
import { storageCauseOf } from '../../src/platform/database/storage-cause.js';

/** As PostgreSQL's errors come out of TypeORM. */
const failed = (code: string, message: string): Error =>
  new QueryFailedError('INSERT', [], Object.assign(new Error(message), { code }));

describe('why nothing can be stored', () => {
  it.each([
    ['53100', 'could not extend file "base/1/2": No space left on device', 'full'],
    ['XX000', 'could not extend file "base/1/2": Disk quota exceeded', 'full'],
    ['42501', 'could not open file "base/1/2": Read-only file system', 'read-only'],
    ['25006', 'cannot execute INSERT in a read-only transaction', 'read-only'],
    [
      '53100',
      'could not resize shared memory segment "/PostgreSQL.17" to 8388608 bytes: No space left on device',
      'exhausted',
    ],
    ['53200', 'out of shared memory', 'exhausted'],
    // Faults of ours, whatever their texts quote.
    ['XX000', 'cache lookup failed for relation 17', null],
    ['42501', 'permission denied for table messages', null],
    ['22P02', 'invalid input syntax for type uuid: "x: Disk quota exceeded"', null],
    ['constructor', 'x', null],
  ])('%s %j: %s', (code, message, cause) => {
    expect(storageCauseOf(failed(code, message))).toBe(cause);
    expect(storageCauseOf(new Error('a step failed', { cause: failed(code, message) }))).toBe(cause);
  });

  it.each([
    ['ENOSPC', 'full'],
    ['EDQUOT', 'full'],
    ['EROFS', 'read-only'],
  ])('%s of a file of our own: %s', (code, cause) => {
    expect(storageCauseOf(Object.assign(new Error(code), { code }))).toBe(cause);
  });
});
