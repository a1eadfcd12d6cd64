import { Button, PasswordInput, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useHash } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { $api, api, unwrap } from '../api/client.js';
import { fieldTroubles, Trouble } from '../parts/trouble.js';
import { useBeginSession } from './use-begin-session.js';
import { WayIn } from './way-in.js';

const titles = {
  'first-admin': 'Set up Postroom',
  invitation: 'Welcome to Postroom',
  'password-reset': 'Choose a new password',
} as const;

/** Where a one-time link leads. Its secret stands behind the #, which no server sees. */
export default function Welcome() {
  // Another link in the same window changes only this; the browser does not load the page anew.
  const [hash] = useHash({ getInitialValueInEffect: false });
  const token = hash.slice(1);
  return <Invited key={token} token={token} />;
}

function Invited({ token }: { readonly token: string }) {
  const begin = useBeginSession();
  const [, go] = useLocation();
  const link = useQuery({
    queryKey: ['sign-in-link', token],
    queryFn: async () => unwrap(await api.POST('/v1/sign-in-links/inspect', { body: { token } })),
    retry: false,
    staleTime: Infinity,
  });
  const form = useForm({
    initialValues: { email: '', name: '', password: '', again: '' },
    validate: { again: (again, { password }) => (again === password ? null : 'The two passwords differ') },
  });
  const redeem = $api.useMutation('post', '/v1/sign-in-links/redeem', {
    onSuccess: (session) => {
      // The token is spent; it need not stand in the history.
      go('/', { replace: true });
      begin(session);
    },
    onError: (error) => form.setErrors(fieldTroubles(error)),
  });
  if (link.error)
    return (
      <WayIn title="This link does not work">
        <Trouble error={link.error} />
        <Button component="a" href="/" variant="default">
          Go to sign-in
        </Button>
      </WayIn>
    );
  if (!link.data)
    return (
      <WayIn title="Welcome to Postroom">
        <Skeleton height={160} />
      </WayIn>
    );
  const { kind } = link.data;
  const submit = form.onSubmit(({ email, name, password }) =>
    redeem.mutate({ body: { token, password, ...(kind === 'first-admin' ? { email, name } : {}) } }),
  );
  return (
    <WayIn title={titles[kind]}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {kind === 'first-admin' ? (
            <>
              <Text size="sm">You become the administrator. More people are invited later, under Settings.</Text>
              <TextInput label="Your name" autoComplete="name" required autoFocus {...form.getInputProps('name')} />
              <TextInput
                label="E-mail address"
                type="email"
                autoComplete="username"
                required
                {...form.getInputProps('email')}
              />
            </>
          ) : (
            <TextInput label="E-mail address" autoComplete="username" readOnly value={link.data.email ?? ''} />
          )}
          <PasswordInput
            label="Password"
            description="At least 12 characters. A few words that do not belong together are good."
            autoComplete="new-password"
            required
            minLength={12}
            autoFocus={kind !== 'first-admin'}
            {...form.getInputProps('password')}
          />
          <PasswordInput
            label="The password once more"
            autoComplete="new-password"
            required
            {...form.getInputProps('again')}
          />
          <Trouble error={redeem.error} />
          <Button type="submit" loading={redeem.isPending} fullWidth>
            {kind === 'first-admin' ? 'Create the account' : 'Save and sign in'}
          </Button>
        </Stack>
      </form>
    </WayIn>
  );
}
