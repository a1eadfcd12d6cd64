import { Box, Button, Group, Text, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { keepPreviousData } from '@tanstack/react-query';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { AskButton } from '../../parts/ask-button.js';
import { Moment } from '../../parts/moment.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { PageHead } from '../../parts/page-head.js';
import { PageButtons, usePages } from '../../parts/pages.js';
import { Rows, type Column } from '../../parts/rows.js';
import { useSay } from '../../parts/said.js';
import { Trouble } from '../../parts/trouble.js';
import { KeyDialog } from './key-dialog.js';
import { scopeWords, standingOfKey, widest } from './key-words.js';
import { ReachText } from './profile-reach.js';
import { StandingBadge } from './standing-badge.js';
import { useReadAnew } from './use-read-anew.js';

type ApiKey = Schema<'ApiKey'>;

/** What the API shows for the beginning of a key that is no token of ours. */
const ownersSetting = 'POSTROOM_ADMIN_KEY';

/** The keys by which programs use the API. */
export function KeysPart() {
  const [making, { open, close }] = useDisclosure(false);
  const pages = usePages('');
  const query = { limit: 50, cursor: pages.cursor };
  const keys = $api.useQuery('get', '/v1/api-keys', { params: { query } }, { placeholderData: keepPreviousData });
  const columns: readonly Column<ApiKey>[] = [
    { head: 'Name', cell: (key) => <NameCell apiKey={key} readAt={keys.dataUpdatedAt} /> },
    {
      head: 'May',
      cell: ({ scopes }) => <Box style={{ whiteSpace: 'nowrap' }}>{scopeWords[widest(scopes)].label}</Box>,
    },
    { head: 'Profiles', wide: true, cell: ({ profileIds }) => <ReachText ids={profileIds} /> },
    { head: 'Last used', wide: true, cell: ({ lastUsedAt }) => <Moment at={lastUsedAt} /> },
    {
      head: 'Ends',
      wide: true,
      cell: ({ expiresAt }) => (expiresAt === null ? 'never' : <Moment at={expiresAt} exact />),
    },
    {
      head: <VisuallyHidden>What can be done</VisuallyHidden>,
      align: 'right',
      cell: (key) => (standingOfKey(key, keys.dataUpdatedAt).label === 'valid' ? <RevokeButton apiKey={key} /> : null),
    },
  ];
  const rows = keys.data?.items;
  return (
    <>
      <PageHead title="API keys" about="How programs sign in to the API. People have users of their own.">
        <Button leftSection={<IconPlus size={18} />} onClick={open}>
          Make a key
        </Button>
      </PageHead>
      <Trouble error={keys.error} onRetry={() => void keys.refetch()} />
      {rows?.length === 0 ? (
        <NothingHere title="There are no API keys">
          Make one for each program that uses the API, limited to what it needs, so that you can revoke it by itself.
        </NothingHere>
      ) : (
        !keys.error && <Rows caption="API keys" columns={columns} rows={rows} keyOf={({ id }) => id} />
      )}
      <PageButtons pages={pages} nextCursor={keys.data?.nextCursor} />
      {making && <KeyDialog onClose={close} />}
    </>
  );
}

function NameCell({ apiKey, readAt }: { readonly apiKey: ApiKey; readonly readAt: number }) {
  const standing = standingOfKey(apiKey, readAt);
  return (
    <Box>
      <Group gap={6}>
        <Text inherit fw={500}>
          {apiKey.name}
        </Text>
        {standing.label !== 'valid' && <StandingBadge standing={standing} />}
      </Group>
      <Text size="sm" c="dimmed">
        {apiKey.prefix === ownersSetting ? `set by ${ownersSetting}` : `begins with ${apiKey.prefix}`}
      </Text>
    </Box>
  );
}

function RevokeButton({ apiKey }: { readonly apiKey: ApiKey }) {
  const say = useSay();
  const readAnew = useReadAnew('/v1/api-keys');
  const revoke = $api.useMutation('delete', '/v1/api-keys/{id}');
  return (
    <AskButton
      label="Revoke"
      title={`Revoke ${apiKey.name}?`}
      size="compact-sm"
      aria-label={`Revoke ${apiKey.name}`}
      onConfirm={async () => {
        await revoke.mutateAsync({ params: { path: { id: apiKey.id } } });
        say.done(`${apiKey.name} is revoked.`);
        await readAnew();
      }}
    >
      It stops working everywhere within five seconds, for every program that uses it. This cannot be undone; the key
      stays in the list.
    </AskButton>
  );
}
