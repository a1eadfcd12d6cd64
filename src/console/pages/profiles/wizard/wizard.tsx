import { Box, Button, Group, Paper, Stepper, Text, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { $api, api } from '../../../api/client.js';
import { readsFrom } from '../../../api/queries.js';
import { useSay } from '../../../parts/said.js';
import { useSession } from '../../../session/session.js';
import { useAnalysis, type AnalysisSummary } from '../analysis/use-analysis.js';
import { FormTrouble } from '../form-trouble.js';
import { AccountStep } from './account-step.js';
import { DetailsStep } from './details-step.js';
import {
  analysisBody,
  emptyValues,
  missingIn,
  newProfileBody,
  stepWith,
  troublesOf,
  wizardSteps,
  type NewProfileValues,
} from './new-profile-values.js';
import { SaveStep } from './save-step.js';
import { ServerStep } from './server-step.js';
import { TestStep } from './test-step.js';
import { testedWith, testStanding, type Tested } from './test-standing.js';

const saveStep = wizardSteps.indexOf('Save');
const testStep = wizardSteps.indexOf('Test');

/** From the server's address to a saved profile, tried out before it is saved. */
export function Wizard() {
  const { name, email } = useSession();
  const [, leave] = useLocation();
  const queries = useQueryClient();
  const say = useSay();
  const [step, setStep] = useState(0);
  const [tested, setTested] = useState<Tested | null>(null);
  const form = useForm<NewProfileValues>({ initialValues: emptyValues({ name, email: email ?? '' }) });
  const { run, start, stop } = useAnalysis();
  const heading = useFocusOn(step);

  const create = $api.useMutation('post', '/v1/email-server-profiles', {
    onSuccess: (profile) => {
      void queries.invalidateQueries({ predicate: readsFrom(['/v1/email-server-profiles', '/v1/overview']) });
      say.done(`The profile ${profile.name} is saved. Add its mailboxes next.`);
      leave(`/profiles/${profile.id}`);
    },
  });

  const go = (next: number) => {
    if (run.state === 'running') stop();
    create.reset();
    setStep(next);
  };
  const showTroubles = (troubles: Record<string, string>) => {
    form.setErrors(troubles);
    const wrong = stepWith(Object.keys(troubles));
    if (wrong !== null && wrong !== step) go(wrong);
    return wrong;
  };
  const test = async () => {
    // What is entered now was tested, whatever is typed meanwhile.
    const values = form.values;
    const missing = { ...missingIn(0, values), ...missingIn(1, values) };
    if (showTroubles(missing) !== null) return;
    const { summary, problem } = await start(analysisBody(values));
    if (problem) showTroubles(troublesOf(problem));
    if (!summary) return;
    const ewsUrl = await addressFound(summary);
    if (ewsUrl !== null) form.setValues({ ewsUrl, findsAddress: false });
    setTested(testedWith(ewsUrl === null ? values : { ...values, ewsUrl }, summary));
  };
  const next = () => {
    const missing = missingIn(step, form.values);
    if (Object.keys(missing).length > 0) form.setErrors(missing);
    else go(step + 1);
  };
  const save = () => {
    const missing = wizardSteps.reduce(
      (all, _, index) => ({ ...all, ...missingIn(index, form.values) }),
      form.values.ewsUrl.trim() === '' ? noAddress : {},
    );
    if (showTroubles(missing) === null)
      create.mutate({ body: newProfileBody(form.values) }, { onError: (error) => showTroubles(troublesOf(error)) });
  };
  const standing = testStanding(tested, form.values);
  return (
    <Box maw={820}>
      <Stepper
        active={step}
        onStepClick={go}
        allowNextStepsSelect={false}
        size="sm"
        visibleFrom="sm"
        mb="md"
        aria-label="Steps of the wizard"
      >
        {wizardSteps.map((label) => (
          <Stepper.Step key={label} label={label} />
        ))}
      </Stepper>
      <Text hiddenFrom="sm" size="sm" c="dimmed" mb="xs">
        Step {step + 1} of {wizardSteps.length}
      </Text>
      <Paper
        component="form"
        withBorder
        p={{ base: 'sm', sm: 'lg' }}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (create.isPending) return;
          (step === saveStep ? save : next)();
        }}
      >
        <Title order={2} size="h4" mb="sm" ref={heading} tabIndex={-1} style={{ outline: 'none' }}>
          {titles[step]}
        </Title>
        {step === 0 && <ServerStep form={form} />}
        {step === 1 && <AccountStep form={form} />}
        {step === testStep && <TestStep form={form} run={run} onStart={() => void test()} onStop={stop} />}
        {step === 3 && <DetailsStep form={form} />}
        {step === saveStep && <SaveStep values={form.values} standing={standing} onGo={go} />}
        {step === saveStep && <FormTrouble error={create.error} />}
        <Group justify="space-between" mt="lg">
          {step > 0 ? (
            <Button type="button" variant="default" onClick={() => go(step - 1)}>
              Back
            </Button>
          ) : (
            <span />
          )}
          <Button
            type="submit"
            loading={create.isPending}
            variant={step === testStep && !standing.passed ? 'default' : 'filled'}
          >
            {step === saveStep
              ? standing.passed
                ? 'Save the profile'
                : 'Save without a passed test'
              : step === testStep && !standing.passed
                ? 'Go on without a passed test'
                : 'Next'}
          </Button>
        </Group>
      </Paper>
    </Box>
  );
}

const noAddress: Record<string, string> = { ewsUrl: 'Give the address, or let the test find it' };
const titles = ['The server', 'The service account', 'Test before saving', 'Details', 'Save'];

/** The address that Autodiscover found, which only the kept report names. */
async function addressFound({ reportId }: AnalysisSummary): Promise<string | null> {
  if (reportId === null) return null;
  const params = { path: { id: reportId } };
  const { data } = await api.GET('/v1/diagnostics/{id}', { params });
  // It was kept for this one answer.
  await api.DELETE('/v1/diagnostics/{id}', { params });
  return data?.ewsUrl ?? null;
}

/** The heading of a step, read out and reached by the keyboard when the step changes. */
function useFocusOn(step: number) {
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current === step) return;
    shown.current = step;
    heading.current?.focus();
  }, [step]);
  return heading;
}
