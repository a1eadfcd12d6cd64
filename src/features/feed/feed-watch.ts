import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { pause } from '../../platform/clock/clock.js';
import type { Log } from '../../platform/log/log.js';
import { LOG } from '../../platform/tokens.js';
import { EventsStore, type EventRow } from './events.store.js';
import { FeedEpochs } from './feed-epochs.js';
import { everyEvent, matches, type FeedFilter } from './feed-filter.js';
import { comparePositions, laterPosition, type FeedPosition } from './feed-position.js';
import { FeedSignalStore, type FeedConnection } from './feed-signal.store.js';

/** Looked at least so often while somebody waits: a hint can be lost, and an event can become readable without one. */
const maxPauseMs = 1_000;
/** After a hint the event may not be readable yet, because an older transaction still runs: look again soon. */
const minPauseMs = 10;
const reconnectMs = 10_000;
const batch = 1_000;

/** Somebody who waits for events behind its own reading. */
export interface FeedWait {
  /** @returns true once an event has come that the filter lets through; false at the timeout, the abort or the end */
  next(timeoutMs: number, signal?: AbortSignal): Promise<boolean>;
  /** Behind `position` as far as no event for this filter has come; valid while `next` has not returned true. */
  advance(position: FeedPosition): FeedPosition;
  leave(): void;
}

class Waiter {
  hit = false;
  wake: (() => void) | null = null;

  constructor(readonly filter: FeedFilter) {}
}

/**
 * Watches the feed's end for everybody in this process who waits for events, with one connection and one
 * reader, however many they are. Nothing runs while nobody waits.
 */
@Injectable()
export class FeedWatch implements OnModuleDestroy {
  private readonly waiters = new Set<Waiter>();
  private readonly stopping = new AbortController();
  private following: { readonly ready: Promise<void>; readonly done: Promise<void> } | null = null;
  private connection: FeedConnection | null = null;
  private position: FeedPosition | null = null;
  private ringing = new AbortController();
  private rung = false;
  private connectAt = 0;
  /** The database was away since the last look: another server may have taken over. */
  private doubtful = false;

  constructor(
    private readonly events: EventsStore,
    private readonly signal: FeedSignalStore,
    private readonly epochs: FeedEpochs,
    @Inject(LOG) private readonly log: Log,
  ) {}

  get waiting(): number {
    return this.waiters.size;
  }

  get stopped(): boolean {
    return this.stopping.signal.aborted;
  }

  /** To be called before the reading that finds nothing: what comes after that is then told. */
  async join(filter: FeedFilter): Promise<FeedWait> {
    const waiter = new Waiter(filter);
    this.waiters.add(waiter);
    try {
      if (!this.stopped) await (this.following ??= this.start()).ready;
    } catch (error) {
      this.waiters.delete(waiter);
      throw error;
    }
    return {
      next: (timeoutMs, signal) => this.next(waiter, timeoutMs, signal),
      advance: (position) => (waiter.hit || this.position === null ? position : laterPosition(position, this.position)),
      leave: () => {
        this.waiters.delete(waiter);
        if (this.waiters.size === 0) this.ringing.abort();
      },
    };
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    this.ringing.abort();
    for (const waiter of this.waiters) waiter.wake?.();
    await this.following?.done;
  }

  private async next(waiter: Waiter, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    if (!waiter.hit && !signal?.aborted && !this.stopped && timeoutMs > 0)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        waiter.wake = () => {
          clearTimeout(timer);
          resolve();
        };
        signal?.addEventListener('abort', waiter.wake, { once: true });
      });
    if (waiter.wake) signal?.removeEventListener('abort', waiter.wake);
    waiter.wake = null;
    const { hit } = waiter;
    waiter.hit = false;
    return hit;
  }

  private start(): { ready: Promise<void>; done: Promise<void> } {
    const ready = this.checkHistory().then(async () => {
      this.position = await this.events.horizon();
    });
    const done = ready.then(
      () => this.follow(),
      () => this.end(),
    );
    return { ready, done };
  }

  private async follow(): Promise<void> {
    let pauseMs = minPauseMs;
    let failed = false;
    while (this.waiters.size > 0 && !this.stopped) {
      try {
        await this.checkHistory();
        await this.connect();
        const moved = await this.readOn();
        pauseMs = moved || this.rung ? minPauseMs : Math.min(maxPauseMs, pauseMs * 2);
        failed = false;
      } catch (error) {
        if (!failed) this.log.warn({ err: error }, 'the feed cannot be watched; it is tried again');
        failed = true;
        this.doubtful = true;
        pauseMs = maxPauseMs;
      }
      this.rung = false;
      await pause(pauseMs, this.ringing.signal);
      if (this.ringing.signal.aborted) this.ringing = new AbortController();
    }
    await this.end();
  }

  /** From here on the next to join starts anew. */
  private async end(): Promise<void> {
    this.following = null;
    this.position = null;
    const { connection } = this;
    this.connection = null;
    await connection?.close();
  }

  /** Tells the waiters of the events since the last time. @returns whether there were any */
  private async readOn(): Promise<boolean> {
    const horizon = await this.events.horizon();
    let moved = false;
    for (;;) {
      const from = (this.position ??= horizon);
      if (comparePositions(from, horizon) >= 0) return moved;
      const rows: EventRow[] = await this.events.between(from, horizon, everyEvent, batch);
      const last = rows.at(-1);
      for (const waiter of this.waiters) {
        if (waiter.hit || !rows.some((row) => matches(waiter.filter, row))) continue;
        waiter.hit = true;
        waiter.wake?.();
      }
      moved ||= rows.length > 0;
      if (rows.length < batch || !last) {
        this.position = horizon;
        return moved;
      }
      this.position = { epoch: last.epoch, txid: last.txid, seq: last.seq };
    }
  }

  /** After the database was away, before anything is read: until it answers, no failover can be noticed. */
  private async checkHistory(): Promise<void> {
    if (!this.doubtful) return;
    this.doubtful = false;
    try {
      await this.epochs.check();
    } catch (error) {
      this.doubtful = true;
      throw error;
    }
  }

  /** Looking goes on without it, where a pooler in between lets no LISTEN through, for example. */
  private async connect(): Promise<void> {
    if (this.connection || performance.now() < this.connectAt) return;
    const heard = () => {
      this.rung = true;
      this.ringing.abort();
    };
    try {
      this.connection = await this.signal.listen(heard, (error) => this.lost(error));
    } catch (error) {
      this.connectAt = performance.now() + reconnectMs;
      this.log.warn({ err: error }, 'new events cannot be heard of; they are looked for every second');
    }
  }

  private lost(error: Error): void {
    this.connection = null;
    this.log.warn({ err: error }, 'the connection that hears of new events was lost');
    this.doubtful = true;
    this.ringing.abort();
  }
}
