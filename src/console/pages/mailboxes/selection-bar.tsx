import { Anchor, Button, Group, Paper, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api, unwrap } from '../../api/client.js';
import { AskButton } from '../../parts/ask-button.js';
import { useSay } from '../../parts/said.js';
import { useMay } from '../../session/session.js';
import { bulkWords, type ListAction } from './bulk-actions.js';
import { BatchesStarted } from './batches-started.js';
import { BulkDialog } from './bulk-dialog.js';
import { figure, mailboxesCounted } from './counted.js';
import { everyPage, largestPage } from './every-page.js';
import { listQuery, type ListFilters } from './list-filters.js';
import { LongWork } from './long-work.js';
import { testMany } from './test-many.js';
import type { TestWish } from './test-wish.js';
import { TestWishDialog } from './test-wish-dialog.js';
import { useBulk } from './use-bulk.js';
import { useLongWork } from './use-long-work.js';
import type { useSelection } from './use-selection.js';

interface SelectionBarProps {
  readonly selection: ReturnType<typeof useSelection>;
  readonly filters: ListFilters;
  /** How many the filters match; undefined until it is known. */
  readonly total: number | undefined;
}

/** At the foot of the window while rows are selected: how many, all that match, and what to do to them. */
export function SelectionBar({ selection, filters, total }: SelectionBarProps) {
  const bulk = useBulk();
  const walk = useLongWork();
  const say = useSay();
  const count = selection.mailboxes.size;
  const selectAll = () =>
    walk.run('Selecting', total ?? 0, async (report, signal) => {
      let seen = 0;
      const read = async (cursor?: string) =>
        unwrap(
          await api.GET('/v1/mailboxes', {
            params: { query: { ...listQuery(filters), limit: largestPage, cursor } },
            signal,
          }),
        );
      try {
        await everyPage(
          read,
          (rows) => {
            selection.add(rows);
            seen += rows.length;
            report(seen);
          },
          signal,
        );
      } catch (error) {
        if (!signal.aborted) say.failed(error);
      }
    });
  const run = async (action: ListAction) => {
    const { error, tried, wanted } = await bulk.run(action, [...selection.mailboxes.values()]);
    if (error === null && tried === wanted) selection.clear();
  };
  return (
    <>
      <BulkDialog bulk={bulk} />
      {count > 0 && (
        <Paper
          withBorder
          shadow="md"
          p="sm"
          mt="sm"
          component="section"
          aria-label="Selected mailboxes"
          style={{ position: 'sticky', bottom: 8, zIndex: 10 }}
        >
          {walk.progress ? (
            <LongWork progress={walk.progress} onStop={walk.stop} />
          ) : (
            <Group justify="space-between" gap="sm">
              <Group gap="sm">
                <Text size="sm" fw={600} role="status">
                  {figure(count)} selected
                </Text>
                {total !== undefined && total > count && (
                  <Anchor component="button" size="sm" onClick={() => void selectAll()}>
                    Select all {figure(total)} that match
                  </Anchor>
                )}
                <Anchor component="button" size="sm" onClick={selection.clear}>
                  Clear
                </Anchor>
              </Group>
              <Actions ids={[...selection.mailboxes.keys()]} onAct={run} />
            </Group>
          )}
        </Paper>
      )}
    </>
  );
}

const plain = ['sync', 'resume', 'enable-incoming', 'enable-outgoing'] as const;

interface ActionsProps {
  readonly ids: readonly string[];
  readonly onAct: (action: ListAction) => Promise<void>;
}

function Actions({ ids, onAct }: ActionsProps) {
  const mayApprove = useMay('admin');
  const [, go] = useLocation();
  const [asking, { open, close }] = useDisclosure(false);
  const [batches, setBatches] = useState<readonly string[]>([]);
  const test = async (wish: TestWish) => {
    const started = await testMany(ids, wish);
    if (started.length === 1) go(`/mailboxes/tests/${started[0]}`);
    else setBatches(started);
  };
  // The dialog that asks closes at once; another one shows how far it is.
  const begin = async (action: ListAction) => {
    void onAct(action);
  };
  const size = 'xs';
  return (
    <Group gap="xs">
      <Button size={size} onClick={open}>
        Test…
      </Button>
      {plain.map((action) => (
        <Button key={action} size={size} variant="default" onClick={() => void onAct(action)}>
          {bulkWords[action].verb}
        </Button>
      ))}
      <AskButton
        size={size}
        label={bulkWords.pause.verb}
        title={`Pause ${mailboxesCounted(ids.length)}?`}
        onConfirm={() => begin('pause')}
      >
        Nothing of them is received or sent until somebody resumes them. Messages that are to be sent wait. What a run
        is doing at this moment is finished.
      </AskButton>
      {mayApprove && (
        <AskButton
          size={size}
          harmless
          label={bulkWords.approve.verb}
          title={`Approve ${mailboxesCounted(ids.length)}?`}
          onConfirm={() => begin('approve')}
        >
          You vouch for these addresses: their mail may be received and sent. Nothing starts by itself; resume or test
          them afterwards.
        </AskButton>
      )}
      {asking && <TestWishDialog title={`Test ${mailboxesCounted(ids.length)}`} onClose={close} onTest={test} />}
      <BatchesStarted batches={batches} onClose={() => setBatches([])} />
    </Group>
  );
}
