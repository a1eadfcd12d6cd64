import { Badge, List, Pagination, SegmentedControl, Table, Text, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import { To } from '../../parts/to.js';
import { figure } from './counted.js';
import { fateCounts, faultInWords, type Fate, type PlannedRow, type ProfileName } from './import-plan.js';
import { directionsInWords } from './mailbox-words.js';

interface ImportPreviewProps {
  readonly rows: readonly PlannedRow[];
  readonly profiles: readonly ProfileName[];
}

const looks: Readonly<Record<Fate, { readonly label: string; readonly color: string }>> = {
  unknown: { label: 'not checked yet', color: 'gray' },
  new: { label: 'new', color: 'green' },
  made: { label: 'made', color: 'green' },
  exists: { label: 'there already', color: 'blue' },
  repeated: { label: 'repeated', color: 'yellow' },
  invalid: { label: 'not valid', color: 'red' },
};
const fates = Object.keys(looks) as Fate[];

/** Rows that stand on the page at one time. */
const pageSize = 50;

/** What becomes of each row, a page at a time, and how many of each kind. */
export function ImportPreview({ rows, profiles }: ImportPreviewProps) {
  const [shown, setShown] = useState<Fate | 'all'>('all');
  const [number, setNumber] = useState(1);
  const counts = fateCounts(rows);
  // The kind that was looked at can be gone after another check.
  const kind = shown !== 'all' && counts[shown] === 0 ? 'all' : shown;
  const chosen = kind === 'all' ? rows : rows.filter(({ fate }) => fate === kind);
  const pages = Math.max(1, Math.ceil(chosen.length / pageSize));
  const page = Math.min(number, pages);
  const names = new Map(profiles.map(({ id, name }) => [id, name]));
  const choose = (value: string) => {
    setShown(fates.find((fate) => fate === value) ?? 'all');
    setNumber(1);
  };
  return (
    <section aria-label="Preview">
      <SegmentedControl
        aria-label="Rows to show"
        mb="xs"
        size="sm"
        style={{ flexWrap: 'wrap' }}
        value={kind}
        onChange={choose}
        data={[
          { value: 'all', label: `all ${figure(rows.length)}` },
          ...fates
            .filter((fate) => counts[fate] > 0)
            .map((fate) => ({ value: fate, label: `${looks[fate].label} ${figure(counts[fate])}` })),
        ]}
      />
      <Table.ScrollContainer minWidth={0} tabIndex={0} role="region" aria-label="Rows of the import">
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Row</Table.Th>
              <Table.Th scope="col">Mailbox</Table.Th>
              <Table.Th scope="col" visibleFrom="sm">
                Profile
              </Table.Th>
              <Table.Th scope="col" visibleFrom="sm">
                Does
              </Table.Th>
              <Table.Th scope="col">What becomes of it</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {chosen.slice((page - 1) * pageSize, page * pageSize).map((planned, index) => (
              <PreviewRow key={`${planned.row.number} ${index}`} planned={planned} names={names} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {pages > 1 && (
        <Pagination
          mt="sm"
          size="sm"
          total={pages}
          value={page}
          onChange={setNumber}
          aria-label="Pages of the preview"
          getControlProps={(control) => ({ 'aria-label': `To the ${control} page` })}
          getItemProps={(item) => ({ 'aria-label': `Page ${item}` })}
        />
      )}
    </section>
  );
}

interface PreviewRowProps {
  readonly planned: PlannedRow;
  readonly names: ReadonlyMap<string, string>;
}

function PreviewRow({ planned: { row, mailbox, fate, faults, id }, names }: PreviewRowProps) {
  const { label, color } = looks[fate];
  return (
    <Table.Tr>
      <Table.Td>
        <VisuallyHidden>Row </VisuallyHidden>
        {row.number}
      </Table.Td>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>
        {row.emailAddress || '\u2013'}
        {row.displayName !== null && (
          <Text size="xs" c="dimmed">
            {row.displayName}
          </Text>
        )}
      </Table.Td>
      <Table.Td visibleFrom="sm">{mailbox ? names.get(mailbox.profileId) : row.profile}</Table.Td>
      <Table.Td visibleFrom="sm">{mailbox && directionsInWords(mailbox)}</Table.Td>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>
        <Badge color={color} variant="light" tt="none">
          {label}
        </Badge>{' '}
        {id !== null && <To href={`/mailboxes/${id}`}>open</To>}
        {faults.length > 0 && (
          <List size="sm" withPadding={false}>
            {faults.map((fault) => (
              <List.Item key={faultInWords(fault)}>{faultInWords(fault)}</List.Item>
            ))}
          </List>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
