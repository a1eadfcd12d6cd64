import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { Worker } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobHandler } from './job-handler.js';
import { handledJob } from './job-handler.js';
import type { BoundHandler } from './job-runner.js';
import { JobRunner } from './job-runner.js';
import type { QueueBackend } from './queue-backend.js';
import { QUEUE_BACKEND, QUEUE_OPTIONS } from './queue-options.js';
import type { QueueModuleOptions } from './queue-options.js';

const DEFAULT_CONCURRENCY = 10;
const DEFAULT_GRACE_MS = 20_000;
/** What an aborted job may take to notice. */
const ABORT_MS = 5_000;
/** What closing may take without a running job: the queue's server may be away. */
const IDLE_CLOSE_MS = 3_000;
const PAUSE_MS = 25;

/** Runs the jobs of this process: one BullMQ worker for each queue. */
@Injectable()
export class JobWorkers implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private readonly runner: JobRunner;
  private readonly workers: Worker[] = [];
  private byQueue = new Map<string, Map<string, BoundHandler>>();
  private stopping: Promise<void> | undefined;

  constructor(
    @Inject(QUEUE_BACKEND) private readonly backend: QueueBackend,
    @Inject(QUEUE_OPTIONS) private readonly options: QueueModuleOptions,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {
    this.runner = new JobRunner(options.log, options.onJobFinished);
  }

  /**
   * Matches job kinds and handlers before anything starts.
   *
   * @throws naming every kind without a handler or with two, and every handler of an unregistered kind.
   */
  async onModuleInit(): Promise<void> {
    if (this.options.workers === undefined) return;
    try {
      this.byQueue = matchHandlers(this.options.jobs, this.findHandlers());
    } catch (error) {
      // Nest runs no shutdown hooks after a failed start; the open connections would keep the process alive.
      await this.backend.close();
      throw error;
    }
  }

  /** Starts only when all modules are ready: a waiting job arrives within milliseconds. */
  async onApplicationBootstrap(): Promise<void> {
    const { concurrency } = this.options.workers ?? {};
    for (const [queue, handlers] of this.byQueue) {
      const atOnce = typeof concurrency === 'number' ? concurrency : concurrency?.[queue];
      const worker = await this.backend.worker(queue, (job) => this.runner.run(queue, handlers, job), {
        concurrency: atOnce ?? DEFAULT_CONCURRENCY,
      });
      this.workers.push(worker);
    }
  }

  /** Nest's first step of stopping, while the database is still there. */
  async onModuleDestroy(): Promise<void> {
    await this.stop();
  }

  /** Takes no more jobs, waits for the running ones, and after the grace time aborts them. */
  stop(): Promise<void> {
    return (this.stopping ??= this.drain());
  }

  private async drain(): Promise<void> {
    let closed = false;
    const closing = Promise.allSettled(this.workers.map((worker) => worker.close())).then(() => (closed = true));
    const finishedWithin = async (limitMs: number): Promise<boolean> => {
      const end = Date.now() + limitMs;
      let busyAt = Date.now();
      while (!closed && Date.now() < end && Date.now() - busyAt < IDLE_CLOSE_MS) {
        await Promise.race([closing, sleep(PAUSE_MS)]);
        if (this.runner.runningCount > 0) busyAt = Date.now();
      }
      return this.runner.runningCount === 0;
    };
    if (await finishedWithin(this.options.workers?.graceMs ?? DEFAULT_GRACE_MS)) return;
    this.options.log.warn({ running: this.runner.runningCount }, 'Jobs outlasted the grace time; aborting them');
    this.runner.abortAll();
    if (await finishedWithin(ABORT_MS)) return;
    this.options.log.error({ running: this.runner.runningCount }, 'Jobs ignored the abort and are abandoned');
  }

  private findHandlers(): FoundHandler[] {
    const found: FoundHandler[] = [];
    for (const { instance } of this.discovery.getProviders()) {
      if (instance === null || typeof instance !== 'object') continue;
      const provider = instance as Record<string, unknown>;
      const prototype = Object.getPrototypeOf(provider) as object | null;
      if (prototype === null) continue;
      for (const name of this.scanner.getAllMethodNames(prototype)) {
        const method = provider[name];
        const definition = typeof method === 'function' ? handledJob(method) : undefined;
        if (definition === undefined) continue;
        const handle = (method as JobHandler<unknown>).bind(provider);
        found.push({ definition, handle, where: `${provider.constructor.name}.${name}` });
      }
    }
    return found;
  }
}

interface FoundHandler extends BoundHandler {
  readonly where: string;
}

function matchHandlers(
  jobs: QueueModuleOptions['jobs'],
  found: readonly FoundHandler[],
): Map<string, Map<string, BoundHandler>> {
  const problems: string[] = [];
  const byQueue = new Map<string, Map<string, BoundHandler>>();
  const registered = new Set(jobs);
  for (const { definition, where } of found) {
    if (!registered.has(definition)) problems.push(`${where} handles the unregistered job ${definition.name}`);
  }
  for (const definition of registered) {
    const handlers = found.filter((one) => one.definition === definition);
    const onQueue = byQueue.get(definition.queue) ?? new Map<string, BoundHandler>();
    byQueue.set(definition.queue, onQueue);
    if (onQueue.has(definition.name)) problems.push(`queue ${definition.queue} has two jobs named ${definition.name}`);
    if (handlers.length > 1) {
      problems.push(`job ${definition.name} has several handlers: ${handlers.map((one) => one.where).join(', ')}`);
    }
    const handler = handlers[0];
    if (handler === undefined) problems.push(`job ${definition.name} has no handler`);
    else onQueue.set(definition.name, handler);
  }
  if (problems.length > 0) throw new Error(`Jobs and handlers do not match: ${problems.join('; ')}`);
  return byQueue;
}
