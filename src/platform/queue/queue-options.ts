import type { JobDefinition } from './job-definition.js';
import type { FinishedJob } from './job-runner.js';
import type { QueueLog } from './queue-log.js';

export interface WorkerOptions {
  /** Jobs at once, for every queue or by queue (10 where it names none). */
  readonly concurrency?: number | Readonly<Record<string, number>>;
  /** How long running jobs may go on when the process stops, in ms; then their signal is aborted. */
  readonly graceMs?: number;
}

export interface QueueModuleOptions {
  /** Redis or Valkey; without it the queues live in PostgreSQL. */
  readonly redisUrl?: string;
  readonly databaseUrl: string;
  readonly prefix?: string;
  /** Every job kind of the application. */
  readonly jobs: readonly JobDefinition<unknown>[];
  /** Absent: this process only adds jobs. Present: it runs them, and every kind must have its handler here. */
  readonly workers?: WorkerOptions;
  readonly log: QueueLog;
  readonly onJobFinished?: (job: FinishedJob) => void;
}

export const QUEUE_OPTIONS = Symbol('queue options');
export const QUEUE_BACKEND = Symbol('queue backend');
