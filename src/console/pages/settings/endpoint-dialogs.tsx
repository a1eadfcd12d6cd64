import { Button, Code, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { useSay } from '../../parts/said.js';
import { fieldTroubles, Trouble } from '../../parts/trouble.js';
import { Dialog } from './dialog.js';
import { EndpointForm } from './endpoint-form.js';
import { ShownOnce } from './shown-once.js';
import { useReadAnew } from './use-read-anew.js';

type Endpoint = Schema<'WebhookEndpoint'>;

/** Adds an endpoint, and shows its secret. */
export function MakeEndpointDialog({ onClose }: { readonly onClose: () => void }) {
  const readAnew = useReadAnew('/v1/webhook-endpoints');
  const make = $api.useMutation('post', '/v1/webhook-endpoints', { onSuccess: () => void readAnew() });
  if (make.data)
    return (
      <Dialog title="The endpoint is added" onClose={onClose} sticky>
        <ShownOnce label="The signing secret" value={make.data.secret} onDone={onClose}>
          <HowToVerify />
        </ShownOnce>
      </Dialog>
    );
  return (
    <Dialog title="Add a webhook endpoint" onClose={onClose} sticky={make.isPending} wide>
      <EndpointForm
        endpoint={null}
        submitLabel="Add it"
        onSubmit={(settings) => make.mutate({ body: { ...settings, enabled: true } })}
        onCancel={onClose}
        isPending={make.isPending}
        error={make.error}
        fieldErrors={fieldTroubles(make.error)}
      />
    </Dialog>
  );
}

function HowToVerify() {
  return (
    <Text size="sm">
      Give it to the program that receives the events. It verifies every request with it, by a library of the Standard
      Webhooks specification: <Code>new Webhook(secret).verify(rawBody, headers)</Code>
    </Text>
  );
}

interface OfEndpointProps {
  readonly endpoint: Endpoint;
  readonly onClose: () => void;
}

/** Changes the settings of an endpoint. */
export function EditEndpointDialog({ endpoint, onClose }: OfEndpointProps) {
  const say = useSay();
  const readAnew = useReadAnew('/v1/webhook-endpoints');
  const change = $api.useMutation('patch', '/v1/webhook-endpoints/{id}', {
    onSuccess: () => {
      say.done('The endpoint is changed.');
      void readAnew();
      onClose();
    },
  });
  return (
    <Dialog title="Change the endpoint" onClose={onClose} sticky={change.isPending} wide>
      <EndpointForm
        endpoint={endpoint}
        submitLabel="Save"
        onSubmit={(settings) => change.mutate({ params: { path: { id: endpoint.id } }, body: settings })}
        onCancel={onClose}
        isPending={change.isPending}
        error={change.error}
        fieldErrors={fieldTroubles(change.error)}
      />
    </Dialog>
  );
}

const hour = 3_600;
const overlaps = [
  { value: String(24 * hour), label: 'A day' },
  { value: String(hour), label: 'An hour' },
  { value: String(7 * 24 * hour), label: 'A week' },
  { value: '0', label: 'Not at all: the old secret is known to others' },
];

/** Gives an endpoint a new secret, and shows it. */
export function RotateDialog({ endpoint, onClose }: OfEndpointProps) {
  const [overlap, setOverlap] = useState(String(24 * hour));
  const readAnew = useReadAnew('/v1/webhook-endpoints');
  const rotate = $api.useMutation('post', '/v1/webhook-endpoints/{id}/rotate-secret', {
    onSuccess: () => void readAnew(),
  });
  if (rotate.data)
    return (
      <Dialog title="The new secret" onClose={onClose} sticky>
        <ShownOnce label="The signing secret" value={rotate.data.secret} onDone={onClose}>
          <Stack gap="xs">
            <HowToVerify />
            {rotate.data.previousSecretUntil !== null && (
              <Text size="sm">
                Until <Moment at={rotate.data.previousSecretUntil} exact /> a receiver with the old secret accepts the
                requests as well.
              </Text>
            )}
          </Stack>
        </ShownOnce>
      </Dialog>
    );
  return (
    <Dialog title="Make a new secret?" onClose={onClose} sticky={rotate.isPending}>
      <Stack gap="sm">
        <Text size="sm">
          For a while each request carries two signatures, of the new secret and of the old one, so that you can change
          the secret in your program without losing anything. Afterwards only the new one is valid.
        </Text>
        <NativeSelect
          label="The old secret stays valid for"
          data={overlaps}
          value={overlap}
          onChange={(event) => setOverlap(event.currentTarget.value)}
        />
        {overlap === '0' && (
          <Text size="sm" fw={500}>
            Your program refuses every request until it has the new secret. They are sent again, for three days.
          </Text>
        )}
        <Trouble error={rotate.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} disabled={rotate.isPending}>
            Cancel
          </Button>
          <Button
            color={overlap === '0' ? 'red' : undefined}
            loading={rotate.isPending}
            onClick={() =>
              rotate.mutate({ params: { path: { id: endpoint.id } }, body: { overlapSeconds: Number(overlap) } })
            }
          >
            Make a new secret
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
