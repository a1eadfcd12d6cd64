import { Box, Code, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { $api, api, unwrap } from '../../../api/client.js';
import { readsFrom } from '../../../api/queries.js';
import type { Schema } from '../../../api/schemas.js';
import { AskButton } from '../../../parts/ask-button.js';
import { Moment } from '../../../parts/moment.js';
import { Rows, type Column } from '../../../parts/rows.js';
import { useSay } from '../../../parts/said.js';
import { Trouble } from '../../../parts/trouble.js';
import { useMay } from '../../../session/session.js';

type Muted = Schema<'MutedCause'>;

const path = '/v1/email-server-profiles/{id}/muted-causes';

/** The causes about which nobody is told. They are muted on the page of an incident. */
export function MutedCauses({ profileId }: { readonly profileId: string }) {
  const mayWrite = useMay('write');
  const say = useSay();
  const queries = useQueryClient();
  const list = $api.useQuery('get', path, { params: { path: { id: profileId }, query: { limit: 200 } } });
  const unmute = async ({ code, title }: Muted) => {
    unwrap(await api.DELETE(`${path}/{code}`, { params: { path: { id: profileId, code } } }));
    say.done(`“${title}” is told again.`);
    void queries.invalidateQueries({ predicate: readsFrom(['/v1/email-server-profiles', '/v1/incidents']) });
  };
  const columns: Column<Muted>[] = [
    {
      head: 'Cause',
      cell: ({ code, title }) => (
        <>
          {title}
          <Text size="sm" c="dimmed" component="div">
            <Code>{code}</Code>
          </Text>
        </>
      ),
    },
    {
      head: 'Muted',
      wide: true,
      cell: ({ mutedAt, by }) => (
        <>
          <Moment at={mutedAt} /> by {by.name}
        </>
      ),
    },
    ...(mayWrite
      ? [
          {
            head: 'Action',
            align: 'right' as const,
            cell: (muted: Muted) => (
              <AskButton
                label="Unmute"
                title="Tell of it again?"
                size="compact-sm"
                harmless
                onConfirm={() => unmute(muted)}
                aria-label={`Unmute: ${muted.title}`}
              >
                Incidents of this cause are mailed again. Of one that is open, the owner is told once, at once.
              </AskButton>
            ),
          },
        ]
      : []),
  ];
  return (
    <Box component="section" aria-labelledby="muted-causes">
      <Title order={2} size="h5" id="muted-causes">
        Muted causes
      </Title>
      <Text size="sm" mb="xs">
        Their incidents still open and are shown here, and nobody is mailed. A cause is muted on the page of an
        incident.
      </Text>
      <Trouble error={list.error} onRetry={() => void list.refetch()} />
      {list.data?.items.length === 0 ? (
        <Text size="sm" c="dimmed">
          None is muted.
        </Text>
      ) : (
        !list.error && (
          <Rows caption="Muted causes" columns={columns} rows={list.data?.items} keyOf={({ code }) => code} />
        )
      )}
    </Box>
  );
}
