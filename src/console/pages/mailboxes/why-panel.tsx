import { Alert, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconCircleCheck, IconClock } from '@tabler/icons-react';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { endsInWords } from './ends-in-words.js';
import { Remedy } from '../../parts/remedy.js';

type Reason = Schema<'MailboxReason'>;

/** How often the reasons are asked for, in ms: most of them end with no event. */
const rereadMs = 10_000;

/** Why the mailbox does not sync, or that it does: every reason, what ends it, and what to do about it. */
export function WhyPanel({ id }: { readonly id: string }) {
  const { data, error, refetch } = $api.useQuery(
    'get',
    '/v1/mailboxes/{id}/status',
    { params: { path: { id } } },
    { refetchInterval: rereadMs },
  );
  if (error) return <Trouble error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={120} mb="md" />;
  const troubles = data.reasons.filter(({ isTrouble }) => isTrouble);
  const others = data.reasons.filter(({ isTrouble }) => !isTrouble);
  return (
    <Paper withBorder p="md" mb="md" component="section" aria-labelledby="why">
      <Title order={2} size="h4" id="why" mb="sm">
        {data.well ? 'Does it sync?' : 'Why does it not sync?'}
      </Title>
      <Stack gap="sm">
        {data.well && (
          <Alert color="green" icon={<IconCircleCheck />} title="Nothing keeps its mail waiting">
            {others.map((reason) => (
              <Standing key={reason.code} reason={reason} />
            ))}
          </Alert>
        )}
        {troubles.map((reason) => (
          <TroubleShown key={reason.code} reason={reason} />
        ))}
        {!data.well && others.map((reason) => <Standing key={reason.code} reason={reason} />)}
      </Stack>
    </Paper>
  );
}

function TroubleShown({ reason }: { readonly reason: Reason }) {
  const { title, cause, remedy, failureCode, links } = reason;
  const incident = links.incident?.split('/').at(-1);
  return (
    <div>
      <Alert color={remedy === null ? 'yellow' : 'red'} icon={<IconClock />} title={title}>
        <When reason={reason} />
        {cause !== null && cause !== title && (
          <Text size="sm" mt="xs">
            {cause}
          </Text>
        )}
        {(incident !== undefined || failureCode !== null) && (
          <Text size="sm" mt="xs">
            {incident !== undefined && (
              <To href={`/incidents/${incident}`} underline="always">
                To the incident
              </To>
            )}
            {incident !== undefined && failureCode !== null && ' · '}
            {failureCode !== null && <>The server’s code: {failureCode}</>}
          </Text>
        )}
      </Alert>
      {remedy !== null && (
        <>
          <Title order={3} size="h5" mt="md" mb={4}>
            What to do
          </Title>
          <Remedy text={remedy} />
        </>
      )}
    </div>
  );
}

function Standing({ reason }: { readonly reason: Reason }) {
  return (
    <div>
      <Text size="sm">{reason.title}</Text>
      <When reason={reason} />
    </div>
  );
}

/** Since when, what ends it, and when it is looked at again. */
function When({ reason: { since, until, ends, isTrouble } }: { readonly reason: Reason }) {
  return (
    <Text size="sm" c="dimmed">
      {isTrouble && since !== null && (
        <>
          Since <Moment at={since} exact />.{' '}
        </>
      )}
      {endsInWords(ends)}
      {until !== null && (
        <>
          {' '}
          (<Moment at={until} />)
        </>
      )}
    </Text>
  );
}
