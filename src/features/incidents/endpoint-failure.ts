/** Why a webhook endpoint was switched off, as an incident keeps it. */
export interface EndpointFailure {
  readonly code: EndpointFailureCode;
  readonly url: string;
  /** Of the last attempt. */
  readonly message: string;
  /** Since when nothing had succeeded; ISO 8601, UTC, as the other times. */
  readonly failingSince: string;
  /** When the oldest event happened that it had not been told of. */
  readonly waitingSince: string;
  readonly at: string;
}

/** WebhookGone: it answered 410. WebhookFailing: for days nothing succeeded. */
export type EndpointFailureCode = 'WebhookGone' | 'WebhookFailing';
