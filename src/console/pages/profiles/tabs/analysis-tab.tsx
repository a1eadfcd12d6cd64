import { Button, Checkbox, Group, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { readsFrom } from '../../../api/queries.js';
import type { Schema } from '../../../api/schemas.js';
import { useUrlText } from '../../../parts/use-url-text.js';
import { useMay } from '../../../session/session.js';
import { AnalysisResult } from '../analysis/analysis-result.js';
import { useAnalysis } from '../analysis/use-analysis.js';
import { messagesByField } from '../field-messages.js';
import { ReportPanel } from '../analysis/report-panel.js';
import { ReportRows } from '../analysis/report-rows.js';

/** Tries the saved profile from the name of the server to the mail of a mailbox, and keeps what came of it. */
export function AnalysisTab({ profile: { id } }: { readonly profile: Schema<'EmailServerProfile'> }) {
  const mayRun = useMay('write');
  const queries = useQueryClient();
  const { run, start, stop } = useAnalysis();
  const [reportId, showReport] = useUrlText('report');
  const form = useForm({ initialValues: { emailAddress: '', canaryAddress: '', sendToSelf: false } });
  const isRunning = run.state === 'running';
  const begin = async () => {
    showReport('');
    const { emailAddress, canaryAddress, sendToSelf } = form.values;
    const { problem } = await start({
      profileId: id,
      ...(emailAddress.trim() === '' ? {} : { emailAddress: emailAddress.trim() }),
      ...(canaryAddress.trim() === '' ? {} : { canaryAddress: canaryAddress.trim() }),
      sendToSelf,
      keep: true,
    });
    if (problem) form.setErrors(messagesByField(problem, (field) => field));
    void queries.invalidateQueries({ predicate: readsFrom(['/v1/diagnostics']) });
  };
  return (
    <Stack>
      {mayRun && (
        <Paper
          component="form"
          withBorder
          p="md"
          maw={820}
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void begin();
          }}
        >
          <Title order={2} size="h5">
            Run the analysis
          </Title>
          <Text size="sm" mb="sm">
            Each step is told as it ends. In the mailbox that you name, a draft is saved and deleted again.
          </Text>
          <Stack gap="md">
            <TextInput
              label="Mailbox to open"
              description="Without one only the server and the account are tried, and a mailbox that was well of late is opened."
              type="email"
              autoComplete="off"
              {...form.getInputProps('emailAddress')}
            />
            <TextInput
              label="Another mailbox, to compare with"
              description="Left empty: one of the profile that was well of late."
              type="email"
              autoComplete="off"
              {...form.getInputProps('canaryAddress')}
            />
            <Checkbox
              label="Send a message from the mailbox to itself, and delete it again"
              {...form.getInputProps('sendToSelf', { type: 'checkbox' })}
            />
            <Group>
              {isRunning ? (
                <Button type="button" variant="default" onClick={stop}>
                  Stop the analysis
                </Button>
              ) : (
                <Button type="submit" leftSection={<IconPlayerPlay size={16} aria-hidden />}>
                  Run the analysis
                </Button>
              )}
            </Group>
          </Stack>
          {reportId === '' && <AnalysisResult run={run} />}
        </Paper>
      )}
      {reportId !== '' && <ReportPanel id={reportId} onClose={() => showReport('')} />}
      <ReportRows profileId={id} onShow={showReport} />
    </Stack>
  );
}
