import { Alert, Paper, Skeleton, Stack, Text } from '@mantine/core';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { PageHead } from '../../parts/page-head.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { useMay } from '../../session/session.js';
import { Deliveries } from './deliveries.js';
import { EndpointActs } from './endpoint-acts.js';
import { countInWords, standingOf } from './endpoint-words.js';
import { eventsInWords } from './event-words.js';
import { Facts } from '../../parts/facts.js';
import { ReachText } from './profile-reach.js';
import { Replays } from './replays.js';
import { StandingBadge } from './standing-badge.js';

const refreshMs = 5_000;

/** One endpoint: how it does, what it is for, and what was sent to it. */
export function EndpointView({ id }: { readonly id: string }) {
  const mayChange = useMay('admin');
  const found = $api.useQuery(
    'get',
    '/v1/webhook-endpoints/{id}',
    { params: { path: { id } } },
    { refetchInterval: refreshMs },
  );
  const endpoint = found.data;
  return (
    <>
      <Text size="sm" mb={4}>
        <To href="/settings/webhooks">All webhook endpoints</To>
      </Text>
      <PageHead
        title={endpoint?.url ?? 'Webhook endpoint'}
        about={endpoint?.description}
        beside={endpoint && <StandingBadge standing={standingOf(endpoint)} />}
      />
      {!endpoint && <Trouble error={found.error} onRetry={() => void found.refetch()} />}
      {found.isPending && <Skeleton height={320} />}
      {endpoint && (
        <Stack gap="lg">
          <Health endpoint={endpoint} />
          {mayChange && <EndpointActs endpoint={endpoint} />}
          <Paper withBorder p="md">
            <EndpointFacts endpoint={endpoint} />
          </Paper>
          <Deliveries endpointId={id} mayReplay={mayChange} />
          <Replays endpointId={id} mayReplay={mayChange} />
        </Stack>
      )}
    </>
  );
}

/** In words, when it is not simply well. */
function Health({ endpoint }: { readonly endpoint: Schema<'WebhookEndpoint'> }) {
  const { enabled, disabledAt, failingSince, holdUntil, lastError, lastErrorAt } = endpoint;
  const { label, color, means } = standingOf(endpoint);
  if (label === 'on') return null;
  return (
    <Alert color={color} title={`It is ${label}`}>
      <Text size="sm">{means}</Text>
      {!enabled && (
        <Text size="sm">
          Since <Moment at={disabledAt} exact />. Switched on again, it goes on where it stood, as far back as events
          are kept.
        </Text>
      )}
      {failingSince !== null && (
        <Text size="sm">
          Nothing has succeeded since <Moment at={failingSince} exact />. After five days without a success it is
          switched off.
        </Text>
      )}
      {enabled && holdUntil !== null && (
        <Text size="sm">
          It goes on <Moment at={holdUntil} />.
        </Text>
      )}
      {lastError !== null && (
        <Text size="sm">
          The last error, <Moment at={lastErrorAt} />: {lastError}
        </Text>
      )}
    </Alert>
  );
}

function EndpointFacts({ endpoint }: { readonly endpoint: Schema<'WebhookEndpoint'> }) {
  const { counts, owner, lastSuccessAt, previousSecretUntil, eventTypes, profileIds, createdAt } = endpoint;
  return (
    <Facts
      facts={{
        Events: eventTypes === null ? eventsInWords(null) : eventTypes.join(', '),
        Profiles: <ReachText ids={profileIds} />,
        'Told when it fails': owner ? `${owner.name} <${owner.email}>` : 'nobody',
        Deliveries: `${counts.delivered.toLocaleString()} delivered, ${countInWords(counts.pending)} on their way, ${countInWords(counts.failed)} failed`,
        'Last success': lastSuccessAt === null ? 'none so far' : <Moment at={lastSuccessAt} />,
        'Old secret': previousSecretUntil && (
          <>
            valid until <Moment at={previousSecretUntil} exact />
          </>
        ),
        Added: <Moment at={createdAt} exact />,
      }}
    />
  );
}
