import type { Schema } from '../../api/schemas.js';

type Endpoint = Schema<'WebhookEndpoint'>;
type Delivery = Schema<'WebhookDelivery'>;

/** A state as a word, with the colour it has besides and what it means. */
export interface Standing {
  readonly label: string;
  readonly color: string;
  readonly means: string;
}

const switchedOff: Record<NonNullable<Endpoint['disabledReason']>, Standing> = {
  manual: { label: 'off', color: 'gray', means: 'Somebody switched it off.' },
  gone: {
    label: 'switched off',
    color: 'red',
    means: 'It answered 410 Gone, which says that nobody listens there any more.',
  },
  failing: { label: 'switched off', color: 'red', means: 'Nothing has succeeded for five days.' },
};

/** How an endpoint does: on, off and why, or in trouble. */
export function standingOf(
  endpoint: Pick<Endpoint, 'enabled' | 'disabledReason' | 'holdUntil' | 'failingSince'>,
): Standing {
  if (!endpoint.enabled) return switchedOff[endpoint.disabledReason ?? 'manual'];
  if (endpoint.failingSince !== null)
    return {
      label: 'failing',
      color: 'orange',
      means: 'The latest deliveries failed. They are tried again for about three days each.',
    };
  if (endpoint.holdUntil !== null)
    return { label: 'resting', color: 'yellow', means: 'It asked for quiet by Retry-After.' };
  return { label: 'on', color: 'green', means: 'It is told of every event that it is for.' };
}

export const deliveryStates: Record<Delivery['state'], Standing> = {
  pending: { label: 'on its way', color: 'blue', means: 'Not delivered yet; it is tried, or tried again.' },
  delivered: { label: 'delivered', color: 'green', means: 'The endpoint answered with 2xx.' },
  failed: { label: 'failed', color: 'red', means: 'Given up after ten attempts. It can be replayed.' },
};

/** What came of the last attempt: "answered 500 after 35 ms", "no answer: …". */
export function attemptInWords({
  attempts,
  lastStatus,
  lastError,
  lastMs,
}: Pick<Delivery, 'attempts' | 'lastStatus' | 'lastError' | 'lastMs'>): string {
  if (attempts === 0) return 'not tried yet';
  const after = lastMs === null ? '' : ` after ${lastMs} ms`;
  const answer = lastStatus === null ? 'no answer' : `answered ${lastStatus}`;
  return lastError === null || lastError === answer ? `${answer}${after}` : `${answer}${after}: ${lastError}`;
}

/** The API counts no further. */
const countedUpTo = 10_000;
const digits = new Intl.NumberFormat(undefined);

/** "12", "10,000 or more". */
export const countInWords = (count: number): string =>
  count >= countedUpTo ? `${digits.format(countedUpTo)} or more` : digits.format(count);
