import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The time, as everything that decides or stores reads it. SQL gets it as a parameter rather than
 * calling `now()`, so that a test moves one clock for code and database alike.
 */
export abstract class Clock {
  abstract now(): Date;

  /** Now plus `ms` milliseconds. */
  in(ms: number): Date {
    return new Date(this.now().getTime() + ms);
  }
}

export class SystemClock extends Clock {
  override now(): Date {
    return new Date();
  }
}

/** A clock that stands still until a test moves it. */
export class ManualClock extends Clock {
  constructor(private current: Date = new Date('2026-01-01T00:00:00Z')) {
    super();
  }

  override now(): Date {
    return new Date(this.current);
  }

  set(time: Date): void {
    this.current = new Date(time);
  }

  advance(ms: number): void {
    this.current = new Date(this.current.getTime() + ms);
  }
}

/** Resolves after `ms` of real time, or at once and without error when the signal is aborted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: true }).catch((error: unknown) => {
    if (!signal?.aborted) throw error;
  });
}
