import { Injectable } from '@nestjs/common';
import type { BulkJobOptions } from 'bullmq';
import type { JobDefinition } from './job-definition.js';
import { parsePayload } from './job-definition.js';
import type { QueueBackend } from './queue-backend.js';
import { settlesWithin } from './time-limit.js';

export interface EnqueueOptions {
  /** While a job of this id waits or runs on the queue, another is dropped silently. */
  readonly id?: string;
  /** 0, the default, comes first; the greater the later, up to 2,097,151. */
  readonly priority?: number;
}

export interface QueueDepth {
  readonly waiting: number;
  readonly active: number;
}

/** The queue's server did not take the jobs in time. They may still arrive. */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';
}

const CHUNK = 1_000;
const ENQUEUE_MS = 10_000;

/** Puts jobs into queues. A job is a hint and may be lost or run twice: the database is the truth. */
@Injectable()
export class JobQueue {
  constructor(private readonly backend: QueueBackend) {}

  /**
   * @throws InvalidJobPayloadError, or QueueUnavailableError after ten seconds at most.
   */
  async enqueue<P>(definition: JobDefinition<P>, payload: P, options: EnqueueOptions = {}): Promise<void> {
    const data = parsePayload(definition, payload);
    await this.inTime(async () => {
      const queue = await this.backend.queue(definition.queue);
      await queue.add(definition.name, data, jobOptions(options));
    });
  }

  /**
   * Adds many jobs in chunks of a thousand. Nothing is added when one payload is invalid; when the
   * server fails, some chunks may have been added.
   *
   * @throws InvalidJobPayloadError, QueueUnavailableError
   */
  async enqueueMany<P>(
    definition: JobDefinition<P>,
    jobs: readonly (EnqueueOptions & { readonly payload: P })[],
  ): Promise<void> {
    const prepared = jobs.map((job) => ({
      name: definition.name,
      data: parsePayload(definition, job.payload),
      opts: jobOptions(job),
    }));
    for (let start = 0; start < prepared.length; start += CHUNK) {
      await this.inTime(async () => {
        const queue = await this.backend.queue(definition.queue);
        await queue.addBulk(prepared.slice(start, start + CHUNK));
      });
    }
  }

  /** How many jobs wait and run now, all processes together. */
  async depth(queueName: string): Promise<QueueDepth> {
    const queue = await this.backend.queue(queueName);
    const counts = await queue.getJobCounts('wait', 'prioritized', 'delayed', 'active');
    const waiting = (counts.wait ?? 0) + (counts.prioritized ?? 0) + (counts.delayed ?? 0);
    return { waiting, active: counts.active ?? 0 };
  }

  private async inTime(add: () => Promise<void>): Promise<void> {
    let added: boolean;
    try {
      added = await settlesWithin(add(), ENQUEUE_MS);
    } catch (cause) {
      throw new QueueUnavailableError(`The queue took no job: ${(cause as Error).message}`, { cause });
    }
    if (!added) throw new QueueUnavailableError('The queue took no job in time');
  }
}

function jobOptions({ id, priority }: EnqueueOptions): BulkJobOptions {
  return { ...(id === undefined ? {} : { deduplication: { id } }), ...(priority ? { priority } : {}) };
}
