import { Alert, Badge, Code, Group, Loader, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconCheck, IconCircleDashed, IconMinus, IconX } from '@tabler/icons-react';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { directionNames } from './mailbox-words.js';
import { Remedy } from '../../parts/remedy.js';
import {
  cleanUpInWords,
  directionInWords,
  outcomeColors,
  outcomeNames,
  shownSteps,
  waitInWords,
  type ShownStep,
} from './test-words.js';

type Test = Schema<'MailboxTest'>;

/** A test with its steps, and what came of each direction. */
export function TestShown({ test }: { readonly test: Test }) {
  const { waitingFor, enabled, notEnabled, message } = test;
  const cleanUp = message && cleanUpInWords(message);
  return (
    <Stack gap="sm">
      {waitingFor && (
        <Text size="sm">
          {waitInWords(waitingFor)}{' '}
          {waitingFor.until !== null && (
            <>
              It goes on <Moment at={waitingFor.until} />.
            </>
          )}
        </Text>
      )}
      <Steps steps={shownSteps(test)} />
      {(['incoming', 'outgoing'] as const).map((direction) => (
        <Direction key={direction} direction={direction} test={test} />
      ))}
      {enabled.length > 0 && (
        <Text size="sm">Switched on by it: {enabled.map((one) => directionNames[one]).join(' and ')}.</Text>
      )}
      {notEnabled && <Text size="sm">Nothing was switched on: the mailbox is not approved.</Text>}
      {message && cleanUp !== null && (
        <Text size="sm">
          {cleanUp} {message.cleanUp === 'given-up' && <Code>{message.subject}</Code>}
        </Text>
      )}
    </Stack>
  );
}

/** What came of a test as a whole; how far it is while it goes on. */
export function TestBadge({ test: { result, state } }: { readonly test: Pick<Test, 'result' | 'state'> }) {
  if (result === null)
    return (
      <Badge color="blue" variant="light" tt="none">
        {state === 'running' ? 'under way' : 'waiting'}
      </Badge>
    );
  return (
    <Badge color={outcomeColors[result]} variant="light" tt="none">
      {outcomeNames[result]}
    </Badge>
  );
}

interface DirectionProps {
  readonly direction: 'incoming' | 'outgoing';
  readonly test: Test;
}

function Direction({ direction, test }: DirectionProps) {
  const result = test[direction];
  if (!result) return null;
  const words = directionInWords(direction, result);
  if (result.status !== 'failure' || !result.failure)
    return (
      <Text size="sm" fw={600}>
        {words}.
      </Text>
    );
  const { cause, remedy, code, message, requestId } = result.failure;
  return (
    <div>
      <Alert color="red" title={words} mb="sm">
        <Text size="sm" mb="xs">
          {cause}
        </Text>
        <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
          The server said: {message} ({code}
          {requestId !== null && `, request ${requestId}`})
        </Text>
      </Alert>
      <Remedy text={remedy} />
    </div>
  );
}

const looks: Readonly<Record<ShownStep['status'], { color: string; icon: typeof IconCheck; words: string }>> = {
  success: { color: 'green', icon: IconCheck, words: 'done' },
  failure: { color: 'red', icon: IconX, words: 'failed' },
  skipped: { color: 'gray', icon: IconMinus, words: 'passed over' },
  running: { color: 'blue', icon: IconCircleDashed, words: 'under way' },
  'to-come': { color: 'gray', icon: IconCircleDashed, words: 'to come' },
  'left-out': { color: 'gray', icon: IconMinus, words: 'not tried' },
};

function Steps({ steps }: { readonly steps: readonly ShownStep[] }) {
  return (
    <Stack component="ol" gap={6} aria-label="Steps" p={0} m={0} style={{ listStyle: 'none' }} aria-live="polite">
      {steps.map(({ direction, words, status, ms, detail, code }) => {
        const { color, icon: Icon, words: state } = looks[status];
        return (
          <Group component="li" key={`${direction} ${words}`} gap="xs" wrap="nowrap" align="flex-start">
            {status === 'running' ? (
              <Loader size={22} aria-hidden />
            ) : (
              <ThemeIcon size={22} radius="xl" color={color} variant="light" aria-hidden>
                <Icon size={14} />
              </ThemeIcon>
            )}
            <div>
              <Text size="sm">
                {words}{' '}
                <Text span size="xs" c="dimmed">
                  {state}
                  {ms !== null && `, ${duration(ms)}`}
                </Text>
              </Text>
              {(detail ?? code) !== null && (
                <Text size="xs" c="dimmed">
                  {detail ?? `The server’s code: ${code}`}
                </Text>
              )}
            </div>
          </Group>
        );
      })}
    </Stack>
  );
}

const duration = (ms: number) => (ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`);
