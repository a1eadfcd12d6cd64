import { Badge, Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { Rows, type Column } from '../../parts/rows.js';
import { Trouble } from '../../parts/trouble.js';
import { useMay } from '../../session/session.js';
import { FoldersDialog } from './folders-dialog.js';

type Folder = Schema<'FolderList'>['items'][number];

const columns: readonly Column<Folder>[] = [
  { head: 'Folder', cell: ({ path }) => path },
  { head: 'How far', cell: (folder) => <Progress folder={folder} /> },
  { head: 'All that was there is fetched', cell: ({ importedAt }) => <Moment at={importedAt} />, wide: true },
  { head: 'Every change is followed', cell: ({ followedAt }) => <Moment at={followedAt} />, wide: true },
];

/** The folders that are watched, how far each has come, and which are to be watched. */
export function FoldersTab({ mailbox }: { readonly mailbox: Schema<'Mailbox'> }) {
  const { id, folders } = mailbox;
  const mayWrite = useMay('write');
  const [choosing, { open, close }] = useDisclosure(false);
  const { data, error, refetch } = $api.useQuery('get', '/v1/mailboxes/{id}/folders', { params: { path: { id } } });
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Text size="sm">
          Chosen:{' '}
          {folders.map(({ path, subfolders }) => (subfolders ? `${path} with its subfolders` : path)).join(', ')}
        </Text>
        {mayWrite && (
          <Button size="xs" variant="default" onClick={open}>
            Choose folders
          </Button>
        )}
      </Group>
      {error && <Trouble error={error} onRetry={() => void refetch()} />}
      {data?.items.length === 0 ? (
        <NothingHere title="No folder has been looked at yet">
          The first sync finds the chosen folders on the server; how far each has come stands here then.
        </NothingHere>
      ) : (
        !error && (
          <Rows caption="Folders" columns={columns} rows={data?.items} keyOf={({ folder, path }) => folder + path} />
        )
      )}
      {choosing && <FoldersDialog id={id} folders={folders} onClose={close} />}
    </>
  );
}

function Progress({ folder }: { readonly folder: Folder }) {
  const { missing, failing, listedBy, unlistedChanges, importedAt, followedAt } = folder;
  if (missing)
    return (
      <Badge color="red" variant="light" tt="none">
        not on the server
      </Badge>
    );
  if (failing)
    return (
      <>
        <Badge color="red" variant="light" tt="none">
          cannot be read
        </Badge>
        <Text size="xs">
          {failing.title} ({failing.code}); failed {failing.attempts === 1 ? 'once' : `${failing.attempts} times`} since{' '}
          <Moment at={failing.since} />, tried again <Moment at={failing.retryAt} />
        </Text>
      </>
    );
  const isThere = importedAt !== null && followedAt !== null;
  return (
    <>
      {listedBy?.way === 'date' ? (
        <Badge color="orange" variant="light" tt="none">
          followed by date
        </Badge>
      ) : (
        <Badge color={isThere ? 'green' : 'blue'} variant="light" tt="none">
          {isThere ? 'up to date' : 'being fetched'}
        </Badge>
      )}
      {listedBy && (
        <Text size="xs">
          {listedBy.title} ({listedBy.code}); the usual way is tried again <Moment at={listedBy.until} />
        </Text>
      )}
      {unlistedChanges && (
        <Text size="xs">
          The server told {unlistedChanges.count === 1 ? 'a change' : `${unlistedChanges.count} changes`} without naming
          an item, last <Moment at={unlistedChanges.lastAt} />
        </Text>
      )}
    </>
  );
}
