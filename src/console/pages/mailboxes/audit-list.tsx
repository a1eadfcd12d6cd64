import { Text } from '@mantine/core';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { PageButtons, usePages } from '../../parts/pages.js';
import { Rows, type Column } from '../../parts/rows.js';
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

/** What comparing with the server found. */
export function AuditList({ id }: { readonly id: string }) {
  const pages = usePages(id);
  const { data, error, refetch } = $api.useQuery('get', '/v1/mailboxes/{id}/audits', {
    params: { path: { id }, query: { limit: 20, cursor: pages.cursor } },
  });
  if (error) return <Trouble error={error} onRetry={() => void refetch()} />;
  if (data?.items.length === 0 && pages.number === 1)
    return (
      <NothingHere title="It has not been audited yet">
        About once a day what is stored is compared with the server, and what differs is put right.
      </NothingHere>
    );
  return (
    <>
      <Rows caption="Audits" columns={columns} rows={data?.items} keyOf={(audit) => audit.id} />
      <PageButtons pages={pages} nextCursor={data?.nextCursor} />
    </>
  );
}
