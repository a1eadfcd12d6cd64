import { Alert, NumberInput, Radio, Stack } from '@mantine/core';
import { useState } from 'react';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { changeInWords } from '../../parts/content-retention.js';
import { useSay } from '../../parts/said.js';
import { Trouble } from '../../parts/trouble.js';
import { Dialog, DialogButtons } from './dialog.js';
import { contentInWords } from './retention-words.js';
import { useReadAnew } from './use-read-anew.js';

/** As the API takes it. */
const mostDays = 36_500;
const firstOffer = 365;

interface RetentionDialogProps {
  readonly profile: Schema<'EmailServerProfile'>;
  readonly onClose: () => void;
}

/** Changes how long a profile keeps content, and says what that removes before it does. */
export function RetentionDialog({ profile, onClose }: RetentionDialogProps) {
  const say = useSay();
  const before = profile.contentRetentionDays;
  const [isLimited, setLimited] = useState(before !== null);
  const [days, setDays] = useState<number | string>(before ?? firstOffer);
  const readAnew = useReadAnew('/v1/email-server-profiles', '/v1/about');
  const change = $api.useMutation('patch', '/v1/email-server-profiles/{id}', {
    onSuccess: (changed) => {
      say.done(
        `${changed.name} keeps content ${changed.contentRetentionDays === null ? 'for ever' : `for ${contentInWords(changed.contentRetentionDays)}`}.`,
      );
      void readAnew();
      onClose();
    },
  });
  const isWhole = typeof days === 'number' && Number.isInteger(days) && days >= 1 && days <= mostDays;
  const after = isLimited ? (isWhole ? days : before) : null;
  const effect = changeInWords(before, after);
  return (
    <Dialog title={`How long ${profile.name} keeps content`} onClose={onClose} sticky={change.isPending}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate({
            params: { path: { id: profile.id } },
            body: { contentRetentionDays: after, version: profile.version },
          });
        }}
      >
        <Stack gap="sm">
          <Radio.Group
            label="Texts, originals and attachments are kept"
            value={isLimited ? 'limited' : 'for-ever'}
            onChange={(choice) => setLimited(choice === 'limited')}
          >
            <Stack gap={6} mt={4}>
              <Radio value="for-ever" label="For ever" />
              <Radio value="limited" label="For so many days after a message arrived or was sent" />
            </Stack>
          </Radio.Group>
          {isLimited && (
            <NumberInput
              label="Days"
              min={1}
              max={mostDays}
              allowDecimal={false}
              value={days}
              onChange={setDays}
              error={isWhole ? null : `A whole number from 1 to ${mostDays.toLocaleString()}`}
              maw={160}
            />
          )}
          <Alert
            color={effect.removes ? 'red' : 'gray'}
            role="status"
            title={effect.removes ? 'This removes content' : undefined}
          >
            {effect.text}
          </Alert>
          <Trouble error={change.error} />
          <DialogButtons
            onCancel={onClose}
            isPending={change.isPending}
            color={effect.removes ? 'red' : undefined}
            disabled={after === before || (isLimited && !isWhole)}
          >
            {effect.removes ? 'Change, and remove older content' : 'Change'}
          </DialogButtons>
        </Stack>
      </form>
    </Dialog>
  );
}
