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

function Progress({ folder: { missing, importedAt, followedAt } }: { readonly folder: Folder }) {
  if (missing)
    return (
      <Badge color="red" variant="light" tt="none">
        not on the server
      </Badge>
    );
  const isThere = importedAt !== null && followedAt !== null;
  return (
    <Badge color={isThere ? 'green' : 'blue'} variant="light" tt="none">
      {isThere ? 'up to date' : 'being fetched'}
    </Badge>
  );
}
