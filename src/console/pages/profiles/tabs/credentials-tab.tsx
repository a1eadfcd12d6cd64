import { Alert, Button, Group, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import type { Schema } from '../../../api/schemas.js';
import { useMay } from '../../../session/session.js';
import { AnalysisResult } from '../analysis/analysis-result.js';
import { useAnalysis } from '../analysis/use-analysis.js';
import { messagesByField } from '../field-messages.js';
import { ChangeTrouble } from './change-trouble.js';
import { useProfileChange } from './use-profile-change.js';

const fieldOf = (field: string): string => field.replace(/^auth\./, '').replace(/^emailAddress$/, 'mailbox');

/** The service account of a profile; another name or password is tried before it takes the place of the old. */
export function CredentialsTab({ profile }: { readonly profile: Schema<'EmailServerProfile'> }) {
  const mayWrite = useMay('write');
  const { base, overtaken, pending, error, change } = useProfileChange(
    profile,
    'The credentials are saved. Postroom tries them at once.',
  );
  const { run, start, stop } = useAnalysis();
  const [passed, setPassed] = useState<string | null>(null);
  const form = useForm({ initialValues: { username: base.auth.username, password: '', mailbox: '' } });
  const { username, password, mailbox } = form.values;
  const isTested = passed === JSON.stringify([username.trim(), password]);
  const needPassword = (): boolean => {
    if (password !== '') return true;
    form.setErrors({ password: 'Give the password, also when it is the same' });
    return false;
  };
  const test = async () => {
    if (!needPassword()) return;
    const tried = JSON.stringify([username.trim(), password]);
    const { summary, problem } = await start({
      profileId: base.id,
      username: username.trim(),
      password,
      ...(mailbox.trim() === '' ? {} : { emailAddress: mailbox.trim() }),
    });
    if (problem) form.setErrors(messagesByField(problem, fieldOf));
    setPassed(summary?.ok ? tried : null);
  };
  const save = async () => {
    if (!needPassword()) return;
    const saved = await change({ auth: { type: 'basic', username: username.trim(), password } });
    // Neither shown nor kept any longer than it is needed.
    if (saved) {
      form.setValues({ password: '' });
      setPassed(null);
    }
  };
  const messages = error ? messagesByField(error, fieldOf) : {};
  return (
    <Stack maw={820}>
      <Text size="sm">
        Postroom signs in as <strong>{base.auth.username}</strong>. The password is kept encrypted and never shown; it
        can only be replaced.
      </Text>
      {mayWrite && (
        <Paper
          component="form"
          withBorder
          p="md"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void (isTested ? save() : test());
          }}
        >
          <Title order={2} size="h5" mb="sm">
            Replace the credentials
          </Title>
          <Stack gap="md">
            <TextInput
              label="User name"
              autoComplete="off"
              spellCheck={false}
              required
              {...form.getInputProps('username')}
              error={form.errors.username ?? messages.username}
            />
            <PasswordInput
              label="New password"
              autoComplete="new-password"
              required
              {...form.getInputProps('password')}
              error={form.errors.password ?? messages.password}
            />
            <TextInput
              label="Mailbox to open in the test"
              description="Left empty: one of the profile that was well of late, if there is one."
              type="email"
              autoComplete="off"
              {...form.getInputProps('mailbox')}
            />
            <Group>
              <Button
                type={isTested ? 'button' : 'submit'}
                variant={isTested ? 'default' : 'filled'}
                leftSection={<IconPlayerPlay size={16} aria-hidden />}
                loading={run.state === 'running'}
                onClick={isTested ? () => void test() : undefined}
              >
                Test them
              </Button>
              {run.state === 'running' && (
                <Button type="button" variant="default" onClick={stop}>
                  Stop the test
                </Button>
              )}
              <Button
                type={isTested ? 'submit' : 'button'}
                variant={isTested ? 'filled' : 'default'}
                loading={pending}
                disabled={run.state === 'running'}
                onClick={isTested ? undefined : () => void save()}
              >
                {isTested ? 'Save them' : 'Save without a passed test'}
              </Button>
            </Group>
          </Stack>
          {!isTested && run.state === 'ended' && (
            <Alert color="yellow" mt="md" title="These are not tested well">
              If the server refuses them, all mailboxes of the profile wait, and every try counts towards a lock-out of
              the account.
            </Alert>
          )}
          <ChangeTrouble overtaken={overtaken} error={error} />
          <AnalysisResult run={run} />
        </Paper>
      )}
    </Stack>
  );
}
