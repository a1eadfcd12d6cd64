import { Button, Group, Text } from '@mantine/core';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { PageButtons, usePages } from '../../parts/pages.js';
import { Rows, type Column } from '../../parts/rows.js';
import { useSay } from '../../parts/said.js';
import { Trouble } from '../../parts/trouble.js';
import { useMay } from '../../session/session.js';
import { counted } from './counted.js';
import { useReread } from './use-reread.js';

type Item = Schema<'ItemFailure'>;

/** Items that could not be read: when each is tried again, and a button that does it now. */
export function FailedItemsTab({ mailbox: { id, state } }: { readonly mailbox: Schema<'Mailbox'> }) {
  const pages = usePages(id);
  const say = useSay();
  const reread = useReread();
  const mayRetry = useMay('write') && state !== 'paused';
  const { data, error, refetch } = $api.useQuery('get', '/v1/mailboxes/{id}/item-failures', {
    params: { path: { id }, query: { cursor: pages.cursor } },
  });
  const retry = $api.useMutation('post', '/v1/mailboxes/{id}/item-failures/retry', {
    onSuccess: ({ retried }) => {
      say.done(`${counted(retried, 'item is', 'items are')} tried again at once.`);
      return reread();
    },
    onError: say.failed,
  });
  const again = (itemId?: string) =>
    retry.mutate({ params: { path: { id } }, body: itemId === undefined ? {} : { itemId } });
  const columns: readonly Column<Item>[] = [
    {
      head: 'Why it could not be read',
      cell: ({ message, code, kind, itemId }) => (
        <>
          <Text size="sm">{message}</Text>
          <Text size="xs" c="dimmed" lineClamp={1} title={itemId}>
            {kind === 'incomplete' && 'the message is here without it · '}
            {code} · item {itemId}
          </Text>
        </>
      ),
    },
    {
      head: 'Folder',
      cell: ({ folder }) => (
        <Text size="sm" lineClamp={1} title={folder}>
          {folder}
        </Text>
      ),
      wide: true,
    },
    { head: 'Since', cell: ({ firstAt }) => <Moment at={firstAt} />, wide: true },
    {
      head: 'Tried again',
      cell: ({ retryAt, attempts }) =>
        retryAt === null ? `set aside after ${counted(attempts, 'try', 'tries')}` : <Moment at={retryAt} />,
    },
    ...(mayRetry
      ? [
          {
            head: 'Act',
            cell: ({ itemId }: Item) => (
              <Button size="compact-sm" variant="default" onClick={() => again(itemId)}>
                Try again
              </Button>
            ),
          },
        ]
      : []),
  ];
  if (error) return <Trouble error={error} onRetry={() => void refetch()} />;
  if (data?.items.length === 0 && pages.number === 1)
    return (
      <NothingHere title="Every item could be read">
        An item that the server does not show is tried again over two weeks; the rest of the mailbox goes on.
      </NothingHere>
    );
  return (
    <>
      {mayRetry && (
        <Group justify="flex-end" mb="sm">
          <Button size="xs" variant="default" loading={retry.isPending} onClick={() => again()}>
            Try all again
          </Button>
        </Group>
      )}
      <Rows caption="Failed items" columns={columns} rows={data?.items} keyOf={({ itemId }) => itemId} />
      <PageButtons pages={pages} nextCursor={data?.nextCursor} />
    </>
  );
}
