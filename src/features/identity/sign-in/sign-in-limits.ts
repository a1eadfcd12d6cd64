import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../../platform/clock/clock.js';
import { defineProblem, Problem } from '../../../platform/http/problem.js';
import { clientNetwork } from './client-network.js';
import { SignInAttemptsStore } from './sign-in-attempts.store.js';

export const tooManySignIns = defineProblem({
  code: 'too-many-sign-ins',
  status: 429,
  title: 'Too many sign-in attempts',
  retryable: true,
  remediation:
    'Wait for the time in Retry-After, or sign in from a network that you have signed in from before. An administrator can create a sign-in link.',
});

const windowMs = 15 * 60_000;
/** Per client network, for all users: a whole office may share one. Successful sign-ins do not count. */
export const triesOfNetwork = 100;

/** Counts sign-in attempts per client network, over all processes. */
@Injectable()
export class SignInLimits {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly store: SignInAttemptsStore,
  ) {}

  /**
   * Counts one try, before it is looked into.
   * @returns takes the try back, when it turns out well
   * @throws Problem too-many-sign-ins
   */
  async count(address: string): Promise<() => Promise<void>> {
    const keys = [hashOfCounted('address', clientNetwork(address))];
    const now = this.clock.now();
    const rows = await this.store.count(this.dataSource, keys, now, this.clock.in(windowMs));
    const over = rows.filter(({ attempts }) => attempts > triesOfNetwork);
    if (over.length > 0) {
      const until = Math.max(...over.map(({ windowEndsAt }) => windowEndsAt.getTime()));
      const retryAfterSeconds = Math.max(1, Math.ceil((until - now.getTime()) / 1_000));
      throw new Problem(tooManySignIns, undefined, { retryAfterSeconds });
    }
    return () => this.store.takeBack(this.dataSource, keys);
  }
}

/** Stored as a hash, so that the table does not reveal e-mail addresses or client addresses. */
export const hashOfCounted = (kind: string, value: string): Buffer =>
  createHash('sha256').update(`${kind}\n${value}`).digest();
