import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, FactoryProvider, ModuleMetadata, OnApplicationShutdown, Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { createQueueBackend } from './create-queue-backend.js';
import { JobQueue } from './job-queue.js';
import { JobWorkers } from './job-workers.js';
import type { QueueBackend } from './queue-backend.js';
import { QUEUE_BACKEND, QUEUE_OPTIONS } from './queue-options.js';
import type { QueueModuleOptions } from './queue-options.js';

export interface QueueModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...injected: never[]) => QueueModuleOptions | Promise<QueueModuleOptions>;
}

/** The application's queues, everywhere in it: `JobQueue` adds jobs; with `workers` the process runs them. */
@Module({})
export class QueueModule implements OnApplicationShutdown {
  constructor(@Inject(QUEUE_BACKEND) private readonly backend: QueueBackend) {}

  static forRoot(options: QueueModuleOptions): DynamicModule {
    return assemble({ provide: QUEUE_OPTIONS, useValue: options }, []);
  }

  /** As `forRoot`, with options that other providers help to make. */
  static forRootAsync({ imports, inject, useFactory }: QueueModuleAsyncOptions): DynamicModule {
    const factory = useFactory as (...injected: unknown[]) => QueueModuleOptions | Promise<QueueModuleOptions>;
    return assemble({ provide: QUEUE_OPTIONS, useFactory: factory, inject: inject ?? [] }, imports ?? []);
  }

  /** Nest's last step of stopping: what was draining until now may still have added jobs. */
  async onApplicationShutdown(): Promise<void> {
    await this.backend.close();
  }
}

function assemble(options: Provider, imports: NonNullable<ModuleMetadata['imports']>): DynamicModule {
  return {
    module: QueueModule,
    global: true,
    imports: [DiscoveryModule, ...imports],
    providers: [
      options,
      {
        provide: QUEUE_BACKEND,
        useFactory: (given: QueueModuleOptions) => createQueueBackend(given),
        inject: [QUEUE_OPTIONS],
      },
      { provide: JobQueue, useFactory: (backend: QueueBackend) => new JobQueue(backend), inject: [QUEUE_BACKEND] },
      JobWorkers,
    ],
    exports: [JobQueue, JobWorkers, QUEUE_BACKEND],
  };
}
