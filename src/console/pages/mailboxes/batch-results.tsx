import { Chip, Group, Select, Text } from '@mantine/core';
import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { PageButtons, usePages } from '../../parts/pages.js';
import { Rows, type Column } from '../../parts/rows.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { useUrlText } from '../../parts/use-url-text.js';
import { endedOf } from './batch-words.js';
import { figure } from './counted.js';
import { TestBadge } from './test-shown.js';
import { directionInWords, outcomeNames, waitInWords, type Outcome } from './test-words.js';

type Batch = Schema<'MailboxTestBatch'>;
type Test = Schema<'MailboxTest'>;

const liveMs = 3_000;
const outcomes = Object.keys(outcomeNames) as Outcome[];

const columns: readonly Column<Test>[] = [
  {
    head: 'Mailbox',
    cell: ({ mailboxId, emailAddress }) => <To href={`/mailboxes/${mailboxId}?tab=tests`}>{emailAddress}</To>,
  },
  { head: 'Result', cell: (test) => <TestBadge test={test} /> },
  { head: 'What came of it', cell: (test) => <Found test={test} />, wide: true },
];

/** The tests of a batch, narrowed by outcome and by cause. */
export function BatchResults({ batch }: { readonly batch: Batch }) {
  const { id } = batch;
  const [wanted, setResult] = useUrlText('result');
  const [code, setCode] = useUrlText('code');
  const result = ([...outcomes, 'active'] as const).find((outcome) => outcome === wanted);
  const pages = usePages(`${result} ${code}`);
  const query = { result, code: code || undefined, cursor: pages.cursor };
  const { data, error, refetch } = $api.useQuery(
    'get',
    '/v1/mailbox-test-batches/{id}/results',
    { params: { path: { id }, query } },
    { refetchInterval: batch.completedAt === null ? liveMs : false, placeholderData: keepPreviousData },
  );
  const titles = useCauseTitles(batch);
  const active = batch.tests - endedOf(batch);
  return (
    <section aria-label="Results">
      <Group gap="xs" mb="sm">
        <Group gap="xs" role="group" aria-label="Outcome">
          <Chip size="sm" checked={result === undefined} onChange={() => setResult('')}>
            all {figure(batch.tests)}
          </Chip>
          {outcomes
            .filter((outcome) => batch[outcome] > 0 || outcome === result)
            .map((outcome) => (
              <Chip key={outcome} size="sm" checked={result === outcome} onChange={() => setResult(outcome)}>
                {outcomeNames[outcome]} {figure(batch[outcome])}
              </Chip>
            ))}
          {(active > 0 || result === 'active') && (
            <Chip size="sm" checked={result === 'active'} onChange={() => setResult('active')}>
              not ended {figure(active)}
            </Chip>
          )}
        </Group>
        {(batch.causes.length > 0 || code !== '') && (
          <Select
            aria-label="Cause"
            placeholder="Whatever the cause"
            clearable
            w={{ base: '100%', xs: 320 }}
            data={batch.causes.map((cause) => ({
              value: cause.code,
              label: `${titles.get(cause.code) ?? cause.code} (${figure(cause.mailboxes)})`,
            }))}
            value={code || null}
            onChange={(value) => setCode(value ?? '')}
          />
        )}
      </Group>
      {error && <Trouble error={error} onRetry={() => void refetch()} />}
      {data?.items.length === 0 && pages.number === 1 ? (
        <NothingHere title="No test here">
          None of the batch ended so, or its results are no longer kept: a mailbox keeps its last 20 tests.
        </NothingHere>
      ) : (
        <Rows caption="Tests" columns={columns} rows={data?.items} keyOf={(test) => test.id} />
      )}
      <PageButtons pages={pages} nextCursor={data?.nextCursor} />
    </section>
  );
}

/** A batch names causes by their codes only; the words for each stand in any test that failed by it. */
function useCauseTitles({ id, causes }: Batch): ReadonlyMap<string, string> {
  return useQueries({
    queries: causes.slice(0, 20).map(({ code }) =>
      $api.queryOptions(
        'get',
        '/v1/mailbox-test-batches/{id}/results',
        { params: { path: { id }, query: { code, limit: 1 } } },
        // The words of a code stay the same, whatever else events make old.
        { staleTime: 'static' },
      ),
    ),
    combine: (answers) =>
      new Map(
        answers.flatMap(({ data }): [string, string][] => {
          const failures = [data?.items[0]?.incoming?.failure, data?.items[0]?.outgoing?.failure];
          return failures.flatMap((failure) => (failure ? [[failure.code, failure.title]] : []));
        }),
      ),
  });
}

function Found({ test }: { readonly test: Test }) {
  if (test.result === null)
    return (
      <Text size="sm" c="dimmed">
        {test.waitingFor ? waitInWords(test.waitingFor) : 'It is under way.'}
      </Text>
    );
  return (
    <>
      {(['incoming', 'outgoing'] as const).map((direction) => {
        const result = test[direction];
        return (
          result && (
            <Text key={direction} size="sm">
              {directionInWords(direction, result)}
            </Text>
          )
        );
      })}
      {test.notEnabled && (
        <Text size="sm" c="dimmed">
          Nothing was switched on: the mailbox is not approved.
        </Text>
      )}
    </>
  );
}
