import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { Clock } from '../../../platform/clock/clock.js';
import { publicUrlOf } from '../../../platform/config/public-url.js';
import type { Settings } from '../../../platform/config/settings.js';
import { defineProblem, Problem, problems } from '../../../platform/http/problem.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG, SETTINGS } from '../../../platform/tokens.js';
import { SessionCallers } from '../callers/session-callers.js';
import { hashOfSecret, isSecret, newSecret } from '../callers/session-token.js';
import { SessionsStore } from '../callers/sessions.store.js';
import { GuessLimits } from './guess-limits.js';
import { KnownNetworks } from './known-networks.js';
import { MembershipsStore } from '../users/memberships.store.js';
import { PasswordHasher } from './password-hasher.js';
import { passwordTrouble } from './password-rules.js';
import { Sessions, type BegunSession } from './sessions.js';
import { SignInLimits } from './sign-in-limits.js';
import { SignInLinksStore, type LinkKind, type LiveLink } from './sign-in-links.store.js';
import { SignInMetrics } from './sign-in-metrics.js';
import { SignInsStore } from './sign-ins.store.js';
import { UsersStore } from '../users/users.store.js';

export const linkNotValid = defineProblem({
  code: 'sign-in-link-not-valid',
  status: 410,
  title: 'The link was used, replaced by a newer one, or has expired',
  retryable: false,
  remediation:
    'Ask an administrator for a new link. Who has none: run npx postroom admin-link where Postroom is installed.',
});

const hourMs = 60 * 60_000;
const lifeMs: Readonly<Record<LinkKind, number>> = {
  'first-admin': 24 * hourMs,
  invitation: 7 * 24 * hourMs,
  'password-reset': 24 * hourMs,
};

export interface MadeLink {
  readonly kind: LinkKind;
  /** What stands behind the `#` of the address, and nowhere else. */
  readonly token: string;
  readonly expiresAt: Date;
}

export interface Redemption {
  readonly token: string;
  readonly password: string;
  /** For the first administrator only. */
  readonly email: string | null;
  readonly name: string | null;
}

/** The address of a link. What stands behind # is never sent to a server, and so in no log. */
export const linkUrl = (publicUrl: string, token: string): string => `${publicUrl}/welcome#${token}`;

/** Links that let a person in once, to set a password. */
@Injectable()
export class SignInLinks {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly store: SignInLinksStore,
    private readonly users: UsersStore,
    private readonly signIns: SignInsStore,
    private readonly memberships: MembershipsStore,
    private readonly sessionsStore: SessionsStore,
    private readonly sessions: Sessions,
    private readonly callers: SessionCallers,
    private readonly hasher: PasswordHasher,
    private readonly limits: SignInLimits,
    private readonly guesses: GuessLimits,
    private readonly networks: KnownNetworks,
    private readonly metrics: SignInMetrics,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** A link for the user, in place of an earlier one of that kind; for `first-admin` without a user. */
  async make(manager: EntityManager, kind: LinkKind, userId: string | null): Promise<MadeLink> {
    const token = newSecret();
    const expiresAt = this.clock.in(lifeMs[kind]);
    await this.store.insert(
      manager,
      { id: uuid(), kind, userId, now: this.clock.now(), expiresAt },
      hashOfSecret(token),
    );
    return { kind, token, expiresAt };
  }

  urlOf({ token }: MadeLink): string {
    return linkUrl(publicUrlOf(this.settings), token);
  }

  /** @throws Problem sign-in-link-not-valid, too-many-sign-ins */
  async inspect(token: string, from: string): Promise<LiveLink> {
    const takeBack = await this.limits.count(from);
    const link = await this.find(token);
    await takeBack();
    return link;
  }

  /**
   * Sets the password, signs the user in and ends every other session and link of the user.
   * A password that is not taken leaves the link as it is.
   * @param from the client's address
   * @throws Problem sign-in-link-not-valid, invalid-request, too-many-sign-ins
   */
  async redeem(redemption: Redemption, from: string): Promise<BegunSession> {
    const takeBack = await this.limits.count(from);
    const link = await this.find(redemption.token);
    const { email, name } = link.userId === null ? personOf(redemption) : personOf(link);
    const trouble = passwordTrouble(redemption.password, { email, name });
    if (trouble !== null) throw invalid('password', trouble);
    const hash = await this.hasher.hash(redemption.password);
    const begun = await this.dataSource.transaction(async (manager) => {
      // The user before the link, as everything does that changes a user.
      if (link.userId === null) await this.store.lockFirstAdmin(manager);
      else await this.users.lock(manager, link.userId);
      const taken = await this.store.take(manager, hashOfSecret(redemption.token), this.clock.now());
      if (!taken) throw new Problem(linkNotValid);
      const userId = taken.userId ?? (await this.administrator(manager, email, name));
      if (!(await this.signIns.setPassword(manager, userId, hash, null))) throw new Problem(linkNotValid);
      await this.signIns.noteSignIn(manager, userId, this.clock.now());
      await this.networks.startOver(manager, userId, from);
      await this.sessionsStore.endAllOf(manager, userId);
      await this.store.removeAllOf(manager, userId);
      const user = await this.users.find(manager, userId);
      if (!user) throw new Problem(linkNotValid);
      await this.guesses.startOver(manager, user.email, from);
      if (link.userId === null) await this.store.removeFirstAdmin(manager, null);
      return this.sessions.begin(manager, user, 'link');
    });
    this.callers.forgetUser(begun.caller.id);
    if (link.userId !== null) await this.afterSignIn(begun);
    await takeBack();
    this.metrics.tried('link', 'signed-in');
    this.log.info({ userId: begun.caller.id, by: 'link', kind: link.kind, from }, 'a user signed in');
    return begun;
  }

  /**
   * Ends the links for a first administrator when there is somebody who can let the others in. After the
   * transaction: one that uses such a link holds it, and may wait for this very user.
   */
  async afterSignIn({ caller }: BegunSession): Promise<void> {
    if (caller.session?.role === 'admin') await this.store.removeFirstAdmin(this.dataSource, null);
  }

  private async find(token: string): Promise<LiveLink> {
    const link = isSecret(token) ? await this.store.find(this.dataSource, hashOfSecret(token), this.clock.now()) : null;
    if (link) return link;
    this.metrics.tried('link', 'refused');
    throw new Problem(linkNotValid);
  }

  /** Makes the administrator, or gives a user back what an administrator may. */
  private async administrator(manager: EntityManager, email: string, name: string): Promise<string> {
    const known = await this.signIns.restoreAdmin(manager, email);
    if (known !== null) {
      await this.memberships.replace(manager, known, []);
      return known;
    }
    const id = uuid();
    const user = { id, email, name, role: 'admin', profileIds: null, createdAt: this.clock.now() } as const;
    // Somebody else took the address in between: the link is as it was, and the next try finds that user.
    if (!(await this.users.insert(manager, user))) throw new Problem(problems.conflict);
    return id;
  }
}

function personOf({ email, name }: { readonly email: string | null; readonly name: string | null }) {
  const errors = [
    ...(email === null ? [{ field: 'email', message: 'is needed for the first administrator' }] : []),
    ...(name === null ? [{ field: 'name', message: 'is needed for the first administrator' }] : []),
  ];
  if (email === null || name === null) throw new Problem(problems.invalidRequest, undefined, { errors });
  return { email, name };
}

function invalid(field: string, message: string): Problem {
  return new Problem(problems.invalidRequest, `${field}: ${message}`, { errors: [{ field, message }] });
}
