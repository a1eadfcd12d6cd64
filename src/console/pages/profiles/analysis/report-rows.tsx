import { Badge, Box, Button, Text, Title } from '@mantine/core';
import { $api } from '../../../api/client.js';
import type { Schema } from '../../../api/schemas.js';
import { Moment } from '../../../parts/moment.js';
import { PageButtons, usePages } from '../../../parts/pages.js';
import { Rows, type Column } from '../../../parts/rows.js';
import { Trouble } from '../../../parts/trouble.js';

type Head = Schema<'DiagnosticReportHead'>;

interface ReportRowsProps {
  readonly profileId: string;
  readonly onShow: (id: string) => void;
}

/** What earlier analyses of a profile came to. */
export function ReportRows({ profileId, onShow }: ReportRowsProps) {
  const pages = usePages(profileId);
  const list = $api.useQuery('get', '/v1/diagnostics', {
    params: { query: { profileId, limit: 20, cursor: pages.cursor } },
  });
  const columns: Column<Head>[] = [
    {
      head: 'When',
      cell: ({ id, createdAt, askedBy }) => (
        <>
          <Button variant="subtle" size="compact-sm" px={0} onClick={() => onShow(id)}>
            <Moment at={createdAt} />
          </Button>
          {askedBy !== null && (
            <Text size="sm" c="dimmed">
              {askedBy}
            </Text>
          )}
        </>
      ),
    },
    { head: 'Mailbox', wide: true, cell: ({ emailAddress }) => emailAddress ?? 'none, the server alone' },
    {
      head: 'Result',
      cell: ({ ok, verdict }) => (
        <>
          <Badge color={ok ? 'green' : 'red'} variant="light" tt="none">
            {ok ? 'passed' : 'not passed'}
          </Badge>
          <Text size="sm">{verdict.text}</Text>
        </>
      ),
    },
    {
      head: 'Shared',
      wide: true,
      cell: ({ sharedUntil }) =>
        sharedUntil === null ? (
          'no'
        ) : (
          <>
            until <Moment at={sharedUntil} exact />
          </>
        ),
    },
  ];
  return (
    <Box component="section" aria-labelledby="past-reports">
      <Title order={2} size="h5" id="past-reports">
        Past reports
      </Title>
      <Text size="sm" mb="xs">
        Kept for 30 days.
      </Text>
      <Trouble error={list.error} onRetry={() => void list.refetch()} />
      {list.data?.items.length === 0 ? (
        <Text size="sm" c="dimmed">
          None yet: every analysis that is run here is kept.
        </Text>
      ) : (
        !list.error && <Rows caption="Past reports" columns={columns} rows={list.data?.items} keyOf={({ id }) => id} />
      )}
      <PageButtons pages={pages} nextCursor={list.data?.nextCursor} />
    </Box>
  );
}
