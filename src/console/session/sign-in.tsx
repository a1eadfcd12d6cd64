import { Alert, Button, Divider, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useLocation, useSearchParams } from 'wouter';
import { $api } from '../api/client.js';
import { Trouble } from '../parts/trouble.js';
import { refusalInWords } from './refusals.js';
import { useBeginSession } from './use-begin-session.js';
import { WayIn } from './way-in.js';

/** Password or single sign-on; then the page that was asked for. */
export default function SignIn() {
  const begin = useBeginSession();
  const [path, go] = useLocation();
  const [params] = useSearchParams();
  const options = $api.useQuery('get', '/v1/sign-in-options');
  const form = useForm({ initialValues: { email: '', password: '' } });
  const signIn = $api.useMutation('post', '/v1/session', {
    onSuccess: (session) => {
      if (path === '/sign-in') go('/');
      begin(session);
    },
  });
  const refusal = params.get('problem');
  const returnTo = path === '/sign-in' ? '/' : window.location.pathname + window.location.search;
  return (
    <WayIn title="Sign in to Postroom">
      <Stack>
        {refusal !== null && (
          <Alert color="red" role="alert" title="You are not signed in">
            {refusalInWords(refusal)}
          </Alert>
        )}
        <form onSubmit={form.onSubmit((body) => signIn.mutate({ body }))}>
          <Stack gap="sm">
            <TextInput
              label="E-mail address"
              type="email"
              autoComplete="username"
              required
              autoFocus
              {...form.getInputProps('email')}
            />
            <PasswordInput
              label="Password"
              autoComplete="current-password"
              required
              {...form.getInputProps('password')}
            />
            <Trouble error={signIn.error} />
            <Button type="submit" loading={signIn.isPending} fullWidth>
              Sign in
            </Button>
          </Stack>
        </form>
        {options.data?.oidc && (
          <>
            <Divider label="or" />
            <Button
              component="a"
              variant="default"
              href={`/v1/sign-in/oidc?returnTo=${encodeURIComponent(returnTo)}`}
              fullWidth
            >
              Continue with {options.data.oidc.label}
            </Button>
          </>
        )}
        <Text size="xs" c="dimmed">
          No account, or the password is lost? An administrator makes a link for you under Settings, Users.
        </Text>
      </Stack>
    </WayIn>
  );
}
