import { Alert, Box, Loader, Text } from '@mantine/core';
import { FormTrouble } from '../form-trouble.js';
import { Remedy } from '../../../parts/remedy.js';
import { StepItem } from './step-item.js';
import { countWords } from './step-words.js';
import { isBroken, type AnalysisRun, type AnalysisStep, type AnalysisSummary } from './use-analysis.js';

interface VerdictProps {
  readonly summary: Pick<AnalysisSummary, 'verdict' | 'ok' | 'counts' | 'durationMs'>;
  readonly steps: readonly AnalysisStep[];
}

/** What the steps mean together. A remedy that stands at a step already is not repeated. */
function Verdict({ summary: { verdict, ok, counts, durationMs }, steps }: VerdictProps) {
  const hasWarnings = ok && verdict.code === 'well-with-warnings';
  const isNew = verdict.remedy !== null && !steps.some(({ remedy }) => remedy === verdict.remedy);
  return (
    <Alert
      color={hasWarnings ? 'yellow' : ok ? 'green' : 'red'}
      title={ok ? 'The test passed' : 'The test did not pass'}
      mb="sm"
      styles={{ body: { minWidth: 0 } }}
    >
      <Text size="sm">{verdict.text}</Text>
      {isNew && (
        <Box mt="xs">
          <Remedy text={verdict.remedy ?? ''} />
        </Box>
      )}
      <Text size="xs" mt={4}>
        {countWords(counts, durationMs)}
      </Text>
    </Alert>
  );
}

/** The verdict of a report, and the steps that led to it. */
export function AnalysisReport({ steps, summary }: Omit<VerdictProps, 'summary'> & Partial<VerdictProps>) {
  return (
    <>
      {summary && <Verdict summary={summary} steps={steps} />}
      <Box component="ol" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Steps">
        {steps.map((step) => (
          <StepItem key={step.id} step={step} />
        ))}
      </Box>
    </>
  );
}

/** A run as it goes: its steps one by one, and the verdict in the end, in the place where it said that it runs. */
export function AnalysisResult({ run }: { readonly run: AnalysisRun }) {
  if (run.state === 'idle') return null;
  return (
    <Box aria-live="polite" aria-busy={run.state === 'running'} mt="md">
      {run.state === 'running' && (
        <Alert color="blue" title="The test runs" icon={<Loader size="xs" aria-hidden />} mb="sm">
          <Text size="sm">{run.steps.length === 0 ? 'Beginning…' : 'The next step is under way…'}</Text>
        </Alert>
      )}
      {isBroken(run.error) ? (
        <Alert role="alert" color="red" title="The test broke off" mb="sm">
          Postroom cannot be reached, or stopped in the middle. Check the connection and start the test again.
        </Alert>
      ) : (
        <FormTrouble error={run.error} />
      )}
      {run.state === 'ended' && run.summary === null && run.error === null && (
        <Alert color="gray" title="You stopped the test" mb="sm">
          What it had left in the mailbox is taken away again.
        </Alert>
      )}
      <AnalysisReport steps={run.steps} summary={run.summary ?? undefined} />
    </Box>
  );
}
