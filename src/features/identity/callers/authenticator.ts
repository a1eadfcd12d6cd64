import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../../platform/clock/clock.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import { hashOf, isUsable, type ApiKey } from '../api-keys/api-key.js';
import { ApiKeysStore } from '../api-keys/api-keys.store.js';
import { callerOf, type Caller } from './caller.js';
import { FreshCache } from './fresh-cache.js';

const usedResolutionMs = 60_000;

interface KnownKey {
  readonly key: ApiKey;
  readonly caller: Caller;
  usedAt: number;
}

/** Finds the caller of an API key. */
@Injectable()
export class Authenticator {
  private readonly cache = new FreshCache<KnownKey>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly store: ApiKeysStore,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** @returns null when there is no such key, or it is revoked or expired */
  async authenticate(token: string | null): Promise<Caller | null> {
    if (token === null) return null;
    const now = this.clock.now();
    const hash = hashOf(token);
    const known = await this.cache.get(hash, now, () => this.read(hash));
    if (!known || !isUsable(known.key, now)) return null;
    await this.noteUse(known, now);
    return known.caller;
  }

  /** To be called after a revocation, so that it holds in this process at once. */
  forget(apiKeyId: string): void {
    this.cache.forget(({ key }) => key.id === apiKeyId);
  }

  private async read(hash: Buffer): Promise<KnownKey | null> {
    const key = await this.store.findByHash(this.dataSource, hash);
    if (!key) return null;
    const { id, name, scopes, profileIds, expiresAt } = key;
    const caller = callerOf({ kind: 'api-key', id, name, scopes, profileIds, expiresAt, session: null });
    return { key, caller, usedAt: key.lastUsedAt?.getTime() ?? -Infinity };
  }

  private async noteUse(known: KnownKey, now: Date): Promise<void> {
    if (now.getTime() - known.usedAt < usedResolutionMs) return;
    known.usedAt = now.getTime();
    try {
      await this.store.noteUse(this.dataSource, known.key.id, now);
    } catch (error) {
      // The call itself may well succeed; when a key was last used is not worth failing it.
      this.log.warn({ err: error, apiKeyId: known.key.id }, 'the use of an API key could not be noted');
    }
  }
}
