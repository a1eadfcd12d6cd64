import { randomBytes } from 'node:crypto';
import type { Folder } from '../store/item.js';
import type { Mailbox } from '../store/mailbox.js';
import type { MailboxEvent } from '../store/mailbox-events.js';

/** A streaming subscription: events wait here until a connection fetches them. */
export interface Subscription {
  readonly id: string;
  readonly mailbox: Mailbox;
  /** Null for all folders. */
  readonly folders: ReadonlySet<Folder> | null;
  readonly types: ReadonlySet<string>;
  readonly waiting: MailboxEvent[];
  wake: (() => void) | null;
}

/** Events that nobody fetches; beyond this the subscription is lost, as on Exchange after 30 minutes. */
const MOST_WAITING = 10_000;

/** All streaming subscriptions of the server. */
export class Subscriptions {
  private readonly byId = new Map<string, { subscription: Subscription; stop: () => void }>();

  add(mailbox: Mailbox, folders: ReadonlySet<Folder> | null, types: ReadonlySet<string>): Subscription {
    const id = Buffer.concat([Buffer.from(`mbx01.${mailbox.guid.slice(0, 8)}`), randomBytes(24)]).toString('base64');
    const subscription: Subscription = { id, mailbox, folders, types, waiting: [], wake: null };
    const stop = mailbox.listen((event) => {
      for (const told of expand(event)) {
        if (!types.has(told.type)) continue;
        if (folders && !folders.has(told.folder) && !(told.old && folders.has(told.old.folder))) continue;
        subscription.waiting.push(told);
      }
      if (subscription.waiting.length > MOST_WAITING) this.remove(id);
      subscription.wake?.();
    });
    this.byId.set(id, { subscription, stop });
    return subscription;
  }

  get(id: string): Subscription | undefined {
    return this.byId.get(id)?.subscription;
  }

  remove(id: string): boolean {
    this.byId.get(id)?.stop();
    return this.byId.delete(id);
  }
}

/** New mail is told twice: as created and as new. */
const expand = (event: MailboxEvent): MailboxEvent[] =>
  event.type === 'NewMailEvent' ? [{ ...event, type: 'CreatedEvent' }, event] : [event];
