import { createQueueBackend, type QueueBackendOptions } from '../platform/queue/create-queue-backend.js';
import type { QueueBackend } from '../platform/queue/queue-backend.js';

/** The queues of a process that works on none: opened when somebody wants to look at them, and not at its start. */
export class LazyQueues {
  private opened: Promise<QueueBackend> | null = null;
  private isClosed = false;

  constructor(private readonly options: QueueBackendOptions) {}

  /** The same for everybody. @throws when their server is not reachable, or the process stops */
  open(): Promise<QueueBackend> {
    if (this.isClosed) return Promise.reject(new Error('The process is stopping'));
    if (this.opened) return this.opened;
    const opening = createQueueBackend(this.options);
    this.opened = opening;
    // What failed is tried anew by the next who asks.
    opening.catch((err: unknown) => {
      this.options.log.warn({ err }, 'the queues cannot be shown');
      if (this.opened === opening) this.opened = null;
    });
    return opening;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const backend = await this.opened?.catch(() => null);
    await backend?.close();
  }
}
