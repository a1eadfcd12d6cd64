import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { Clock } from '../../../platform/clock/clock.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import { bootstrapName, hashOf, newToken, prefixOf, type ApiKey } from './api-key.js';
import { ApiKeysStore } from './api-keys.store.js';

/** The first API key, without which nobody could make the others. */
@Injectable()
export class BootstrapKey {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly store: ApiKeysStore,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /**
   * To be called at each start, after the migrations, by any number of processes.
   * @param adminKey POSTROOM_ADMIN_KEY; a key that it named before is revoked
   * @returns the token to print at the very first start without that setting, else null
   */
  async ensureBootstrapKey(adminKey: string | null): Promise<string | null> {
    return this.dataSource.transaction(async (manager) => {
      await this.store.lockForBootstrap(manager);
      if (adminKey !== null) {
        await this.adopt(manager, adminKey);
        return null;
      }
      if (!(await this.store.isEmpty(manager))) return null;
      const token = newToken();
      await this.insert(manager, token);
      return token;
    });
  }

  private async adopt(manager: EntityManager, token: string): Promise<void> {
    const hash = hashOf(token);
    await this.store.revokeOthersNamed(manager, bootstrapName, hash, this.clock.now());
    const known = await this.store.findByHash(manager, hash);
    if (!known) await this.insert(manager, token);
    // Not brought back to life: who revoked a leaked key must not find it working after a restart.
    else if (known.revokedAt !== null)
      this.log.warn({ apiKeyId: known.id }, 'POSTROOM_ADMIN_KEY names a revoked API key; set it to a new one');
  }

  private async insert(manager: EntityManager, token: string): Promise<void> {
    const key: ApiKey = {
      id: uuid(),
      name: bootstrapName,
      prefix: prefixOf(token),
      scopes: ['admin'],
      profileIds: null,
      createdAt: this.clock.now(),
      expiresAt: null,
      revokedAt: null,
      lastUsedAt: null,
    };
    await this.store.insert(manager, key, hashOf(token));
  }
}
