import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../../platform/clock/clock.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import { callerOf, type Caller } from './caller.js';
import { FreshCache } from './fresh-cache.js';
import { scopeOfRole } from './user-role.js';
import { hashOfSecret, isSecret } from './session-token.js';
import { SessionsStore } from './sessions.store.js';

const usedResolutionMs = 60_000;

interface KnownSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly caller: Caller;
  readonly expiresAt: Date;
  usedAt: number;
}

/** Finds the signed-in user of a session's cookie. */
@Injectable()
export class SessionCallers {
  private readonly cache = new FreshCache<KnownSession>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly store: SessionsStore,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** @returns null when there is no such session, it has ended, or its user is disabled */
  async authenticate(token: string): Promise<Caller | null> {
    if (!isSecret(token)) return null;
    const now = this.clock.now();
    const hash = hashOfSecret(token);
    const known = await this.cache.get(hash, now, () => this.read(hash, now));
    if (!known || known.expiresAt <= now) return null;
    await this.noteUse(known, now);
    return known.caller;
  }

  /** To be called after a user's sessions or rights changed, so that it holds in this process at once. */
  forgetUser(userId: string): void {
    this.cache.forget((known) => known.userId === userId);
  }

  private async read(hash: Buffer, now: Date): Promise<KnownSession | null> {
    const found = await this.store.findLive(this.dataSource, hash, now);
    if (!found) return null;
    const { id, userId, email, role, signedInBy, expiresAt } = found;
    const caller = callerOf({
      kind: 'user',
      id: userId,
      name: found.name,
      scopes: [scopeOfRole[role]],
      profileIds: found.profileIds,
      expiresAt,
      session: { id, email, role, signedInBy },
    });
    return { sessionId: id, userId, caller, expiresAt, usedAt: found.lastUsedAt.getTime() };
  }

  private async noteUse(known: KnownSession, now: Date): Promise<void> {
    if (now.getTime() - known.usedAt < usedResolutionMs) return;
    known.usedAt = now.getTime();
    try {
      await this.store.noteUse(this.dataSource, known.sessionId, now, usedResolutionMs);
    } catch (error) {
      // The call itself may well succeed; the next one notes it.
      this.log.warn({ err: error, userId: known.userId }, 'the use of a session could not be noted');
    }
  }
}
