import type { DefaultJobOptions } from 'bullmq';

/**
 * A job is a hint that something is due; whether it is, and whether it was done, stands in the
 * database. So a job is never tried again by the queue and leaves nothing behind.
 */
export const JOB_SETTINGS: DefaultJobOptions = {
  attempts: 1,
  removeOnComplete: true,
  removeOnFail: true,
  stackTraceLimit: 0,
};

/** A killed worker's jobs are free for others after 10 to 15 s instead of BullMQ's 60. In ms. */
export const WORKER_SETTINGS = {
  lockDuration: 10_000,
  stalledInterval: 5_000,
  // BullMQ pauses this long after a lost connection, by default 15 s.
  runRetryDelay: 1_000,
} as const;
