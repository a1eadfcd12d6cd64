import { Badge, Paper, Progress, Skeleton, Stack, Text } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { $api, api, unwrap } from '../../api/client.js';
import { isGone } from '../../api/queries.js';
import type { Schema } from '../../api/schemas.js';
import { AskButton } from '../../parts/ask-button.js';
import { Moment } from '../../parts/moment.js';
import { PageHead } from '../../parts/page-head.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { useMay } from '../../session/session.js';
import { batchProgress, batchStates, endedOf } from './batch-words.js';
import { BatchResults } from './batch-results.js';
import { counted, figure, mailboxesCounted } from './counted.js';
import { outcomeColors } from './test-words.js';
import { useReread } from './use-reread.js';

type Batch = Schema<'MailboxTestBatch'>;

const liveMs = 1_500;
const isOver = (batch: Batch | undefined) => batch?.completedAt !== null && batch !== undefined;

/** A batch of tests: how far it is, what came of it, and each test. */
export default function Page({ id }: { readonly id: string }) {
  const mayWrite = useMay('write');
  const reread = useReread();
  const { data, error, refetch } = $api.useQuery(
    'get',
    '/v1/mailbox-test-batches/{id}',
    { params: { path: { id } } },
    {
      refetchInterval: ({ state }) => (isOver(state.data) || isGone(state.error) ? false : liveMs),
      placeholderData: keepPreviousData,
    },
  );
  // What shows the mailboxes elsewhere is old when the batch has ended.
  const hasEnded = isOver(data);
  const wasActive = useRef(false);
  useEffect(() => {
    if (hasEnded && wasActive.current) void reread();
    wasActive.current = !hasEnded;
  }, [hasEnded, reread]);
  const cancel = async () => {
    unwrap(await api.POST('/v1/mailbox-test-batches/{id}/cancel', { params: { path: { id } } }));
    await reread();
  };
  if (!data)
    return (
      <>
        <PageHead title="Tests of mailboxes" />
        {error ? <Trouble error={error} onRetry={() => void refetch()} /> : <Skeleton height={240} />}
      </>
    );
  const { label, color } = batchStates[data.state];
  return (
    <>
      <PageHead
        title={`Tests of ${mailboxesCounted(data.tests)}`}
        beside={
          <Badge color={color} variant="light" tt="none">
            {label}
          </Badge>
        }
        about={
          <>
            Begun <Moment at={data.createdAt} />
            {data.enable && ', and what passes is switched on'}
          </>
        }
      >
        {data.state === 'running' && mayWrite && (
          <AskButton label="Cancel the tests" title="Cancel these tests?" onConfirm={cancel}>
            What has not begun is not tested; what is under way ends by itself. What has been switched on stays on.
          </AskButton>
        )}
      </PageHead>
      {error && <Trouble error={error} onRetry={() => void refetch()} />}
      <Totals batch={data} />
      <BatchResults batch={data} />
    </>
  );
}

function Totals({ batch }: { readonly batch: Batch }) {
  const { tests, alreadyRunning, enabled } = batch;
  const ended = endedOf(batch);
  return (
    <Paper withBorder p="md" mb="md" component="section" aria-label="How far it is">
      <Stack gap="xs">
        <Text size="sm" role="status">
          {figure(ended)} of {counted(tests, 'test')} ended
          {batch.running > 0 && `, ${figure(batch.running)} under way`}
        </Text>
        <Progress.Root size="lg" role="group" aria-label="Results of the tests">
          {batchProgress(batch).map(({ outcome, percent, count }) => (
            <Progress.Section
              key={outcome}
              value={percent}
              color={outcomeColors[outcome]}
              aria-label={`${figure(count)} ${outcome}`}
            />
          ))}
        </Progress.Root>
        <Text size="sm">
          {enabled > 0 && `Something was switched on in ${mailboxesCounted(enabled)}. `}
          {alreadyRunning > 0 && `${mailboxesCounted(alreadyRunning)} had a test under way already and were left out. `}
          <To href="/mailboxes" underline="always">
            To the mailboxes
          </To>
        </Text>
      </Stack>
    </Paper>
  );
}
