import { Button, Chip, Group, Skeleton, Stack, Text, Timeline } from '@mantine/core';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { useUrlText } from '../../parts/use-url-text.js';
import { detailsOf, isTimelineType, timelineTypes, type TimelineType } from './timeline-words.js';

type Entry = Schema<'TimelineEntry'>;

const pageSize = 30;

/** What happened to the mailbox, newest first; older entries on demand. */
export function TimelineTab({ id }: { readonly id: string }) {
  const [text, setTypes] = useUrlText('types');
  const types = text.split(',').filter(isTimelineType);
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = $api.useInfiniteQuery(
    'get',
    '/v1/mailboxes/{id}/timeline',
    {
      params: {
        path: { id },
        query: { limit: pageSize, ...(types.length === 0 ? {} : { types: types.join(',') }) },
      },
    },
    {
      pageParamName: 'before',
      // Not undefined, in whose place the client would send a number.
      initialPageParam: null,
      getNextPageParam: ({ nextCursor }: Schema<'TimelinePage'>) => nextCursor,
    },
  );
  const toggle = (type: TimelineType) =>
    setTypes((types.includes(type) ? types.filter((one) => one !== type) : [...types, type]).join(','));
  const entries = data?.pages.flatMap(({ items }) => items);
  return (
    <>
      <Group gap="xs" mb="md" role="group" aria-label="What to show">
        <Chip size="xs" checked={types.length === 0} onChange={() => setTypes('')}>
          everything
        </Chip>
        {Object.entries(timelineTypes).map(([type, name]) => (
          <Chip
            key={type}
            size="xs"
            checked={types.includes(type as TimelineType)}
            onChange={() => toggle(type as TimelineType)}
          >
            {name}
          </Chip>
        ))}
      </Group>
      {error && <Trouble error={error} onRetry={() => void refetch()} />}
      {!entries && !error && <Skeleton height={240} />}
      {entries?.length === 0 && (
        <NothingHere title="Nothing has happened yet">
          What the mailbox does and what stops it stands here for 30 days: runs, refusals, incidents, and what people
          did.
        </NothingHere>
      )}
      {entries && entries.length > 0 && (
        <Timeline bulletSize={14} lineWidth={2} aria-label="Timeline">
          {entries.map((entry) => (
            <Timeline.Item key={entry.id} title={<Title entry={entry} />}>
              <More entry={entry} />
            </Timeline.Item>
          ))}
        </Timeline>
      )}
      {hasNextPage && (
        <Button variant="default" mt="md" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show older
        </Button>
      )}
    </>
  );
}

function Title({ entry: { title, at, until, type } }: { readonly entry: Entry }) {
  return (
    <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
      {title}{' '}
      <Text span size="xs" c="dimmed">
        <Moment at={at} exact />
        {until !== null && type === 'polls' && until !== at && (
          <>
            {' '}
            to <Moment at={until} exact />
          </>
        )}
      </Text>
    </Text>
  );
}

function More({ entry: { details, code, links } }: { readonly entry: Entry }) {
  const incident = links.incident?.split('/').at(-1);
  const facts = detailsOf(details);
  return (
    <Stack gap={2}>
      {incident !== undefined && (
        <Text size="xs">
          <To href={`/incidents/${incident}`}>To the incident</To>
        </Text>
      )}
      {(facts.length > 0 || code !== null) && (
        <details>
          <Text component="summary" size="xs" c="dimmed" style={{ cursor: 'pointer' }}>
            Details
          </Text>
          <Text component="div" size="xs" style={{ overflowWrap: 'anywhere' }}>
            {code !== null && <div>the server’s code: {code}</div>}
            {facts.map(({ name, value, isTime }, index) => (
              <div key={`${name} ${index}`}>
                {name}: {isTime ? <Moment at={value} exact /> : value}
              </div>
            ))}
          </Text>
        </details>
      )}
    </Stack>
  );
}
