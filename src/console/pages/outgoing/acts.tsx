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
  (error.code === 'not-cancellable' || error.code === 'not-retryable');

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

export function RetryButton({ message: { id, mayHaveBeenSent, to, cc, bcc } }: ActProps) {
  const act = useAct();
  const retry = async () => unwrap(await api.POST('/v1/outgoing-messages/{id}/retry', { params: { path: { id } } }));
  const count = to.length + cc.length + bcc.length;
  const whom = count === 1 ? 'its recipient' : `its ${count} recipients`;
  return (
    <AskButton
      harmless
      label="Retry"
      title="Send this message now?"
      onConfirm={() => act(retry(), 'The message is on its way again.')}
    >
      <Text size="sm">
        {mayHaveBeenSent
          ? `It may have gone out after all. Postroom looks for it on the server first, and sends it to ${whom} only if it is not there.`
          : `Postroom tries again at once to send it to ${whom}. If the cause is not mended, it fails again.`}
      </Text>
    </AskButton>
  );
}
