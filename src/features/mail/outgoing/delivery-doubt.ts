import type { StoredFailure } from '../../failures/failure.js';

/** Ours: after a submission in doubt nothing on the server tells whether the message went out. */
export const mayHaveBeenDelivered = 'MayHaveBeenDelivered';

/**
 * Why a message is given up that may have been delivered.
 * @param last the last failure of the message, which tells what left it in doubt; null where no answer came at all
 */
export function deliveryDoubt(last: StoredFailure | null, at: Date): StoredFailure {
  const words =
    last === null
      ? 'The submission was cut off, and the server does not show what became of it.'
      : `The submission ended with ${last.code} (${last.message}), and the server does not show what became of it.`;
  return {
    code: mayHaveBeenDelivered,
    category: 'other',
    operation: 'SendItem',
    during: 'outgoing',
    message: words,
    values: last === null ? {} : { cause: last.code },
    at: at.toISOString(),
    requestId: last?.requestId ?? null,
    clientRequestId: last?.clientRequestId ?? null,
    httpStatus: last?.httpStatus ?? null,
    frontEndServer: last?.frontEndServer ?? null,
    backEndServer: last?.backEndServer ?? null,
    serverVersion: last?.serverVersion ?? null,
  };
}
