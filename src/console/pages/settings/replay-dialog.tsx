import { MultiSelect, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { $api } from '../../api/client.js';
import { useSay } from '../../parts/said.js';
import { fieldTroubles, Trouble } from '../../parts/trouble.js';
import { Dialog, DialogButtons } from './dialog.js';
import { eventTypes, type EventType } from './event-words.js';
import { fromLocalInput, toLocalInput } from './local-time.js';
import { useReadAnew } from './use-read-anew.js';

const dayMs = 86_400_000;

interface RangeValues {
  from: string;
  to: string;
  types: EventType[];
}

interface ReplayDialogProps {
  readonly endpointId: string;
  readonly onClose: () => void;
}

/** Asks for the events of a time range once more. */
export function ReplayDialog({ endpointId, onClose }: ReplayDialogProps) {
  const say = useSay();
  const readAnew = useReadAnew('/v1/webhook-endpoints');
  const [begin] = useState(lastDay);
  const form = useForm<RangeValues>({
    initialValues: begin,
    validate: {
      from: (from) => (fromLocalInput(from) === null ? 'Give a date and a time' : null),
      to: (to, { from }) => {
        const [start, end] = [fromLocalInput(from), fromLocalInput(to)];
        if (end === null) return 'Give a date and a time';
        return start !== null && start >= end ? 'Must be later than the beginning' : null;
      },
    },
  });
  const replay = $api.useMutation('post', '/v1/webhook-endpoints/{id}/replay', {
    onSuccess: () => {
      say.done('The replay has begun; the list shows how far it has come.');
      void readAnew();
      onClose();
    },
    onError: (error) => form.setErrors(fieldTroubles(error)),
  });
  const submit = form.onSubmit(({ from, to, types }) =>
    replay.mutate({
      params: { path: { id: endpointId } },
      body: {
        from: fromLocalInput(from) ?? '',
        to: fromLocalInput(to) ?? '',
        types: types.length === 0 ? null : types,
      },
    }),
  );
  return (
    <Dialog title="Replay a time range" onClose={onClose} sticky={replay.isPending}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">
            All events of this time that the endpoint is for are sent again, beside what is new. They keep their ids, so
            that your program can tell which ones it has had.
          </Text>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <TextInput type="datetime-local" label="From" required data-autofocus {...form.getInputProps('from')} />
            <TextInput type="datetime-local" label="To" required {...form.getInputProps('to')} />
          </SimpleGrid>
          <MultiSelect
            label="Kinds of events"
            placeholder={form.values.types.length === 0 ? 'All that the endpoint is for' : undefined}
            data={eventTypes}
            searchable
            clearButtonProps={{ 'aria-label': 'All kinds' }}
            {...form.getInputProps('types')}
          />
          <Trouble error={replay.error} />
          <DialogButtons onCancel={onClose} isPending={replay.isPending}>
            Replay
          </DialogButtons>
        </Stack>
      </form>
    </Dialog>
  );
}

const lastDay = (): RangeValues => {
  // The minute that runs is not over: the range reaches to its end.
  const to = Math.ceil(Date.now() / 60_000) * 60_000;
  return { from: toLocalInput(to - dayMs), to: toLocalInput(to), types: [] };
};
