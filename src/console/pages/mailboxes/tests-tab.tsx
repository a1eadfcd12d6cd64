import { Accordion, Group, Skeleton, Text } from '@mantine/core';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { directionNames } from './mailbox-words.js';
import { TestBadge, TestShown } from './test-shown.js';

type Test = Schema<'MailboxTest'>;

/** How often the list is read anew while a test goes on, in ms. */
const liveMs = 1_500;

/** The last tests, 20 at most, each with its steps. */
export function TestsTab({ id }: { readonly id: string }) {
  const { data, error, refetch } = $api.useQuery(
    'get',
    '/v1/mailboxes/{id}/tests',
    { params: { path: { id } } },
    { refetchInterval: ({ state }) => (state.data?.items.some((test) => test.state !== 'ended') ? liveMs : false) },
  );
  if (error) return <Trouble error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={160} />;
  const [latest] = data.items;
  if (!latest)
    return (
      <NothingHere title="It has not been tested yet">
        A test tells whether the mailbox can be received from and sent from, by what receiving and sending do every day.
      </NothingHere>
    );
  return (
    <Accordion defaultValue={latest.id} variant="separated" order={3}>
      {data.items.map((test) => (
        <Accordion.Item key={test.id} value={test.id}>
          <Accordion.Control>
            <Group gap="sm">
              <TestBadge test={test} />
              <Text size="sm">{subjectOf(test)}</Text>
              <Text size="sm" c="dimmed">
                <Moment at={test.createdAt} />
              </Text>
            </Group>
          </Accordion.Control>
          <Accordion.Panel>
            <TestShown test={test} />
            {test.batchId !== null && (
              <Text size="sm" mt="sm">
                <To href={`/mailboxes/tests/${test.batchId}`}>One of a batch of tests</To>
              </Text>
            )}
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

const subjectOf = ({ directions }: Test) => directions.map((one) => directionNames[one]).join(' and ');
