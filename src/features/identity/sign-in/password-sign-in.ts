import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../../platform/clock/clock.js';
import { defineProblem, Problem } from '../../../platform/http/problem.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import { GuessLimits } from './guess-limits.js';
import { KnownNetworks } from './known-networks.js';
import { PasswordHasher } from './password-hasher.js';
import { Sessions, type BegunSession } from './sessions.js';
import { tooManySignIns } from './sign-in-limits.js';
import { SignInMetrics } from './sign-in-metrics.js';
import { SignInsStore } from './sign-ins.store.js';
import { UsersStore, type Credentials } from '../users/users.store.js';

export const wrongCredentials = defineProblem({
  code: 'wrong-credentials',
  status: 401,
  title: 'The e-mail address or the password is wrong',
  retryable: false,
  remediation: 'Check both, or ask an administrator for a link to set a new password.',
});

/** Signing in by e-mail address and password. */
@Injectable()
export class PasswordSignIn {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly users: UsersStore,
    private readonly store: SignInsStore,
    private readonly hasher: PasswordHasher,
    private readonly guesses: GuessLimits,
    private readonly networks: KnownNetworks,
    private readonly sessions: Sessions,
    private readonly metrics: SignInMetrics,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /**
   * One answer, after about the same time, for an unknown address, a wrong password, a user without one and a
   * disabled user.
   * @param from the client's address
   * @throws Problem wrong-credentials, too-many-sign-ins
   */
  async signIn(email: string, password: string, from: string): Promise<BegunSession> {
    const takeBack = await this.count(email, from);
    const found = await this.users.credentialsOf(this.dataSource, email);
    const matches = await this.hasher.matches(found?.passwordHash ?? null, password);
    const begun = found && matches ? await this.begin(found, password, from) : null;
    if (begun) {
      await takeBack();
      this.metrics.tried('password', 'signed-in');
      this.log.info({ userId: begun.caller.id, by: 'password', from }, 'a user signed in');
      return begun;
    }
    // An address that nobody has may be a password in the wrong field: it is not logged.
    this.metrics.tried('password', 'refused');
    this.log.warn({ userId: found?.id ?? null, by: 'password', from }, 'sign-in refused');
    throw new Problem(wrongCredentials);
  }

  /** @returns takes the attempt back @throws Problem too-many-sign-ins */
  private async count(email: string, from: string): Promise<() => Promise<void>> {
    try {
      return await this.guesses.countTry(email, from);
    } catch (error) {
      if (error instanceof Problem && error.kind === tooManySignIns) {
        this.metrics.tried('password', 'limited');
        this.log.warn({ from }, 'sign-in refused: too many attempts');
      }
      throw error;
    }
  }

  private async begin(found: Credentials, password: string, from: string): Promise<BegunSession | null> {
    const hash = found.passwordHash;
    if (hash === null) return null;
    const newHash = this.hasher.isOutdated(hash) ? await this.hasher.hash(password) : null;
    return this.dataSource.transaction(async (manager) => {
      const now = this.clock.now();
      if (!(await this.store.succeed(manager, found.id, { hash, newHash, now }))) return null;
      await this.networks.note(manager, found.id, from);
      const user = await this.users.find(manager, found.id);
      return user && this.sessions.begin(manager, user, 'password');
    });
  }
}
