import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import type { Sql } from '../../../platform/database/data-source.js';
import { clientNetwork } from './client-network.js';
import { KnownNetworksStore } from './known-networks.store.js';
import { hashOfCounted } from './sign-in-limits.js';

/** The most recently used. Each is one more network from which an attacker can guess. */
export const maxKnownNetworks = 10;
const knownForMs = 90 * 24 * 60 * 60_000;

/** Networks that users have signed in from; attacks from other networks do not delay sign-in there. */
@Injectable()
export class KnownNetworks {
  constructor(
    private readonly clock: Clock,
    private readonly store: KnownNetworksStore,
  ) {}

  /** @param from the client's address of a successful sign-in */
  async note(sql: Sql, userId: string, from: string): Promise<void> {
    const now = this.clock.now();
    await this.store.note(sql, { userId, network: hashOf(from), now, limit: maxKnownNetworks });
  }

  async knows(sql: Sql, email: string, from: string): Promise<boolean> {
    return this.store.knows(sql, email, hashOf(from), new Date(this.clock.now().getTime() - knownForMs));
  }

  /**
   * For a new password: an attacker with the old one may have signed in from the networks known so far.
   * @param from the client's address, from which it was set
   */
  async startOver(sql: Sql, userId: string, from: string): Promise<void> {
    await this.forget(sql, userId);
    await this.note(sql, userId, from);
  }

  async forget(sql: Sql, userId: string): Promise<void> {
    await this.store.removeAllOf(sql, userId);
  }
}

const hashOf = (from: string) => hashOfCounted('known', clientNetwork(from));
