import type { Schema } from '../../api/schemas.js';

type Report = Schema<'OutgoingMessage'>['deliveryReports'][number];

const ofServers: Readonly<Record<string, string>> = {
  failed: 'Could not be delivered',
  delayed: 'Delayed; the server goes on trying',
  delivered: 'Delivered',
  relayed: 'Passed on to a server that sends no receipts',
  expanded: 'Delivered to a list, and from there to its members',
};
const ofPrograms: Readonly<Record<string, string>> = {
  displayed: 'Read',
  deleted: 'Deleted, perhaps unread',
  dispatched: 'Passed on by the recipient’s mail program',
  processed: 'Processed by the recipient’s mail program without being shown',
  denied: 'The recipient sends no receipt',
};

/** What a report says, in words. The action is a stranger's text. */
export function reportWords({ kind, action }: Pick<Report, 'kind' | 'action'>): string {
  const words = kind === 'delivery' ? ofServers : ofPrograms;
  const known = Object.hasOwn(words, action) ? words[action] : undefined;
  return known ?? (kind === 'delivery' ? `A mail server reports: ${action}` : `A mail program reports: ${action}`);
}

/** Whether somebody should look at it. */
export const isBounce = ({ kind, action }: Pick<Report, 'kind' | 'action'>): boolean =>
  kind === 'delivery' && action === 'failed';
