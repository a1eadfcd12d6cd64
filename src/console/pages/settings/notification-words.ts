import type { Schema } from '../../api/schemas.js';
import type { Standing } from './endpoint-words.js';

type Notification = Schema<'Notification'>;
type Channel = Schema<'NotificationChannelList'>['items'][number];

export const notificationStates: Record<Notification['state'], Standing> = {
  pending: { label: 'waiting', color: 'yellow', means: 'It is about to be sent, or is tried again.' },
  sent: { label: 'sent', color: 'green', means: 'The mail server has taken it.' },
  kept: { label: 'kept', color: 'gray', means: 'Written and not mailed, because no mail server is set.' },
  failed: {
    label: 'failed',
    color: 'red',
    means: 'The mail server refused it for good, or it could not be sent for five days.',
  },
  withdrawn: {
    label: 'withdrawn',
    color: 'gray',
    means: 'Overtaken before it went out: the incident ended, was muted or taken over.',
  },
};

/** Why somebody was told: "new incident", "reminder 2". */
export function kindInWords({ kind, number }: Pick<Notification, 'kind' | 'number'>): string {
  switch (kind) {
    case 'opened':
      return 'new incident';
    case 'digest':
      return `reminder ${number}`;
    case 'escalated':
      return 'escalation';
    case 'recovered':
      return 'recovery';
  }
}

/** How the connection to the mail server is protected. */
export function encryptionInWords(encrypted: Channel['encrypted']): string {
  if (encrypted === null) return 'TLS as soon as the server offers it (STARTTLS)';
  return encrypted ? 'always TLS' : 'none';
}
