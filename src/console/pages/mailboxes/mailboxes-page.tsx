import { Box, Button, Checkbox, Group, Text } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { keepPreviousData } from '@tanstack/react-query';
import { Link } from 'wouter';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { PageHead } from '../../parts/page-head.js';
import { PageButtons, usePages } from '../../parts/pages.js';
import { Rows, type Column } from '../../parts/rows.js';
import { StateBadge } from '../../parts/state-badge.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { useMay } from '../../session/session.js';
import { countsQuery, listQuery, matching } from './list-filters.js';
import { ListFilterBar } from './list-filter-bar.js';
import { directionsInWords, reasonInWords } from './mailbox-words.js';
import { SelectionBar } from './selection-bar.js';
import { useFilters } from './use-filters.js';
import { useSelection } from './use-selection.js';

type Mailbox = Schema<'Mailbox'>;

const columns: readonly Column<Mailbox>[] = [
  { head: 'Mailbox', cell: (mailbox) => <Name mailbox={mailbox} /> },
  {
    head: 'Profile',
    cell: ({ profileId, profileName }) => <To href={`/profiles/${profileId}`}>{profileName}</To>,
    wide: true,
  },
  { head: 'State', cell: (mailbox) => <State mailbox={mailbox} />, wide: true },
  { head: 'Does', cell: (mailbox) => <Text size="sm">{directionsInWords(mailbox)}</Text>, wide: true },
  { head: 'Last sync', cell: ({ lastSyncAt }) => <Moment at={lastSyncAt} size="sm" />, wide: true },
];

/** How often the list is read anew, in ms: no event tells of a sync. */
const rereadMs = 30_000;

/** All mailboxes, a page at a time, and what can be done to many of them. */
export default function Page() {
  const [filters, narrow] = useFilters();
  const query = listQuery(filters);
  const list = JSON.stringify(query);
  const pages = usePages(list);
  const selection = useSelection(list);
  const mayWrite = useMay('write');
  const { data, error, refetch, isPlaceholderData } = $api.useQuery(
    'get',
    '/v1/mailboxes',
    { params: { query: { ...query, cursor: pages.cursor } } },
    { placeholderData: keepPreviousData, refetchInterval: rereadMs },
  );
  const counts = $api.useQuery('get', '/v1/mailboxes/counts', { params: { query: countsQuery(filters) } });
  const isNarrowed = list !== '{}';
  // What other filters had not found says nothing of these.
  const isKnown = !isPlaceholderData;
  const isEmpty = isKnown && data?.items.length === 0 && pages.number === 1;
  const rows = isKnown || data?.items.length !== 0 ? data?.items : undefined;
  const shown = mayWrite ? [selecting(selection, rows ?? []), ...columns] : columns;
  return (
    <>
      <PageHead title="Mailboxes">
        {mayWrite && (
          <Button component={Link} href="/mailboxes/import" leftSection={<IconUpload size={16} />}>
            Import
          </Button>
        )}
      </PageHead>
      <ListFilterBar filters={filters} onChange={narrow} />
      {error && <Trouble error={error} onRetry={() => void refetch()} />}
      {isEmpty ? (
        <Empty isNarrowed={isNarrowed} />
      ) : (
        !(error && !rows) && (
          <div style={{ opacity: isPlaceholderData ? 0.6 : 1 }}>
            <Rows caption="Mailboxes" columns={shown} rows={rows} keyOf={({ id }) => id} />
          </div>
        )
      )}
      <PageButtons pages={pages} nextCursor={data?.nextCursor} />
      {mayWrite && (
        <SelectionBar selection={selection} filters={filters} total={counts.data && matching(filters, counts.data)} />
      )}
    </>
  );
}

function Name({ mailbox }: { readonly mailbox: Mailbox }) {
  const { id, emailAddress, displayName } = mailbox;
  return (
    <>
      <To href={`/mailboxes/${id}`}>{emailAddress}</To>
      {displayName && (
        <Text size="xs" c="dimmed">
          {displayName}
        </Text>
      )}
      {/* On a phone there is no room for a column of its own. */}
      <Box hiddenFrom="sm" mt={4}>
        <State mailbox={mailbox} />
      </Box>
    </>
  );
}

function State({ mailbox }: { readonly mailbox: Mailbox }) {
  const reason = reasonInWords(mailbox);
  return (
    <Group gap="xs" wrap="wrap">
      <StateBadge state={mailbox.state} />
      {reason && (
        <Text size="sm" style={{ flex: '1 1 140px' }}>
          {reason}
        </Text>
      )}
    </Group>
  );
}

function selecting(selection: ReturnType<typeof useSelection>, rows: readonly Mailbox[]): Column<Mailbox> {
  const { mailboxes } = selection;
  const chosen = rows.filter(({ id }) => mailboxes.has(id)).length;
  const all = rows.length > 0 && chosen === rows.length;
  return {
    head: (
      <Checkbox
        aria-label="Select all of this page"
        // While nothing is listed yet, it would select nothing.
        disabled={rows.length === 0}
        checked={all}
        indeterminate={chosen > 0 && !all}
        onChange={() => (all ? selection.drop(rows) : selection.add(rows))}
      />
    ),
    cell: (row) => (
      <Checkbox
        aria-label={`Select ${row.emailAddress}`}
        checked={mailboxes.has(row.id)}
        onChange={() => (mailboxes.has(row.id) ? selection.drop([row]) : selection.add([row]))}
      />
    ),
  };
}

function Empty({ isNarrowed }: { readonly isNarrowed: boolean }) {
  const mayWrite = useMay('write');
  if (isNarrowed)
    return (
      <NothingHere title="No mailbox matches" action={<To href="/mailboxes">Show all</To>}>
        Try fewer filters, or a shorter part of the address or name.
      </NothingHere>
    );
  return (
    <NothingHere title="No mailboxes yet" action={mayWrite && <To href="/mailboxes/import">Import mailboxes</To>}>
      A mailbox is an address whose mail Postroom receives and sends, opened by the service account of a profile. Set up
      a profile first, then bring in its addresses from a list.
    </NothingHere>
  );
}
