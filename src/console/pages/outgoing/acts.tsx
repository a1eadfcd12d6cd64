import { Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../../api/client.js';
import { readsFrom } from '../../api/queries.js';
import type { Schema } from '../../api/schemas.js';
import { AskButton } from '../../parts/ask-button.js';
import { useSay } from '../../parts/said.js';

interface ActProps {
  readonly message: Schema<'OutgoingMessage'>;
}

/** The state that the page showed is no longer the message's. */
const isOvertaken = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  ['not-cancellable', 'not-retryable', 'nothing-in-doubt'].includes(String(error.code));

/** Tells what came of an act and reads anew what it has changed. @throws Problem for the dialog to show */
function useAct() {
  const queries = useQueryClient();
  const say = useSay();
  return async (act: Promise<unknown>, said: string) => {
    try {
      await act;
      say.done(said);
    } catch (error) {
      // The button goes, and its dialog with it, so the reason is told beside the page.
      if (!isOvertaken(error)) throw error;
      say.failed(error);
    }
    await queries.invalidateQueries({ predicate: readsFrom(['/v1/outgoing-messages', '/v1/threads']) });
  };
}

export function CancelButton({ message: { id, mayHaveBeenSent } }: ActProps) {
  const act = useAct();
  const cancel = async () => unwrap(await api.POST('/v1/outgoing-messages/{id}/cancel', { params: { path: { id } } }));
  return (
    <AskButton
      label="Cancel sending"
      title="Cancel this message?"
      onConfirm={() => act(cancel(), 'The message is cancelled.')}
    >
      <Stack gap="xs">
        <Text size="sm">
          {mayHaveBeenSent
            ? 'It may already have gone out; then cancelling does not call it back.'
            : 'It has not gone out: nobody has received it, and nobody will.'}
        </Text>
        <Text size="sm">
          If it begins to go out before you confirm, Postroom refuses and changes nothing. A cancelled message cannot be
          sent later; it has to be given to Postroom anew.
        </Text>
      </Stack>
    </AskButton>
  );
}

const recipientsOf = ({ to, cc, bcc }: Schema<'OutgoingMessage'>): string => {
  const count = to.length + cc.length + bcc.length;
  return count === 1 ? 'its recipient' : `its ${count} recipients`;
};

async function retry(id: string, mayDeliverTwice: boolean) {
  return unwrap(
    await api.POST('/v1/outgoing-messages/{id}/retry', { params: { path: { id } }, body: { mayDeliverTwice } }),
  );
}

export function RetryButton({ message }: ActProps) {
  const act = useAct();
  return (
    <AskButton
      harmless
      label="Retry"
      title="Send this message now?"
      onConfirm={() => act(retry(message.id, false), 'The message is on its way again.')}
    >
      <Text size="sm">
        Postroom tries again at once to send it to {recipientsOf(message)}. If the cause is still there, it fails again.
      </Text>
    </AskButton>
  );
}

/** For a message that may have been delivered already. */
export function SendAgainButton({ message }: ActProps) {
  const act = useAct();
  return (
    <AskButton
      label="Send again"
      title="Send a message again that may have been delivered?"
      onConfirm={() => act(retry(message.id, true), 'The message is sent again.')}
    >
      <Stack gap="xs">
        <Text size="sm">
          The first time the server did not say whether it took the message over. If it did, {recipientsOf(message)}{' '}
          will get it twice, which cannot be undone.
        </Text>
        <Text size="sm">Ask a recipient first, or look at the server’s log.</Text>
      </Stack>
    </AskButton>
  );
}

/** For a message that may have been delivered, and of which somebody knows that it was. */
export function MarkSentButton({ message: { id } }: ActProps) {
  const act = useAct();
  const mark = async () => unwrap(await api.POST('/v1/outgoing-messages/{id}/mark-sent', { params: { path: { id } } }));
  return (
    <AskButton
      harmless
      label="Mark as sent"
      title="Mark this message as sent?"
      onConfirm={() => act(mark(), 'The message is marked as sent.')}
    >
      <Text size="sm">Nothing is sent. Do this when you know that the message was delivered.</Text>
    </AskButton>
  );
}
