import { Badge, Text, Title } from '@mantine/core';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { Rows, type Column } from '../../parts/rows.js';
import { To } from '../../parts/to.js';
import { isBounce, reportWords } from './report-words.js';

type Report = Schema<'OutgoingMessage'>['deliveryReports'][number];

/** What mail servers and mail programs have reported; nothing where nothing came back. */
export function DeliveryReports({ reports }: { readonly reports: readonly Report[] }) {
  if (reports.length === 0) return null;
  return (
    <section>
      <Title order={2} size="h4">
        Delivery reports and receipts
      </Title>
      <Text size="sm" c="dimmed">
        Anybody can write a report: treat it as a hint.
      </Text>
      <Rows
        caption="Delivery reports and receipts"
        columns={columns}
        rows={reports}
        keyOf={({ messageId, recipient, action, kind }) => [messageId, recipient, kind, action].join(' ')}
      />
    </section>
  );
}

const columns: readonly Column<Report>[] = [
  {
    head: 'Recipient',
    cell: ({ recipient }) => <Text size="sm">{recipient === null ? 'not named' : <bdi>{recipient}</bdi>}</Text>,
  },
  {
    head: 'What happened',
    cell: (report) => (
      <>
        <Badge variant="light" tt="none" color={isBounce(report) ? 'red' : 'gray'} h="auto" style={wrapped}>
          {reportWords(report)}
        </Badge>
        {report.diagnostic !== null && (
          <Text size="sm" c="dimmed">
            The server’s words: <bdi>{report.diagnostic}</bdi>
          </Text>
        )}
        {report.diagnostic === null && report.status !== null && (
          <Text size="sm" c="dimmed">
            Status {report.status}
          </Text>
        )}
      </>
    ),
  },
  {
    head: 'Report',
    align: 'right',
    cell: ({ messageId, at }) => (
      <Text size="sm">
        <To href={`/messages/${messageId}`}>
          <Moment at={at} />
        </To>
      </Text>
    ),
  },
];

const wrapped = { whiteSpace: 'normal' } as const;
