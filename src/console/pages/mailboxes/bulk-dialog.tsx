import { Anchor, Button, Group, List, Modal, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { bulkWords } from './bulk-actions.js';
import type { Refusal } from './bulk-outcome.js';
import { figure, mailboxesCounted } from './counted.js';
import { DownloadButton } from './download-button.js';
import { endsInWords } from './ends-in-words.js';
import { LongWork } from './long-work.js';
import type { useBulk } from './use-bulk.js';

/** How far a deed to many is; then what came of it, and who refused it and why. */
export function BulkDialog({ bulk }: { readonly bulk: ReturnType<typeof useBulk> }) {
  const { progress, report, stop, forget } = bulk;
  const isRunning = progress !== null;
  if (!isRunning && !report) return null;
  return (
    <Modal
      opened
      onClose={forget}
      title={isRunning ? 'At work' : 'What came of it'}
      centered
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={!isRunning}
      withCloseButton={!isRunning}
    >
      {isRunning ? <LongWork progress={progress} onStop={stop} /> : report && <Report report={report} />}
      {!isRunning && (
        <Group justify="flex-end" mt="md">
          <Button onClick={forget} data-autofocus>
            Close
          </Button>
        </Group>
      )}
    </Modal>
  );
}

function Report({ report }: { readonly report: NonNullable<ReturnType<typeof useBulk>['report']> }) {
  const { action, wanted, tried, outcome, error } = report;
  const words = bulkWords[action];
  return (
    <Stack gap="sm">
      <Text>
        {mailboxesCounted(outcome.done)} {words.done}.
        {outcome.unchanged > 0 && ` ${mailboxesCounted(outcome.unchanged)} ${words.already}.`}
      </Text>
      {outcome.refusals.map((refusal) => (
        <RefusalShown key={refusal.code} refusal={refusal} />
      ))}
      <Trouble error={error} />
      {tried < wanted && (
        <Text>
          {mailboxesCounted(wanted - tried)} not reached. They are still selected with the others: do it again to go on;
          what is done is left as it is.
        </Text>
      )}
    </Stack>
  );
}

const shownAtFirst = 20;

function RefusalShown({ refusal: { code, title, remediation, mailboxes } }: { readonly refusal: Refusal }) {
  const [all, setAll] = useState(false);
  const shown = all ? mailboxes.slice(0, 500) : mailboxes.slice(0, shownAtFirst);
  const more = mailboxes.length - shown.length;
  return (
    <section>
      <Title order={3} size="h5">
        {figure(mailboxes.length)} refused: {title}
      </Title>
      <Text size="sm" c="dimmed">
        {endsInWords(remediation)}
      </Text>
      <List size="sm" my="xs" style={{ overflowWrap: 'anywhere' }}>
        {shown.map(({ id, emailAddress }) => (
          <List.Item key={id}>
            <To href={`/mailboxes/${id}`}>{emailAddress}</To>
          </List.Item>
        ))}
      </List>
      <Group gap="sm">
        {more > 0 && !all && (
          <Anchor component="button" size="sm" onClick={() => setAll(true)}>
            Show more
          </Anchor>
        )}
        {more > 0 && all && <Text size="sm">and {figure(more)} more, which are in the list to download</Text>}
        {mailboxes.length > shownAtFirst && (
          <DownloadButton
            size="compact-sm"
            label="Download the list"
            fileName={`refused-${code}.csv`}
            rows={() => [
              ['email', 'why not', 'id'],
              ...mailboxes.map(({ id, emailAddress }) => [emailAddress, title, id]),
            ]}
          />
        )}
      </Group>
    </section>
  );
}
