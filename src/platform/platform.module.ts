import { Module, type DynamicModule } from '@nestjs/common';
import type { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { Clock } from './clock/clock.js';
import type { Settings } from './config/settings.js';
import { failedStatementsOf } from './database/failed-statements.js';
import { StorageHealth } from './database/storage-health.js';
import { IdempotencyStore } from './http/idempotency.store.js';
import { IdempotentPosts } from './http/idempotent-posts.js';
import type { Log } from './log/log.js';
import { SecretBox } from './secrets/secret-box.js';
import { LOG, METRICS, SETTINGS } from './tokens.js';

/** What a process makes before Nest starts, because it must also outlive it or report its failures. */
export interface Platform {
  readonly settings: Settings;
  readonly dataSource: DataSource;
  readonly clock: Clock;
  readonly log: Log;
  readonly secretBox: SecretBox;
  readonly metrics: Registry;
}

/** The ground floor for every feature to inject: time, secrets, database, settings, log and metrics. */
@Module({})
export class PlatformModule {
  static forRoot(platform: Platform): DynamicModule {
    const storage = new StorageHealth(platform.clock);
    failedStatementsOf(platform.dataSource).listen((error) => storage.note(error));
    const provided = [
      { provide: SETTINGS, useValue: platform.settings },
      { provide: LOG, useValue: platform.log },
      { provide: METRICS, useValue: platform.metrics },
      { provide: DataSource, useValue: platform.dataSource },
      { provide: StorageHealth, useValue: storage },
      { provide: Clock, useValue: platform.clock },
      { provide: SecretBox, useValue: platform.secretBox },
    ];
    const own = [IdempotencyStore, IdempotentPosts];
    return {
      module: PlatformModule,
      global: true,
      providers: [...provided, ...own],
      exports: [...provided.map(({ provide }) => provide), ...own],
    };
  }
}
