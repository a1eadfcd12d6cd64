import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { FeedSignalStore } from './feed-signal.store.js';

/**
 * Long enough for most transactions to have committed after their event was written. One that takes
 * longer is found by the readers' own looking.
 */
const delayMs = 15;

/** Tells every process, soon after an event was written here, that there is something to read. */
@Injectable()
export class FeedBell implements OnModuleDestroy {
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly signal: FeedSignalStore) {}

  /** Many rings within the delay are one. */
  ring(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      // A hint that is lost costs a reader a moment; an error here would tell nobody anything.
      void this.signal.notify().catch(() => undefined);
    }, delayMs).unref();
  }

  onModuleDestroy(): void {
    if (this.timer) clearTimeout(this.timer);
  }
}
