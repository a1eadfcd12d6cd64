import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { PageButtons, usePages } from '../../parts/pages.js';
import { Rows, type Column } from '../../parts/rows.js';
import { useSay } from '../../parts/said.js';
import { Trouble } from '../../parts/trouble.js';
import { auditInWords } from './audit-words.js';
import { figure } from './counted.js';

type Audit = Schema<'Audit'>;

const columns: readonly Column<Audit>[] = [
  { head: 'Folder', cell: ({ folder }) => folder },
  {
    head: 'Found',
    cell: (audit) => (
      <Text size="sm" c={audit.recurring ? 'red' : undefined}>
        {auditInWords(audit)}
      </Text>
    ),
  },
  {
    head: 'Compared',
    cell: ({ compared, onServer }) => `${figure(onServer)} ${compared === 'count' ? 'by their number' : 'one by one'}`,
    wide: true,
  },
  { head: 'When', cell: ({ at }) => <Moment at={at} /> },
];

/** How often the list is read anew while an audit is awaited, in ms. */
const rereadMs = 2_000;

/** Whether the audit that was asked for has left no result yet. */
const isAwaited = (askedAt: string | null, audits: readonly Audit[] | undefined): boolean =>
  askedAt !== null && !audits?.some(({ at }) => at >= askedAt);

/** What comparing with the server found. */
export function AuditList({ id, mayAsk }: { readonly id: string; readonly mayAsk: boolean }) {
  const pages = usePages(id);
  const say = useSay();
  const [askedAt, setAskedAt] = useState<string | null>(null);
  const { data, error, refetch } = $api.useQuery(
    'get',
    '/v1/mailboxes/{id}/audits',
    {
      params: { path: { id }, query: { limit: 20, cursor: pages.cursor } },
    },
    {
      refetchInterval: ({ state }) => (isAwaited(askedAt, state.data?.items) ? rereadMs : false),
    },
  );
  const ask = $api.useMutation('post', '/v1/mailboxes/{id}/audits', {
    onSuccess: ({ requestedAt }) => {
      setAskedAt(requestedAt);
      say.done('The mailbox is compared with the server; what is found appears here.');
      return refetch();
    },
    onError: say.failed,
  });
  const button = mayAsk && (
    <Group justify="flex-end" mb="sm">
      <Button
        size="xs"
        variant="default"
        loading={ask.isPending || isAwaited(askedAt, data?.items)}
        onClick={() => ask.mutate({ params: { path: { id } } })}
      >
        Audit now
      </Button>
    </Group>
  );
  if (error) return <Trouble error={error} onRetry={() => void refetch()} />;
  if (data?.items.length === 0 && pages.number === 1)
    return (
      <>
        {button}
        <NothingHere title="It has not been audited yet">
          About once a day what is stored is compared with the server, and what differs is put right.
        </NothingHere>
      </>
    );
  return (
    <>
      {button}
      <Rows caption="Audits" columns={columns} rows={data?.items} keyOf={(audit) => audit.id} />
      <PageButtons pages={pages} nextCursor={data?.nextCursor} />
    </>
  );
}
