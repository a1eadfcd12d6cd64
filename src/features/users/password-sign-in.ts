import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { Clock } from '../../platform/clock/clock.js';
import { defineProblem, Problem } from '../../platform/http/problem.js';
import type { Log } from '../../platform/log/log.js';
import { LOG } from '../../platform/tokens.js';
import { lockMs } from './lock-out.js';
import { PasswordHasher } from './password-hasher.js';
import { Sessions, type BegunSession } from './sessions.js';
import { SignInLimits, tooManySignIns } from './sign-in-limits.js';
import { SignInMetrics } from './sign-in-metrics.js';
import { SignInsStore } from './sign-ins.store.js';
import { UsersStore, type Credentials } from './users.store.js';

export const wrongCredentials = defineProblem({
  code: 'wrong-credentials',
  status: 401,
  title: 'The e-mail address or the password is wrong',
  retryable: false,
  remediation:
    'Check both. After many wrong passwords a user is locked for a while and even the right one is refused: wait, or ask an administrator for a link to set a new password.',
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
    private readonly limits: SignInLimits,
    private readonly sessions: Sessions,
    private readonly metrics: SignInMetrics,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /**
   * One answer, after about the same time, for an unknown address, a wrong password, a user without one
   * and a disabled or locked user: with the right password, too, or the lock would not stop guessing.
   * @param from the client's address
   * @throws Problem wrong-credentials, too-many-sign-ins
   */
  async signIn(email: string, password: string, from: string): Promise<BegunSession> {
    const takeBack = await this.limits.count(from, email).catch((error: unknown) => {
      if (error instanceof Problem && error.kind === tooManySignIns) {
        this.metrics.tried('password', 'limited');
        this.log.warn({ from }, 'signing in was refused: too many tries');
      }
      throw error;
    });
    const found = await this.users.credentialsOf(this.dataSource, email);
    const matches = await this.hasher.matches(found?.passwordHash ?? null, password);
    const begun = found && matches ? await this.begin(found, password) : null;
    if (begun) {
      await takeBack();
      this.metrics.tried('password', 'signed-in');
      this.log.info({ userId: begun.caller.id, by: 'password', from }, 'a user signed in');
      return begun;
    }
    // An address that nobody has may be a password in the wrong field: it is not logged.
    const locked = found !== null && found.lockedUntil !== null && found.lockedUntil > this.clock.now();
    // For nobody, too: it takes its time.
    if (!matches) await this.noteWrong(found ?? { id: uuid() });
    this.metrics.tried('password', locked ? 'locked' : 'refused');
    this.log.warn({ userId: found?.id ?? null, by: 'password', locked, from }, 'signing in was refused');
    throw new Problem(wrongCredentials);
  }

  /** Counts a wrong password, and locks the user when there were too many. */
  async noteWrong({ id }: Pick<Credentials, 'id'>): Promise<void> {
    const now = this.clock.now();
    const until = await this.dataSource.transaction(async (manager) => {
      const wrong = await this.store.fail(manager, id, now);
      const ms = wrong === null ? null : lockMs(wrong);
      if (ms === null) return null;
      const end = this.clock.in(ms);
      await this.store.lockUntil(manager, id, end);
      return end;
    });
    if (until) this.log.warn({ userId: id, until }, 'a user is locked after too many wrong passwords');
  }

  private async begin(found: Credentials, password: string): Promise<BegunSession | null> {
    const hash = found.passwordHash;
    if (hash === null) return null;
    const newHash = this.hasher.isOutdated(hash) ? await this.hasher.hash(password) : null;
    return this.dataSource.transaction(async (manager) => {
      const now = this.clock.now();
      if (!(await this.store.succeed(manager, found.id, { hash, newHash, now }))) return null;
      const user = await this.users.find(manager, found.id);
      return user && this.sessions.begin(manager, user, 'password');
    });
  }
}
