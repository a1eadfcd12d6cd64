import { Button, Chip, Group, Text } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { MailboxName } from '../../parts/mail/mailbox-name.js';
import { MailFilterFields } from '../../parts/mail/mail-filter-fields.js';
import { OutgoingBadge, OutgoingStanding } from '../../parts/mail/outgoing-badge.js';
import { outgoingStates, stateWords } from '../../parts/mail/outgoing-words.js';
import { shortName } from '../../parts/mail/people.js';
import { useMailFilters } from '../../parts/mail/use-mail-filters.js';
import { Moment } from '../../parts/moment.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { PageHead } from '../../parts/page-head.js';
import { PageButtons, usePages } from '../../parts/pages.js';
import { Rows, type Column } from '../../parts/rows.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { isUnderWay, pollMs } from './under-way.js';
import { shownRows } from '../../parts/shown-rows.js';

type Summary = Schema<'OutgoingMessageSummary'>;

const rowsAPage = 50;

/** Mail that applications gave to Postroom to send, newest first. */
export default function Page() {
  const filtering = useMailFilters();
  const { q, profileId, mailboxId, state } = filtering.filters;
  const pages = usePages(JSON.stringify(filtering.filters));
  const { cursor } = pages;
  const query = {
    limit: rowsAPage,
    ...(q && { q }),
    ...(profileId && { profileId }),
    ...(mailboxId && { mailboxId }),
    ...(state && { state }),
    ...(cursor && { cursor }),
  };
  const { data, error, refetch, isPlaceholderData } = $api.useQuery(
    'get',
    '/v1/outgoing-messages',
    { params: { query } },
    {
      placeholderData: keepPreviousData,
      // No event tells that a message began to go out.
      refetchInterval: ({ state: { data: last } }) => (last?.items.some(isUnderWay) ? pollMs : false),
    },
  );
  const items = shownRows({ data, isPlaceholderData });
  const isEmpty = items?.length === 0;
  return (
    <>
      <PageHead title="Outgoing" about="Mail that was given to Postroom to send, newest first." />
      <MailFilterFields {...filtering} />
      <States value={state} onChange={(value) => filtering.change({ state: value })} />
      <Trouble error={error} onRetry={() => void refetch()} />
      {isEmpty && filtering.isFiltered && (
        <NothingHere
          title="Nothing matches"
          action={
            <Button variant="default" onClick={filtering.clear}>
              Show all outgoing messages
            </Button>
          }
        >
          The search looks at subjects, and at names and addresses of senders and recipients, not into the text.
        </NothingHere>
      )}
      {isEmpty && !filtering.isFiltered && (
        <NothingHere
          title="Nothing has been sent yet"
          action={
            <a href="/docs" target="_blank" rel="noreferrer">
              To the reference of the API
            </a>
          }
        >
          Applications send by <code>POST /v1/outgoing-messages</code>. What they send appears here, with what it waits
          for, why it failed, and what came back.
        </NothingHere>
      )}
      {!isEmpty && (data || !error) && (
        <Rows caption="Outgoing messages" columns={columns} rows={items} keyOf={({ id }) => id} />
      )}
      <PageButtons pages={pages} nextCursor={data?.nextCursor} />
    </>
  );
}

interface StatesProps {
  /** Separated by commas. */
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function States({ value, onChange }: StatesProps) {
  const chosen = value === '' ? [] : value.split(',');
  return (
    <Group gap="xs" mb="sm" role="group" aria-label="States">
      <Chip.Group multiple value={chosen} onChange={(states) => onChange(states.join(','))}>
        {outgoingStates.map((state) => (
          <Chip key={state} value={state} size="xs" variant="outline">
            {stateWords(state).label}
          </Chip>
        ))}
      </Chip.Group>
    </Group>
  );
}

const columns: readonly Column<Summary>[] = [
  {
    head: 'Message',
    cell: ({ id, subject, to, cc, bcc }) => (
      <>
        <To href={`/outgoing/${id}`} fw={500}>
          {subject.trim() || '(no subject)'}
        </To>
        <Text size="sm" c="dimmed">
          {recipientsInShort([...to, ...cc, ...bcc])}
        </Text>
      </>
    ),
  },
  {
    head: 'State',
    cell: (message) => (
      <>
        <OutgoingBadge state={message.state} />
        <OutgoingStanding message={message} />
      </>
    ),
  },
  {
    head: 'Mailbox',
    wide: true,
    cell: ({ mailboxId, mailboxAddress }) => (
      <Text size="sm">
        <MailboxName id={mailboxId} address={mailboxAddress} />
      </Text>
    ),
  },
  {
    head: 'Accepted',
    wide: true,
    align: 'right',
    cell: ({ createdAt }) => (
      <Text size="sm" c="dimmed">
        <Moment at={createdAt} />
      </Text>
    ),
  },
];

function recipientsInShort(people: Summary['to']): string {
  const [first] = people;
  if (!first) return 'to nobody';
  return `to ${shortName(first)}${people.length > 1 ? ` and ${people.length - 1} more` : ''}`;
}
