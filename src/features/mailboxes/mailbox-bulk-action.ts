import type { MailboxEvent, MailboxStatus } from './mailbox-state.js';
import type { MailboxPatch } from './mailboxes.schemas.js';

export const bulkActions = [
  'pause',
  'resume',
  'sync',
  'enable-incoming',
  'disable-incoming',
  'enable-outgoing',
  'disable-outgoing',
] as const;
export type BulkAction = (typeof bulkActions)[number];

type Act = Extract<MailboxEvent, { type: 'paused' | 'resumed' | 'sync-requested' }>;

/** What the route of a single mailbox does for it: an event of the state machine, or a change of the mailbox. */
export const doingOf: Readonly<Record<BulkAction, { readonly event: Act } | { readonly patch: MailboxPatch }>> = {
  pause: { event: { type: 'paused' } },
  resume: { event: { type: 'resumed' } },
  sync: { event: { type: 'sync-requested' } },
  'enable-incoming': { patch: { incoming: true } },
  'disable-incoming': { patch: { incoming: false } },
  'enable-outgoing': { patch: { outgoing: true } },
  'disable-outgoing': { patch: { outgoing: false } },
};

/** Whether the mailbox is as wished already. A sync is always something to do. */
export function isSo(action: BulkAction, mailbox: Pick<MailboxStatus, 'state' | 'incoming' | 'outgoing'>): boolean {
  const doing = doingOf[action];
  if ('patch' in doing) {
    const { incoming = mailbox.incoming, outgoing = mailbox.outgoing } = doing.patch;
    return incoming === mailbox.incoming && outgoing === mailbox.outgoing;
  }
  if (doing.event.type === 'sync-requested') return false;
  return (mailbox.state === 'paused') === (doing.event.type === 'paused');
}
