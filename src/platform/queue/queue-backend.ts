import type { Job, Queue, Worker } from 'bullmq';

/** Runs one job; BullMQ marks it failed when this rejects. */
export type JobProcessor = (job: Job) => Promise<void>;

export type BackendHealth = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** BullMQ on one server; the only place that knows which. */
export interface QueueBackend {
  readonly kind: 'redis' | 'postgres';
  /** The producer's side of a queue; the same object for the same name. */
  queue(name: string): Promise<Queue>;
  /** A new worker that takes jobs at once. Whoever asks for it closes it. */
  worker(name: string, processor: JobProcessor, options: { concurrency: number }): Promise<Worker>;
  /** Asks the server; answers within two seconds. */
  healthy(): Promise<BackendHealth>;
  /** Closes all connections, also those to a server that is away. */
  close(): Promise<void>;
}
