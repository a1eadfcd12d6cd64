import { Text } from '@mantine/core';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { Rows, type Column } from '../../parts/rows.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';

type Message = Schema<'MessageSummary'>;

const shown = 20;

const columns: readonly Column<Message>[] = [
  {
    head: 'Subject',
    cell: ({ id, subject, isRead }) => (
      <Text span inherit fw={isRead ? undefined : 600}>
        <To href={`/messages/${id}`}>{subject ?? '(no subject)'}</To>
      </Text>
    ),
  },
  { head: 'From', cell: ({ from }) => from?.name ?? from?.address ?? 'unknown' },
  { head: 'Folder', cell: ({ folder }) => folder ?? 'gone from the folders that are watched', wide: true },
  { head: 'Received', cell: ({ receivedAt }) => <Moment at={receivedAt} />, wide: true },
];

/** The latest messages; all of them, and the search, are a page of their own. */
export function MessagesTab({ id }: { readonly id: string }) {
  const { data, error, refetch } = $api.useQuery('get', '/v1/messages', {
    params: { query: { mailboxId: id, limit: shown } },
  });
  if (error) return <Trouble error={error} onRetry={() => void refetch()} />;
  if (data?.items.length === 0)
    return (
      <NothingHere title="No messages yet">
        What is received stands here as soon as the first sync has ended. Mail from before the profile’s beginning can
        be brought under “Older mail and audits”.
      </NothingHere>
    );
  return (
    <>
      <Rows caption="Latest messages" columns={columns} rows={data?.items} keyOf={(message) => message.id} />
      <Text size="sm" mt="sm">
        <To href={`/messages?mailboxId=${id}`}>All messages, and the search</To>
      </Text>
    </>
  );
}
