import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import { defineProblem, Problem } from '../../platform/http/problem.js';
import { clientNetwork } from './client-network.js';
import { SignInAttemptsStore } from './sign-in-attempts.store.js';

export const tooManySignIns = defineProblem({
  code: 'too-many-sign-ins',
  status: 429,
  title: 'There were too many tries at signing in',
  retryable: true,
  remediation: 'Wait for the time in Retry-After. An administrator can make a link to sign in by.',
});

const windowMs = 15 * 60_000;
/** Of one client address: a whole office may stand behind one. Those that succeed do not count. */
export const triesOfAddress = 100;
/** For one e-mail address, whether anybody has it or not; above the number that locks a user. */
export const triesOfEmail = 20;

/** A counter of tries; it is kept by its hash, so that the table tells nobody's address. */
interface Counted {
  readonly key: Buffer;
  readonly limit: number;
}

/** Counts tries at signing in over all processes. */
@Injectable()
export class SignInLimits {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly store: SignInAttemptsStore,
  ) {}

  /**
   * Counts one try, before it is looked into.
   * @param email null: one without, such as a link
   * @returns takes the try back, when it turns out well
   * @throws Problem too-many-sign-ins
   */
  async count(address: string, email: string | null): Promise<() => Promise<void>> {
    const counted: Counted[] = [{ key: keyOf('address', clientNetwork(address)), limit: triesOfAddress }];
    if (email !== null) counted.push({ key: keyOf('email', email.toLowerCase()), limit: triesOfEmail });
    const keys = counted.map(({ key }) => key);
    const now = this.clock.now();
    const rows = await this.store.count(this.dataSource, keys, now, this.clock.in(windowMs));
    const over = rows.filter(({ key, attempts }) => counted.some((one) => one.key.equals(key) && attempts > one.limit));
    if (over.length > 0) {
      const until = Math.max(...over.map(({ windowEndsAt }) => windowEndsAt.getTime()));
      const retryAfterSeconds = Math.max(1, Math.ceil((until - now.getTime()) / 1_000));
      throw new Problem(tooManySignIns, undefined, { retryAfterSeconds });
    }
    return () => this.store.takeBack(this.dataSource, keys);
  }
}

const keyOf = (kind: string, value: string) => createHash('sha256').update(`${kind}\n${value}`).digest();
