import { Anchor, List, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { PageHead } from '../../parts/page-head.js';
import { Trouble } from '../../parts/trouble.js';
import { Facts } from '../../parts/facts.js';

const roleMeans: Record<Schema<'About'>['roles'][number], string> = {
  api: 'api (answers requests and this console)',
  worker: 'worker (polls, sends and tells)',
  listener: 'listener (reserved)',
};

/** Which Postroom this is, and where to read on. */
export function AboutPart() {
  const about = $api.useQuery('get', '/v1/about');
  return (
    <>
      <PageHead title="About" about="Which Postroom this is." />
      <Trouble error={about.error} onRetry={() => void about.refetch()} />
      <Stack>
        <Paper withBorder p="md">
          {about.isPending && <Skeleton height={200} />}
          {about.data && <AboutFacts about={about.data} />}
        </Paper>
        <Paper withBorder p="md">
          <Title order={2} size="h4" mb="xs">
            Read on
          </Title>
          <List size="sm" spacing={4}>
            <List.Item>
              <Anchor href="/docs" target="_blank" rel="noreferrer" underline="always" inherit>
                Reference of the API
              </Anchor>
              : every address, field and answer. For programs:{' '}
              <Anchor href="/openapi.json" target="_blank" rel="noreferrer" underline="always" inherit>
                openapi.json
              </Anchor>
              .
            </List.Item>
            <List.Item>
              The guides come with the sources, in README.md and the folder docs: operations, webhooks, incidents,
              sending and the rest.
            </List.Item>
            <List.Item>Postroom is free software under the MIT licence; its text is in the file LICENSE.</List.Item>
          </List>
        </Paper>
      </Stack>
    </>
  );
}

function AboutFacts({ about }: { readonly about: Schema<'About'> }) {
  const { version, revision, node, roles, queue, database, sandbox, publicUrl, startedAt, time } = about;
  const place = database.embedded ? 'its own, in POSTROOM_DATA_DIR' : 'the one of DATABASE_URL';
  return (
    <>
      <Facts
        facts={{
          Version: revision === null ? version : `${version} (${revision.slice(0, 12)})`,
          Started: <Moment at={startedAt} />,
          'Time on the server': <Moment at={time} exact />,
          'Public address': publicUrl ?? 'PUBLIC_URL is not set; links in mails lead to host and port',
          Roles: roles.map((role) => roleMeans[role]).join(', '),
          Database: `PostgreSQL${database.version === null ? '' : ` ${database.version}`}, ${place}`,
          Queue: queue.kind === 'redis' ? 'Redis, at REDIS_URL' : 'PostgreSQL, because REDIS_URL is not set',
          'Node.js': node,
          Sandbox: sandbox ? 'a sandbox Exchange runs in this process, for trying things out' : null,
        }}
      />
      <Text size="xs" c="dimmed" mt="sm">
        Of the process that answered. Others may have other roles.
      </Text>
    </>
  );
}
