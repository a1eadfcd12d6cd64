import { Button, VisuallyHidden } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { PageButtons, usePages } from '../../parts/pages.js';
import { Rows, type Column } from '../../parts/rows.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { useMay } from '../../session/session.js';
import { RetentionDialog } from './retention-dialog.js';
import { contentInWords } from './retention-words.js';

type Profile = Schema<'EmailServerProfile'>;

/** How long each profile keeps the content of mail, with the way to change it. */
export function ProfileRetention() {
  const mayChange = useMay('write');
  const [changing, setChanging] = useState<Profile | null>(null);
  const pages = usePages('');
  const query = { limit: 50, cursor: pages.cursor };
  const profiles = $api.useQuery(
    'get',
    '/v1/email-server-profiles',
    { params: { query } },
    { placeholderData: keepPreviousData },
  );
  const rows = profiles.data?.items;
  const acts: Column<Profile> = {
    head: <VisuallyHidden>What can be done</VisuallyHidden>,
    align: 'right',
    cell: (profile) => (
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`Change how long ${profile.name} keeps content`}
        onClick={() => setChanging(profile)}
      >
        Change
      </Button>
    ),
  };
  return (
    <>
      <Trouble error={profiles.error} onRetry={() => void profiles.refetch()} />
      {rows?.length === 0 ? (
        <NothingHere title="There are no profiles">
          A profile says how a mail server is reached, and how long its mail is kept here.
        </NothingHere>
      ) : (
        !profiles.error && (
          <Rows
            caption="Profiles and how long they keep content"
            columns={mayChange ? [...columns, acts] : columns}
            rows={rows}
            keyOf={({ id }) => id}
          />
        )
      )}
      <PageButtons pages={pages} nextCursor={profiles.data?.nextCursor} />
      {changing && <RetentionDialog profile={changing} onClose={() => setChanging(null)} />}
    </>
  );
}

const columns: readonly Column<Profile>[] = [
  { head: 'Profile', cell: ({ id, name }) => <To href={`/profiles/${id}`}>{name}</To> },
  { head: 'Content is kept for', cell: ({ contentRetentionDays }) => contentInWords(contentRetentionDays) },
];
