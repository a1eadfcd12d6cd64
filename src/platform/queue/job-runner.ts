import type { Job } from 'bullmq';
import type { JobDefinition } from './job-definition.js';
import { InvalidJobPayloadError, parsePayload } from './job-definition.js';
import type { JobHandler } from './job-handler.js';
import type { QueueLog } from './queue-log.js';

export interface FinishedJob {
  readonly queue: string;
  readonly name: string;
  /** From entering the queue to the handler's call, in ms. */
  readonly waitMs: number;
  readonly runMs: number;
  /** `refused`: the payload did not fit, or this version of the program knows no such job. */
  readonly outcome: 'completed' | 'failed' | 'refused';
}

export interface BoundHandler {
  readonly definition: JobDefinition<unknown>;
  readonly handle: JobHandler<unknown>;
}

/** What BullMQ stores of a failure: an error's text may hold what belongs in no queue. */
class JobFailed extends Error {
  constructor() {
    super('See the log');
  }
}

/** Runs the handlers of one process and knows which are running. */
export class JobRunner {
  private readonly running = new Set<AbortController>();
  private aborting = false;

  constructor(
    private readonly log: QueueLog,
    private readonly onJobFinished?: (job: FinishedJob) => void,
  ) {}

  get runningCount(): number {
    return this.running.size;
  }

  /** Tells the running jobs, and those that still come, to give up. */
  abortAll(): void {
    this.aborting = true;
    for (const controller of this.running) controller.abort(new Error('The process is stopping'));
  }

  /** Runs one job to its end; its error is logged, and BullMQ learns only that there was one. */
  async run(queue: string, handlers: ReadonlyMap<string, BoundHandler>, job: Job): Promise<void> {
    const startedAt = Date.now();
    const fields = { queue, job: job.name, jobId: job.id };
    const waitMs = Math.max(0, startedAt - job.timestamp);
    const controller = new AbortController();
    if (this.aborting) controller.abort(new Error('The process is stopping'));
    this.running.add(controller);
    let outcome: FinishedJob['outcome'] = 'completed';
    try {
      const bound = handlers.get(job.name);
      if (bound === undefined) throw new InvalidJobPayloadError(job.name, 'no such job on this queue');
      const payload = parsePayload(bound.definition, job.data);
      await bound.handle(payload, { signal: controller.signal, enqueuedAt: new Date(job.timestamp), waitMs });
    } catch (error) {
      outcome = error instanceof InvalidJobPayloadError ? 'refused' : 'failed';
      if (controller.signal.aborted)
        this.log.warn({ ...fields, err: error }, 'Job gave up because the process is stopping');
      else this.log.error({ ...fields, err: error }, 'Job failed');
      throw new JobFailed();
    } finally {
      this.running.delete(controller);
      this.tell({ queue, name: job.name, waitMs, runMs: Date.now() - startedAt, outcome });
    }
  }

  private tell(job: FinishedJob): void {
    try {
      this.onJobFinished?.(job);
    } catch (error) {
      this.log.error({ queue: job.queue, job: job.name, err: error }, 'The hook for finished jobs failed');
    }
  }
}
