import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import type { Log } from '../../platform/log/log.js';
import { LOG } from '../../platform/tokens.js';
import { hashOf, isUsable, type ApiKey } from './api-key.js';
import { ApiKeysStore } from './api-keys.store.js';
import { callerOf, type Caller } from './caller.js';

/** A key revoked by another process works no longer than this. */
const cacheMs = 3_000;
const cachedKeys = 1_000;
const usedResolutionMs = 60_000;

interface Cached {
  readonly key: ApiKey;
  readonly caller: Caller;
  readonly readAt: number;
  usedAt: number;
}

/** Finds the caller of a token, with a short memory so that a busy client costs no query a call. */
@Injectable()
export class Authenticator {
  private readonly cache = new Map<string, Cached>();
  /** Counts revocations: what was read before one and arrives after it is not remembered. */
  private revocations = 0;

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
    const cached = this.fresh(hash.toString('base64'), now) ?? (await this.read(hash, now));
    if (!cached || !isUsable(cached.key, now)) return null;
    await this.noteUse(cached, now);
    return cached.caller;
  }

  /** To be called after a revocation, so that it holds in this process at once. */
  forget(apiKeyId: string): void {
    this.revocations += 1;
    for (const [hash, { key }] of this.cache) if (key.id === apiKeyId) this.cache.delete(hash);
  }

  private fresh(hash: string, now: Date): Cached | null {
    const cached = this.cache.get(hash);
    // A clock set back must not lengthen a key's life.
    return cached && Math.abs(now.getTime() - cached.readAt) < cacheMs ? cached : null;
  }

  /** Only keys that exist are remembered, or guesses would fill the memory. */
  private async read(hash: Buffer, now: Date): Promise<Cached | null> {
    const name = hash.toString('base64');
    const { revocations } = this;
    const key = await this.store.findByHash(this.dataSource, hash);
    this.cache.delete(name);
    if (!key) return null;
    const caller = callerOf({ apiKeyId: key.id, name: key.name, scopes: key.scopes, profileIds: key.profileIds });
    const cached = { key, caller, readAt: now.getTime(), usedAt: key.lastUsedAt?.getTime() ?? -Infinity };
    if (this.revocations !== revocations) return cached;
    this.cache.set(name, cached);
    const oldest = this.cache.keys().next();
    if (this.cache.size > cachedKeys && !oldest.done) this.cache.delete(oldest.value);
    return cached;
  }

  private async noteUse(cached: Cached, now: Date): Promise<void> {
    if (now.getTime() - cached.usedAt < usedResolutionMs) return;
    cached.usedAt = now.getTime();
    try {
      await this.store.noteUse(this.dataSource, cached.key.id, now);
    } catch (error) {
      // The call itself may well succeed; when a key was last used is not worth failing it.
      this.log.warn({ err: error, apiKeyId: cached.key.id }, 'the use of an API key could not be noted');
    }
  }
}
