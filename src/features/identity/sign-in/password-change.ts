import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { defineProblem, Problem, problems } from '../../../platform/http/problem.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import type { Caller } from '../callers/caller.js';
import { SessionCallers } from '../callers/session-callers.js';
import { SessionsStore } from '../callers/sessions.store.js';
import { GuessLimits } from './guess-limits.js';
import { KnownNetworks } from './known-networks.js';
import { PasswordHasher } from './password-hasher.js';
import { passwordTrouble } from './password-rules.js';
import { SignInLinksStore } from './sign-in-links.store.js';
import { SignInsStore } from './sign-ins.store.js';
import { UsersStore } from '../users/users.store.js';

export const needsUser = defineProblem({
  code: 'needs-user',
  status: 403,
  title: 'Only somebody who is signed in can do this',
  retryable: false,
  remediation: 'Sign in; an API key has no password.',
});

/** Changing one's own password. */
@Injectable()
export class PasswordChange {
  constructor(
    private readonly dataSource: DataSource,
    private readonly users: UsersStore,
    private readonly store: SignInsStore,
    private readonly sessions: SessionsStore,
    private readonly links: SignInLinksStore,
    private readonly callers: SessionCallers,
    private readonly hasher: PasswordHasher,
    private readonly guesses: GuessLimits,
    private readonly networks: KnownNetworks,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /**
   * Ends all other sessions of the user, and links that set a password; the networks known so far are forgotten.
   * @param from the client's address
   * @throws Problem needs-user, invalid-request, too-many-sign-ins
   */
  async change(caller: Caller, currentPassword: string, newPassword: string, from: string): Promise<void> {
    const { id, session } = caller;
    if (!session) throw new Problem(needsUser);
    const trouble = passwordTrouble(newPassword, { email: session.email, name: caller.name });
    if (trouble !== null) throw invalid('newPassword', trouble);
    // Whoever finds a browser open must not guess the password in it.
    const takeBack = await this.guesses.countTry(session.email, from);
    const known = await this.users.credentialsById(this.dataSource, id);
    if (known?.passwordHash == null)
      throw invalid('currentPassword', 'there is none yet: ask an administrator for a link to set one');
    if (!(await this.hasher.matches(known.passwordHash, currentPassword))) throw notPresent();
    const hash = await this.hasher.hash(newPassword);
    await this.dataSource.transaction(async (manager) => {
      // Another may have been set since, by a link for somebody whose password was stolen.
      if (!(await this.store.setPassword(manager, id, hash, known.passwordHash))) throw notPresent();
      await this.networks.startOver(manager, id, from);
      await this.sessions.endAllOf(manager, id, session.id);
      await this.links.removeAllOf(manager, id);
    });
    this.callers.forgetUser(id);
    await takeBack();
    this.log.info({ userId: id }, 'a user changed the password');
  }
}

const notPresent = () => invalid('currentPassword', 'is not the present password');

function invalid(field: string, message: string): Problem {
  return new Problem(problems.invalidRequest, `${field}: ${message}`, { errors: [{ field, message }] });
}
