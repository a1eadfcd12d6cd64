import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import { AnalysisResult } from '../analysis/analysis-result.js';
import type { AnalysisRun } from '../analysis/use-analysis.js';
import type { WizardForm } from './wizard-form.js';

interface TestStepProps {
  readonly form: WizardForm;
  readonly run: AnalysisRun;
  readonly onStart: () => void;
  readonly onStop: () => void;
}

/** Tries all that was entered, before anything is saved. */
export function TestStep({ form, run, onStart, onStop }: TestStepProps) {
  const { findsAddress, ewsUrl } = form.values;
  const isRunning = run.state === 'running';
  return (
    <Stack gap="md">
      <Text size="sm">
        Postroom walks from the name of the server to the mail in a mailbox, and says of each step how it went. In the
        mailbox that you name, a draft is saved and deleted again; nothing is sent.
      </Text>
      <TextInput
        label="Mailbox to open"
        description={
          findsAddress && ewsUrl === ''
            ? 'Needed here: Autodiscover finds the server by it.'
            : 'Without one only the server and the account are tried, not the rights on mailboxes.'
        }
        type="email"
        autoComplete="off"
        required={findsAddress && ewsUrl === ''}
        {...form.getInputProps('testAddress')}
      />
      <TextInput
        label="Another mailbox, to compare with"
        description="One that should work. If the first is refused, it tells whether the role is missing or leaves the first one out."
        type="email"
        autoComplete="off"
        {...form.getInputProps('canaryAddress')}
      />
      <Group>
        {isRunning ? (
          <Button
            type="button"
            variant="default"
            leftSection={<IconPlayerStop size={16} aria-hidden />}
            onClick={onStop}
          >
            Stop the test
          </Button>
        ) : (
          <Button
            type="button"
            variant={run.summary?.ok ? 'default' : 'filled'}
            leftSection={<IconPlayerPlay size={16} aria-hidden />}
            onClick={onStart}
          >
            {run.state === 'idle' ? 'Run the test' : 'Run the test again'}
          </Button>
        )}
      </Group>
      <AnalysisResult run={run} />
    </Stack>
  );
}
