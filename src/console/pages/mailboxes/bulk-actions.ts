import type { Schema } from '../../api/schemas.js';

export type BulkAction = Schema<'MailboxBulkRequest'>['action'] | 'approve';

interface BulkWords {
  /** On the button. */
  readonly verb: string;
  readonly doing: string;
  /** After "3 mailboxes". */
  readonly done: string;
  readonly already: string;
}

/** What one can do to many mailboxes from the list, in words. */
export const bulkWords: Readonly<Record<Exclude<BulkAction, 'disable-incoming' | 'disable-outgoing'>, BulkWords>> = {
  sync: { verb: 'Sync now', doing: 'Asking for a sync', done: 'sync at once', already: 'did so already' },
  resume: { verb: 'Resume', doing: 'Resuming', done: 'resumed', already: 'not paused' },
  pause: { verb: 'Pause', doing: 'Pausing', done: 'paused', already: 'paused already' },
  'enable-incoming': {
    verb: 'Enable receiving',
    doing: 'Enabling receiving',
    done: 'receive from now on',
    already: 'did so already',
  },
  'enable-outgoing': {
    verb: 'Enable sending',
    doing: 'Enabling sending',
    done: 'send from now on',
    already: 'did so already',
  },
  approve: { verb: 'Approve', doing: 'Approving', done: 'approved', already: 'approved already' },
};
export type ListAction = keyof typeof bulkWords;
