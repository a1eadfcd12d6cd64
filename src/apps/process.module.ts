import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import type { Registry } from 'prom-client';
import { NotificationHealth } from '../features/notifications/notification-health.js';
import { ScheduleMetrics } from '../features/scheduling/schedule-metrics.js';
import { HealthConnection } from '../platform/database/health-connection.js';
import { StorageHealth } from '../platform/database/storage-health.js';
import { PlatformModule, type Platform } from '../platform/platform.module.js';
import type { QueueBackendOptions } from '../platform/queue/create-queue-backend.js';
import type { QueueBackend } from '../platform/queue/queue-backend.js';
import { queueMetrics } from '../platform/queue/queue-metrics.js';
import { QUEUE_BACKEND } from '../platform/queue/queue-options.js';
import { QueueModule } from '../platform/queue/queue.module.js';
import { METRICS } from '../platform/tokens.js';
import { AboutController } from './about.controller.js';
import { AboutStore } from './about.store.js';
import { features, jobs } from './features.js';
import { OperationsController } from './operations.controller.js';
import { checkMs, Operations } from './operations.js';
import { WorkerModule } from './worker.module.js';

/** How long a stopping worker lets runs finish, in ms: most take less than a second. */
const graceMs = 8_000;

export interface ProcessOptions {
  readonly platform: Platform;
  readonly databaseUrl: string;
  /** What `npm run build` made of the console; left out: this process serves none. */
  readonly consoleFolder?: string;
  /** Keeps the queues of several installations on one Redis apart. */
  readonly queuePrefix?: string;
}

/** Where the queues of an installation are. */
export const queueServerOf = ({ platform, databaseUrl, queuePrefix }: ProcessOptions): QueueBackendOptions => ({
  databaseUrl,
  log: platform.log,
  ...(platform.settings.redisUrl ? { redisUrl: platform.settings.redisUrl } : {}),
  ...(queuePrefix ? { prefix: queuePrefix } : {}),
});

/** One process: all features, and what its roles say it runs. */
@Module({})
export class ProcessModule {
  static forRoot(options: ProcessOptions): DynamicModule {
    const { platform } = options;
    const works = platform.settings.roles.includes('worker');
    const queue = QueueModule.forRoot({
      ...queueServerOf(options),
      jobs,
      onJobFinished: queueMetrics(platform.metrics),
      workers: { concurrency: platform.settings.workerConcurrency, graceMs },
    });
    const operations: Provider = {
      provide: Operations,
      inject: [METRICS, StorageHealth, NotificationHealth, ...(works ? [QUEUE_BACKEND] : [])],
      useFactory: (
        metrics: Registry,
        storage: StorageHealth,
        notifications: NotificationHealth,
        backend?: QueueBackend,
      ) =>
        new Operations(
          new HealthConnection(options.databaseUrl, checkMs),
          metrics,
          storage,
          backend ? () => backend.healthy() : null,
          () => notifications.trouble(),
        ),
    };
    return {
      module: ProcessModule,
      // Only workers touch the queue (the board of the API looks at it): the API writes rows, and a dispatcher finds them due.
      imports: [PlatformModule.forRoot(platform), ...features, ...(works ? [queue, WorkerModule] : [])],
      controllers: [OperationsController, AboutController],
      providers: [operations, ScheduleMetrics, AboutStore],
    };
  }
}
