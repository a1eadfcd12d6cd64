import { Alert } from '@mantine/core';
import { IconDatabaseX } from '@tabler/icons-react';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';

type Storage = NonNullable<Schema<'Overview'>['storage']>;

const words: Readonly<Record<Storage['trouble'], string>> = {
  full: 'The disk is full',
  'read-only': 'The database accepts no changes',
  exhausted: 'The database is out of memory or at a limit of its configuration',
};

/** Above the incidents, because the incident about it may have no room itself. */
export function StorageAlert({ storage: { trouble, since } }: { readonly storage: Storage }) {
  return (
    <Alert color="red" icon={<IconDatabaseX />} title={`${words[trouble]}: nothing can be stored`}>
      Since <Moment at={since} exact />. No mail is received or sent until this is fixed. Nothing is lost: mail stays on
      the server, and accepted messages stay in the queue.
    </Alert>
  );
}
