import type { MailboxIdentity, MailboxSession, MailServer } from '../../drivers/port/mail-server.js';

/** A mail server that knows whether it is in use: closing one cuts its calls, and a send cut short is in doubt. */
export class TrackedServer implements MailServer {
  private underWay = 0;
  private lastUsedAt: number;

  constructor(
    private readonly server: MailServer,
    private readonly now: () => number,
  ) {
    this.lastUsedAt = now();
  }

  /** How long nobody has used it, in ms; 0 during a call. */
  idleMs(): number {
    return this.underWay > 0 ? 0 : this.now() - this.lastUsedAt;
  }

  touch(): void {
    this.lastUsedAt = this.now();
  }

  openMailbox(identity: MailboxIdentity): MailboxSession {
    this.touch();
    return new Proxy(this.server.openMailbox(identity), {
      get: (session, name) => {
        const member: unknown = Reflect.get(session, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => this.track(() => Reflect.apply(member, session, args) as Promise<unknown>);
      },
    });
  }

  close(): Promise<void> {
    return this.server.close();
  }

  private async track(call: () => Promise<unknown>): Promise<unknown> {
    this.underWay += 1;
    try {
      return await call();
    } finally {
      this.underWay -= 1;
      this.touch();
    }
  }
}
