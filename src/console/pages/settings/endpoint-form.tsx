import { Checkbox, Fieldset, Radio, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { ReactNode } from 'react';
import type { Schema } from '../../api/schemas.js';
import { Trouble } from '../../parts/trouble.js';
import { DialogButtons } from './dialog.js';
import { eventGroups, eventInWords, type EventType } from './event-words.js';
import { ReachField } from './profile-reach.js';

type Endpoint = Schema<'WebhookEndpoint'>;

/** What a person says of an endpoint; the same fields for a new one and for a change. */
export type EndpointSettings = Pick<Endpoint, 'url' | 'description' | 'eventTypes' | 'profileIds' | 'owner'>;

interface FormValues {
  url: string;
  description: string;
  eventTypes: EventType[] | null;
  profileIds: readonly string[] | null;
  ownerName: string;
  ownerEmail: string;
}

interface EndpointFormProps {
  readonly endpoint: EndpointSettings | null;
  readonly submitLabel: string;
  readonly onSubmit: (settings: EndpointSettings) => void;
  readonly onCancel: () => void;
  readonly isPending: boolean;
  readonly error: unknown;
  /** Errors of the API by field. */
  readonly fieldErrors: Readonly<Record<string, string>>;
}

/** The settings of an endpoint: address, events, profiles, and whom to tell when it fails. */
export function EndpointForm(props: EndpointFormProps) {
  const { endpoint, submitLabel, onSubmit, onCancel, isPending, error, fieldErrors } = props;
  const form = useForm<FormValues>({
    initialValues: {
      url: endpoint?.url ?? '',
      description: endpoint?.description ?? '',
      eventTypes: endpoint?.eventTypes ?? null,
      profileIds: endpoint?.profileIds ?? null,
      ownerName: endpoint?.owner?.name ?? '',
      ownerEmail: endpoint?.owner?.email ?? '',
    },
    validate: {
      eventTypes: (types) => (types?.length === 0 ? 'Choose an event at least' : null),
      profileIds: (ids) => (ids?.length === 0 ? 'Name a profile at least' : null),
      ownerName: (name, { ownerEmail }) => (ownerEmail !== '' && name.trim() === '' ? 'Give the name too' : null),
      ownerEmail: (email, { ownerName }) => (ownerName !== '' && email === '' ? 'Give the address too' : null),
    },
  });
  const submit = form.onSubmit(({ url, description, eventTypes, profileIds, ownerName, ownerEmail }) =>
    onSubmit({
      url,
      description: description.trim() === '' ? null : description.trim(),
      eventTypes,
      profileIds: profileIds && [...profileIds],
      owner: ownerEmail === '' ? null : { name: ownerName, email: ownerEmail },
    }),
  );
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label="Address"
          description="Where your program listens, with https."
          placeholder="https://app.example.com/webhooks"
          required
          data-autofocus
          {...form.getInputProps('url')}
          error={form.errors.url ?? fieldErrors.url}
        />
        <Textarea
          label="What it is for"
          autosize
          minRows={1}
          maxRows={4}
          {...form.getInputProps('description')}
          error={fieldErrors.description}
        />
        <EventsField
          value={form.values.eventTypes}
          onChange={(types) => form.setFieldValue('eventTypes', types)}
          error={form.errors.eventTypes}
        />
        <ReachField
          value={form.values.profileIds}
          onChange={(ids) => form.setFieldValue('profileIds', ids)}
          error={form.errors.profileIds ?? fieldErrors.profileIds}
        />
        <Fieldset legend="Who is told by mail when it is switched off because it fails">
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <TextInput
              label="Name"
              placeholder="Nobody"
              {...form.getInputProps('ownerName')}
              error={form.errors.ownerName ?? fieldErrors['owner.name']}
            />
            <TextInput
              label="E-mail address"
              type="email"
              {...form.getInputProps('ownerEmail')}
              error={form.errors.ownerEmail ?? fieldErrors['owner.email']}
            />
          </SimpleGrid>
        </Fieldset>
        <Trouble error={error} />
        <DialogButtons onCancel={onCancel} isPending={isPending}>
          {submitLabel}
        </DialogButtons>
      </Stack>
    </form>
  );
}

interface EventsFieldProps {
  readonly value: EventType[] | null;
  readonly onChange: (types: EventType[] | null) => void;
  readonly error?: ReactNode;
}

/** Which events, each with what it tells. */
function EventsField({ value, onChange, error }: EventsFieldProps) {
  return (
    <Stack gap="xs">
      <Radio.Group
        label="Which events"
        value={value === null ? 'all' : 'some'}
        onChange={(choice) => onChange(choice === 'all' ? null : [])}
        error={error}
      >
        <Stack gap={6} mt={4}>
          <Radio value="all" label="All, later kinds too" />
          <Radio value="some" label="Only these" />
        </Stack>
      </Radio.Group>
      {value !== null && (
        <Checkbox.Group aria-label="Events" value={value} onChange={(types) => onChange(types)}>
          <Stack gap="xs">
            {eventGroups.map(({ title, types }) => (
              <Fieldset key={title} legend={title} p="xs">
                <Stack gap={6}>
                  {types.map((type) => (
                    <Checkbox
                      key={type}
                      value={type}
                      label={
                        <>
                          {type}{' '}
                          <Text span size="sm" c="dimmed">
                            {eventInWords(type)}
                          </Text>
                        </>
                      }
                    />
                  ))}
                </Stack>
              </Fieldset>
            ))}
          </Stack>
        </Checkbox.Group>
      )}
    </Stack>
  );
}
