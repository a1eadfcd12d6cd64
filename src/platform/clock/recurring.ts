import type { Log } from '../log/log.js';
import { pause } from './clock.js';

export interface RecurringTask {
  readonly name: string;
  /** Real time between the end of one run and the start of the next, in ms. */
  readonly everyMs: number;
  /** @returns true when there is more to do at once */
  run(signal: AbortSignal): Promise<boolean>;
}

/** Failures do not stretch the pause beyond this, unless the task's own pause is longer already. */
const maxRetryMs = 30_000;

/**
 * The pause before the next run, in ms. The cap is for failures alone: it once applied to every pause, and
 * upkeep meant for each hour ran twice a minute.
 * @param failures runs in a row that failed
 */
export function pauseBefore(everyMs: number, failures: number): number {
  return Math.min(Math.max(everyMs, maxRetryMs), everyMs * 2 ** Math.min(failures, 10));
}

/**
 * Runs a task again and again, one run at a time, until it is stopped. A failing task (the database
 * away) is tried again with growing pauses and logged once until it works again.
 */
export class Recurring {
  private readonly stopping = new AbortController();
  private done: Promise<void> | null = null;

  constructor(
    private readonly task: RecurringTask,
    private readonly log: Log,
    private readonly wait: typeof pause = pause,
  ) {}

  start(): void {
    this.done ??= this.loop();
  }

  /** Resolves when a run under way has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.done;
  }

  private async loop(): Promise<void> {
    const { signal } = this.stopping;
    let failures = 0;
    while (!signal.aborted) {
      let more = false;
      try {
        more = await this.task.run(signal);
        if (failures > 0) this.log.info({ task: this.task.name }, 'a recurring task works again');
        failures = 0;
      } catch (error) {
        if (signal.aborted) break;
        failures += 1;
        if (failures === 1)
          this.log.error({ err: error, task: this.task.name }, 'a recurring task failed; it is tried again');
      }
      if (!more) await this.wait(pauseBefore(this.task.everyMs, failures), signal);
    }
  }
}
