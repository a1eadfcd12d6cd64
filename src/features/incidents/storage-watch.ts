import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Gauge, type Registry } from 'prom-client';
import { Recurring } from '../../platform/clock/recurring.js';
import { storageCauseOf, storageCauses } from '../../platform/database/storage-cause.js';
import { StorageHealth, type StorageTrouble } from '../../platform/database/storage-health.js';
import type { Log } from '../../platform/log/log.js';
import { LOG, METRICS } from '../../platform/tokens.js';
import { InstallationIncidents } from './installation-incidents.js';
import { StorageProofStore } from './storage-proof.store.js';

const everyMs = 15_000;
/** Every so many rounds, checks whether another process left an incident open. */
const looksBetween = 8;

/**
 * Reports that nothing can be stored: by an incident, a metric and the log. Nothing is written while all is well; after
 * a failed statement, a write is attempted until it succeeds.
 */
@Injectable()
export class StorageWatch implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: Recurring;
  private looks = 0;
  private told: StorageTrouble | null = null;

  constructor(
    private readonly health: StorageHealth,
    private readonly proof: StorageProofStore,
    private readonly incidents: InstallationIncidents,
    @Inject(METRICS) registry: Registry,
    @Inject(LOG) private readonly log: Log,
  ) {
    new Gauge({
      name: 'postroom_storage_trouble',
      help: '1 while this process cannot store anything, by cause: full, read-only, exhausted',
      labelNames: ['cause'],
      registers: [registry],
      collect() {
        for (const cause of storageCauses) this.set({ cause }, health.trouble?.cause === cause ? 1 : 0);
      },
    });
    this.loop = new Recurring({ name: 'storage watch', everyMs, run: () => this.look() }, log);
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /** @returns false: no immediate next round */
  async look(): Promise<false> {
    this.looks += 1;
    const { trouble } = this.health;
    try {
      if (trouble) await this.lookAt(trouble);
      else if (this.looks % looksBetween === 0 && (await this.incidents.isOpen()) && (await this.proof.succeeds()))
        await this.incidents.canStore();
    } catch (error) {
      // The incident may have no room itself; it is written when there is some.
      if (storageCauseOf(error) === null) throw error;
    }
    return false;
  }

  private async lookAt(trouble: StorageTrouble): Promise<void> {
    if (this.told !== trouble) {
      this.told = trouble;
      this.log.error({ cause: trouble.cause, since: trouble.since }, 'nothing can be stored');
    }
    const isWell = await this.proof.succeeds();
    // An outage that ended before it could be written is reported as well.
    await this.incidents.cannotStore(trouble);
    if (!isWell) return;
    await this.incidents.canStore();
    this.health.clear();
    this.log.info({ cause: trouble.cause, since: trouble.since }, 'data can be stored again');
  }
}
