import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { To } from '../../parts/to.js';
import { BatchesStarted } from './batches-started.js';
import { counted, mailboxesCounted } from './counted.js';
import { DownloadButton } from './download-button.js';
import { failedRows, fateCounts, type ImportChoice, type PlannedRow } from './import-plan.js';
import { testMany } from './test-many.js';
import type { TestWish } from './test-wish.js';
import { TestWishDialog } from './test-wish-dialog.js';

interface ImportSummaryProps {
  readonly outcome: readonly PlannedRow[];
  readonly choice: ImportChoice;
  readonly onAgain: () => void;
}

/** What the import has made, what it left alone and why, and what to do next. */
export function ImportSummary({ outcome, choice, onAgain }: ImportSummaryProps) {
  const [, go] = useLocation();
  const [asking, { open, close }] = useDisclosure(false);
  const [batches, setBatches] = useState<readonly string[]>([]);
  const { made, exists, repeated, invalid } = fateCounts(outcome);
  const failed = repeated + invalid;
  const ids = outcome.flatMap(({ fate, id }) => (fate === 'made' && id !== null ? [id] : []));
  const [first] = outcome.flatMap(({ fate, mailbox }) => (fate === 'made' && mailbox ? [mailbox.profileId] : []));
  const test = async (wish: TestWish) => {
    const started = await testMany(ids, wish);
    if (started.length === 1) go(`/mailboxes/tests/${started[0]}`);
    else setBatches(started);
  };
  return (
    <Paper withBorder p="lg" role="status">
      <Stack gap="sm">
        <Title order={2} size="h4">
          {mailboxesCounted(made)} imported
        </Title>
        {exists > 0 && (
          <Text>{counted(exists, 'mailbox was', 'mailboxes were')} there already: nothing was changed.</Text>
        )}
        {failed > 0 && (
          <Text>
            {counted(failed, 'row was', 'rows were')} left out. The list says why; correct it and import it again.
          </Text>
        )}
        {made > 0 && choice.start === 'after-test' && (
          <Text>
            They are paused. A test tells whether each can be received from and sent from, and switches it on.
          </Text>
        )}
        <Group gap="sm">
          {made > 0 && (
            <Button onClick={open} variant={choice.start === 'after-test' ? 'filled' : 'default'}>
              Test them…
            </Button>
          )}
          {failed > 0 && (
            <DownloadButton
              label="Download what was left out"
              fileName="mailboxes-left-out.csv"
              rows={() => failedRows(outcome)}
            />
          )}
          <Button variant="default" onClick={onAgain}>
            Import more
          </Button>
          <To href={first === undefined ? '/mailboxes' : `/mailboxes?profileId=${first}`}>Show the mailboxes</To>
        </Group>
      </Stack>
      {asking && (
        <TestWishDialog
          title={`Test ${mailboxesCounted(made)}`}
          enable={choice.start === 'after-test'}
          onClose={close}
          onTest={test}
        />
      )}
      <BatchesStarted batches={batches} onClose={() => setBatches([])} />
    </Paper>
  );
}
