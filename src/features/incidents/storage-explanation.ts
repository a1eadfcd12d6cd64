import type { StorageCause } from '../../platform/database/storage-cause.js';
import type { Explanation } from '../failures/explanations.js';

export const storageCodes = {
  full: 'StorageFull',
  'read-only': 'StorageReadOnly',
  exhausted: 'StorageExhausted',
} as const;

/** Why nothing could be stored, as saved with the incident. */
export interface StorageFailure {
  readonly code: (typeof storageCodes)[StorageCause];
  /** ISO 8601, UTC. */
  readonly at: string;
}

const goesOn = 'Nothing is lost: mail stays on the server, and accepted messages stay in the queue.';

const words: Readonly<Record<StorageFailure['code'], Explanation>> = {
  StorageFull: {
    title: 'The disk is full, and nothing can be stored',
    cause: `PostgreSQL reports that its disk is full, so mail is neither received nor sent, and requests that change something get 503. ${goesOn}`,
    remedy: [
      'Free space on the disk of PostgreSQL, or enlarge the disk. To see on its host what uses the space:',
      '  df -h',
      '  psql "$DATABASE_URL" -c "SELECT relname, pg_size_pretty(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = \'r\' ORDER BY pg_total_relation_size(oid) DESC LIMIT 10"',
      'Do not delete files of PostgreSQL by hand. To delete stored mail, lower contentRetentionDays of the profiles. Postroom then continues automatically.',
    ].join('\n'),
  },
  StorageReadOnly: {
    title: 'The database accepts no changes',
    cause: `PostgreSQL responds but rejects every change, so mail is neither received nor sent. ${goesOn}`,
    remedy: [
      'Check whether DATABASE_URL points to a standby in recovery, for example after a failover, or to a database set to read-only:',
      '  psql "$DATABASE_URL" -c "SELECT pg_is_in_recovery(), current_setting(\'default_transaction_read_only\')"',
      'Point DATABASE_URL to the primary. When the database accepts changes again, Postroom continues automatically.',
    ].join('\n'),
  },
  StorageExhausted: {
    title: 'The database is out of memory or at a limit of its configuration',
    cause: `PostgreSQL cancels statements because it is out of memory or has reached a limit of its configuration. ${goesOn}`,
    remedy:
      'See the PostgreSQL log for the memory setting or limit, and raise it, or give the host more memory. Postroom then continues automatically.',
  },
};

/** The explanation of a storage incident. */
export const explainStorage = ({ code }: StorageFailure): Explanation => words[code];
