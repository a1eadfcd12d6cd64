import { Webhook } from 'standardwebhooks';
import { showEvent } from '../feed/events.schemas.js';
import type { EventRow } from '../feed/events.store.js';

/** One request of the Standard Webhooks specification. */
export interface WebhookRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Signs with every secret that is valid, the newest first: during a rotation there are two. */
export class WebhookSigner {
  private readonly webhooks: readonly Webhook[];

  constructor(secrets: readonly string[]) {
    this.webhooks = secrets.map((secret) => new Webhook(secret));
  }

  /** @param id stays the same in every attempt; the timestamp is that of this attempt */
  sign(id: string, body: string, at: Date): WebhookRequest {
    return {
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Postroom-Webhooks/1',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': this.webhooks.map((webhook) => webhook.sign(id, at, body)).join(' '),
      },
      body,
    };
  }
}

/** What an event is sent as; `data` is the event as the feed shows it. */
export const bodyOfEvent = (row: EventRow): string =>
  JSON.stringify({ type: row.type, timestamp: row.occurred_at.toISOString(), data: showEvent(row) });

export const bodyOfTest = (endpointId: string, at: Date): string =>
  JSON.stringify({ type: 'webhook.test', timestamp: at.toISOString(), data: { endpointId } });
