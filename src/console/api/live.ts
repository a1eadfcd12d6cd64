import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { readsFrom } from './queries.js';
import type { Schema } from './schemas.js';

type EventType = Schema<'Event'>['type'];

/** Answers of which resources an event makes old. The compiler holds this against the API's list of events. */
const touched: Record<EventType, readonly string[]> = {
  'message.received': ['/v1/messages', '/v1/threads', '/v1/overview'],
  'message.updated': ['/v1/messages'],
  'message.moved': ['/v1/messages'],
  'message.removed': ['/v1/messages', '/v1/threads'],
  'message.restored': ['/v1/messages', '/v1/threads'],
  'outgoing.sent': ['/v1/outgoing-messages', '/v1/overview'],
  'outgoing.delayed': ['/v1/outgoing-messages'],
  'outgoing.failed': ['/v1/outgoing-messages', '/v1/overview'],
  'outgoing.bounced': ['/v1/outgoing-messages'],
  'outgoing.read-receipt': ['/v1/outgoing-messages'],
  'mailbox.failed': ['/v1/mailboxes', '/v1/incidents', '/v1/overview'],
  'mailbox.recovered': ['/v1/mailboxes', '/v1/incidents', '/v1/overview'],
  'mailbox.paused': ['/v1/mailboxes', '/v1/overview'],
  'mailbox.resumed': ['/v1/mailboxes', '/v1/overview'],
  'mailbox.tested': ['/v1/mailboxes', '/v1/mailbox-tests', '/v1/mailbox-test-batches'],
  'mailbox-test-batch.completed': ['/v1/mailbox-test-batches', '/v1/mailboxes'],
  'profile.suspended': ['/v1/email-server-profiles', '/v1/overview', '/v1/incidents'],
  'profile.resumed': ['/v1/email-server-profiles', '/v1/overview', '/v1/incidents'],
  'backfill.completed': ['/v1/mailboxes'],
  'backfill.failed': ['/v1/mailboxes'],
  'incident.opened': ['/v1/incidents', '/v1/overview', '/v1/notifications'],
  'incident.widened': ['/v1/incidents', '/v1/overview'],
  'incident.closed': ['/v1/incidents', '/v1/overview', '/v1/notifications'],
  'incident.acknowledged': ['/v1/incidents', '/v1/overview'],
  'incident.snoozed': ['/v1/incidents'],
  'incident.reassigned': ['/v1/incidents'],
  'incident.checked': ['/v1/incidents'],
  'incident.commented': ['/v1/incidents'],
  'incident.escalated': ['/v1/incidents', '/v1/notifications'],
  'profile.cause-muted': ['/v1/email-server-profiles', '/v1/incidents'],
  'profile.cause-unmuted': ['/v1/email-server-profiles', '/v1/incidents'],
  'thread.merged': ['/v1/threads', '/v1/messages'],
  'webhook.disabled': ['/v1/webhook-endpoints', '/v1/incidents'],
};

/** A crowd of events (an import, an outage) makes at most one round of reads in so many ms. */
const gatherMs = 1_000;
/** After an answer that ends the feed, it is asked for again in so many ms. */
const reopenMs = 3_000;

const readsWhatEventsTouch = readsFrom([...new Set(Object.values(touched).flat())]);

/**
 * Follows the change feed while the page is shown, and reads anew what an event has made old. A window in the
 * background holds no connection, of which a browser has six for all of its windows, and reads nothing.
 */
export function useLiveAnswers(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const old = new Set<string>();
    let stream: EventSource | null = null;
    let reading: ReturnType<typeof setTimeout> | null = null;
    let reopening: ReturnType<typeof setTimeout> | null = null;
    const readAnew = () => {
      reading = null;
      const paths = [...old];
      old.clear();
      void queries.invalidateQueries({ predicate: readsFrom(paths) });
    };
    const close = () => {
      stream?.close();
      stream = null;
      if (reading !== null) clearTimeout(reading);
      if (reopening !== null) clearTimeout(reopening);
      reading = reopening = null;
    };
    const open = (hasMissed: boolean) => {
      close();
      // The browser reconnects by itself and says which event it saw last, so that none is missed.
      const opened = (stream = new EventSource('/v1/events/stream?after=latest'));
      for (const [type, paths] of Object.entries(touched))
        opened.addEventListener(type, () => {
          for (const path of paths) old.add(path);
          reading ??= setTimeout(readAnew, gatherMs);
        });
      if (hasMissed)
        opened.addEventListener('open', () => void queries.invalidateQueries({ predicate: readsWhatEventsTouch }), {
          once: true,
        });
      // It does not after an answer such as 503, which a proxy gives while the server behind it starts anew.
      opened.addEventListener('error', () => {
        if (opened.readyState === EventSource.CLOSED) reopening ??= setTimeout(() => open(true), reopenMs);
      });
    };
    const follow = () => {
      if (document.visibilityState === 'hidden') close();
      else if (!stream) open(true);
    };
    document.addEventListener('visibilitychange', follow);
    if (document.visibilityState !== 'hidden') open(false);
    return () => {
      document.removeEventListener('visibilitychange', follow);
      close();
    };
  }, [queries]);
}
