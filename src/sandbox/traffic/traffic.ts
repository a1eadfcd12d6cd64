import type { Deliverable } from '../control/requests.js';
import type { Organisation } from '../store/organisation.js';
import { BusinessMail } from './business-mail.js';

export interface TrafficOptions {
  /** Messages a minute, over all mailboxes. */
  readonly perMinute: number;
  /** Only to these; to all mailboxes when absent. */
  readonly addresses?: readonly string[];
}

/** Lets mail flow in, as it does in an office. */
export class Traffic {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly organisation: Organisation) {}

  start(
    { perMinute, addresses }: TrafficOptions,
    deliver: (address: string, message: Deliverable) => Promise<void>,
  ): void {
    this.stop();
    const mail = new BusinessMail();
    let turn = 0;
    const next = (): void => {
      const targets = addresses ?? this.organisation.mailboxes.map((mailbox) => mailbox.address);
      const address = targets[turn++ % Math.max(targets.length, 1)];
      const mailbox = address === undefined ? undefined : this.organisation.byAnyAddress(address);
      // A mailbox may go away between two messages; the next turn finds another.
      if (mailbox) {
        const to = { name: mailbox.record.displayName, address: mailbox.address };
        deliver(mailbox.address, mail.next(to)).catch(() => undefined);
      }
    };
    next();
    this.timer = setInterval(next, Math.max(60_000 / perMinute, 10));
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
