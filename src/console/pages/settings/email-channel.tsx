import { Alert, Badge, Button, Code, Group, Paper, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { fieldTroubles, Trouble } from '../../parts/trouble.js';
import { useSession } from '../../session/session.js';
import { Facts } from '../../parts/facts.js';
import { encryptionInWords } from './notification-words.js';
import { useReadAnew } from './use-read-anew.js';

type Channel = Schema<'NotificationChannelList'>['items'][number];

/** E-mail: how it is set up, whether it goes out, and a test of it. */
export function EmailChannel() {
  const channels = $api.useQuery('get', '/v1/notification-channels');
  return (
    <Paper withBorder p="md" mb="lg" component="section" aria-label="E-mail">
      <Trouble error={channels.error} onRetry={() => void channels.refetch()} />
      {channels.isPending && <Skeleton height={180} />}
      {channels.data?.items.map((channel) => (
        <Stack key={channel.kind} gap="sm">
          <Group gap="sm">
            <Title order={2} size="h4">
              E-mail
            </Title>
            {channel.configured ? (
              <Badge color={channel.trouble ? 'red' : 'green'} variant="light" tt="none">
                {channel.trouble ? 'in trouble' : 'set up'}
              </Badge>
            ) : (
              <Badge color="gray" variant="light" tt="none">
                not set up
              </Badge>
            )}
          </Group>
          {channel.configured ? <SetUp channel={channel} /> : <NotSetUp />}
        </Stack>
      ))}
    </Paper>
  );
}

function NotSetUp() {
  return (
    <>
      <Text size="sm">
        There is no mail server to send by. Notifications are written and kept: they stand below, and nobody is mailed.
      </Text>
      <Text size="sm">To send them, set these in every process, and restart it:</Text>
      <Code block tabIndex={0} role="region" aria-label="Settings for e-mail">
        {'SMTP_URL=smtp://user:password@mail.example.com:587\nNOTIFY_FROM=Postroom <postroom@example.com>'}
      </Code>
      <Text size="sm" c="dimmed">
        With <Code>smtps://</Code> the connection begins with TLS, usually at port 465. <Code>PUBLIC_URL</Code> is the
        address in the links of the mails.
      </Text>
    </>
  );
}

function SetUp({ channel }: { readonly channel: Channel }) {
  const { host, port, encrypted, from, trouble } = channel;
  return (
    <>
      {trouble && (
        <Alert color="red" title={trouble.title}>
          <Text size="sm">
            The oldest has been waiting since <Moment at={trouble.since} exact />. The mail server’s last words:{' '}
            {trouble.detail}
          </Text>
          <Text size="sm">{trouble.remedy}</Text>
        </Alert>
      )}
      <Facts
        facts={{
          'Mail server': `${host}:${port}`,
          Encryption: encryptionInWords(encrypted),
          Sender: from,
        }}
      />
      <Text size="sm" c="dimmed">
        Set by <Code>SMTP_URL</Code> and <Code>NOTIFY_FROM</Code> of the processes. Whom a profile tells stands at the
        profile.
      </Text>
      <TestMail />
    </>
  );
}

function TestMail() {
  const { email } = useSession();
  const form = useForm({ initialValues: { to: email ?? '' } });
  const readAnew = useReadAnew('/v1/notification-channels');
  const test = $api.useMutation('post', '/v1/notification-channels/email/test', {
    onSettled: () => void readAnew(),
    onError: (error) => form.setErrors(fieldTroubles(error)),
  });
  return (
    <form onSubmit={form.onSubmit((body) => test.mutate({ body }))}>
      <Group align="flex-end" gap="xs">
        <TextInput label="Send a test to" type="email" required w={280} maw="100%" {...form.getInputProps('to')} />
        <Button type="submit" variant="default" loading={test.isPending}>
          Send a test
        </Button>
      </Group>
      {test.data && !test.isPending && (
        <Alert role="status" color="green" mt="sm" title="The mail server has taken the test">
          <Text size="sm">It said: {test.data.response}</Text>
          <Text size="sm">If the mail does not arrive, look into the junk folder and the log of the mail server.</Text>
        </Alert>
      )}
      <Trouble error={test.error} />
    </form>
  );
}
