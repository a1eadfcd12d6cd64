import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../../../platform/clock/clock.js';
import type { Sql } from '../../../platform/database/data-source.js';
import { Problem } from '../../../platform/http/problem.js';
import { clientNetwork } from './client-network.js';
import { GuessDelaysStore, type Guess, type LockedDelay } from './guess-delays.store.js';
import {
  afterTryOfNetwork,
  afterTryOfStranger,
  waitMs,
  withoutTryOfNetwork,
  withoutTryOfStranger,
} from './guess-delays.js';
import { KnownNetworks } from './known-networks.js';
import { SignInLimits, tooManySignIns } from './sign-in-limits.js';

/** A row that one attempt was counted in, before and after it. */
interface Counted {
  readonly before: LockedDelay;
  readonly after: LockedDelay;
}

/**
 * Slows down password guessing for a user: per network, and for all networks together that the user has not signed in
 * from. All processes share the counts, and addresses without a user are counted in the same way.
 */
@Injectable()
export class GuessLimits {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly store: GuessDelaysStore,
    private readonly networks: KnownNetworks,
    private readonly limits: SignInLimits,
  ) {}

  /**
   * Counts an attempt against every limit before the password is checked; otherwise parallel attempts would get past
   * them.
   * @param from the client's address
   * @returns takes the attempt back when the password was right
   * @throws Problem too-many-sign-ins; that attempt is not counted
   */
  async countTry(email: string, from: string): Promise<() => Promise<void>> {
    const takeBackOfNetwork = await this.limits.count(from);
    try {
      const counted = await this.dataSource.transaction((manager) => this.countIn(manager, email, from));
      return async () => {
        await takeBackOfNetwork();
        await this.dataSource.transaction((manager) => this.takeBack(manager, guessOf(email, from), counted));
      };
    } catch (error) {
      // A client that keeps asking for one user must not use up what everybody in its network has.
      if (error instanceof Problem) await takeBackOfNetwork();
      throw error;
    }
  }

  /** Removes all delays of the user, who has a new password that nobody has guessed at. */
  async startOver(sql: Sql, email: string, from: string): Promise<void> {
    await this.store.remove(sql, guessOf(email, from));
  }

  private async countIn(manager: EntityManager, email: string, from: string): Promise<readonly Counted[]> {
    const now = this.clock.now();
    const isKnown = await this.networks.knows(manager, email, from);
    const delays = await this.store.lock(manager, guessOf(email, from), isKnown, now);
    const wait = Math.max(...delays.map((delay) => waitMs(delay, now.getTime())));
    if (wait > 0)
      throw new Problem(tooManySignIns, undefined, { retryAfterSeconds: Math.max(1, Math.ceil(wait / 1_000)) });
    const counted = delays.map((before) => {
      const count = before.ofStrangers ? afterTryOfStranger : afterTryOfNetwork;
      return { before, after: { ...before, ...count(before, now.getTime()) } };
    });
    await this.store.write(
      manager,
      counted.map(({ after }) => after),
    );
    return counted;
  }

  private async takeBack(manager: EntityManager, guess: Guess, counted: readonly Counted[]): Promise<void> {
    const present = await this.store.lockPresent(manager, guess);
    const restored = counted.flatMap(({ before, after }) => {
      const delay = present.find(({ key }) => key.equals(after.key));
      // Expired and deleted in the meantime.
      if (!delay || delay.tries === 0) return [];
      const without = before.ofStrangers ? withoutTryOfStranger(delay) : withoutTryOfNetwork(delay, before, after);
      return [{ ...delay, ...without }];
    });
    await this.store.write(manager, restored);
  }
}

const guessOf = (email: string, from: string): Guess => ({ email, network: clientNetwork(from) });
