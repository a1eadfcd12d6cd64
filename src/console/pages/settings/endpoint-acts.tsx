import { Alert, Button, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { AskButton } from '../../parts/ask-button.js';
import { useSay } from '../../parts/said.js';
import { EditEndpointDialog, RotateDialog } from './endpoint-dialogs.js';
import { useReadAnew } from './use-read-anew.js';

/** What an administrator can do with an endpoint. */
export function EndpointActs({ endpoint }: { readonly endpoint: Schema<'WebhookEndpoint'> }) {
  const say = useSay();
  const [, go] = useLocation();
  const [opened, setOpened] = useState<'edit' | 'rotate' | null>(null);
  const readAnew = useReadAnew('/v1/webhook-endpoints');
  const params = { path: { id: endpoint.id } };
  const test = $api.useMutation('post', '/v1/webhook-endpoints/{id}/test', { onError: say.failed });
  const change = $api.useMutation('patch', '/v1/webhook-endpoints/{id}');
  const remove = $api.useMutation('delete', '/v1/webhook-endpoints/{id}');
  const enable = async () => {
    await change.mutateAsync({ params, body: { enabled: true } }).then(
      () => say.done('The endpoint is on. What waits is tried at once.'),
      (error: unknown) => say.failed(error),
    );
    await readAnew();
  };
  const close = () => setOpened(null);
  return (
    <Stack gap="xs">
      <Group gap="xs">
        {!endpoint.enabled && (
          <Button loading={change.isPending} onClick={() => void enable()}>
            Switch on
          </Button>
        )}
        <Button variant="default" loading={test.isPending} onClick={() => test.mutate({ params })}>
          Send a test
        </Button>
        <Button variant="default" onClick={() => setOpened('edit')}>
          Change
        </Button>
        <Button variant="default" onClick={() => setOpened('rotate')}>
          New secret
        </Button>
        {endpoint.enabled && (
          <AskButton
            label="Switch off"
            title="Switch the endpoint off?"
            onConfirm={async () => {
              await change.mutateAsync({ params, body: { enabled: false } });
              await readAnew();
            }}
          >
            Nothing is sent to it any more. You can switch it on again: it then goes on where it stood, as far back as
            events are kept.
          </AskButton>
        )}
        <AskButton
          label="Delete"
          title="Delete the endpoint?"
          onConfirm={async () => {
            await remove.mutateAsync({ params });
            say.done('The endpoint is deleted.');
            void readAnew();
            go('/settings/webhooks');
          }}
        >
          Its deliveries go with it, and what waits is not sent. Its secret stops being used. This cannot be undone.
        </AskButton>
      </Group>
      {test.data && <TestResult result={test.data} />}
      {opened === 'edit' && <EditEndpointDialog endpoint={endpoint} onClose={close} />}
      {opened === 'rotate' && <RotateDialog endpoint={endpoint} onClose={close} />}
    </Stack>
  );
}

function TestResult({ result: { delivered, status, error, ms } }: { readonly result: Schema<'WebhookTest'> }) {
  const answer = status === null ? `There was no answer after ${ms} ms` : `It answered ${status} after ${ms} ms`;
  return (
    <Alert role="status" color={delivered ? 'green' : 'red'} title={delivered ? 'The test arrived' : 'The test failed'}>
      {error === null ? `${answer}.` : `${answer}: ${error}`}
    </Alert>
  );
}
