import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { Clock } from '../../../platform/clock/clock.js';
import { defineProblem, Problem, problems } from '../../../platform/http/problem.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import { ApiKeysStore } from '../api-keys/api-keys.store.js';
import type { Caller } from '../callers/caller.js';
import { SessionCallers } from '../callers/session-callers.js';
import { SessionsStore } from '../callers/sessions.store.js';
import { KnownNetworks } from '../sign-in/known-networks.js';
import { MembershipsStore } from './memberships.store.js';
import { SignInLinks, type MadeLink } from '../sign-in/sign-in-links.js';
import { SignInLinksStore } from '../sign-in/sign-in-links.store.js';
import { reachAfter, reachTrouble, type User, type UserSettings } from './user.js';
import type { NewUser, UserPatch } from './users.schemas.js';
import { UsersStore } from './users.store.js';

export const lastAdmin = defineProblem({
  code: 'last-admin',
  status: 409,
  title: 'This is the last administrator who can sign in',
  retryable: false,
  remediation: 'Make somebody else an administrator first, who has signed in, and then try again.',
});

export const userExists = defineProblem({
  code: 'user-exists',
  status: 409,
  title: 'There is a user with this e-mail address',
  retryable: false,
  remediation: 'Look for the user in the list, and change it.',
});

export const userDisabled = defineProblem({
  code: 'user-disabled',
  status: 409,
  title: 'The user is disabled',
  retryable: false,
  remediation: 'Enable the user first: PATCH with "disabled": false.',
});

/** What administrators do with users. */
@Injectable()
export class Users {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly store: UsersStore,
    private readonly memberships: MembershipsStore,
    private readonly networks: KnownNetworks,
    private readonly sessions: SessionsStore,
    private readonly linksStore: SignInLinksStore,
    private readonly links: SignInLinks,
    private readonly keys: ApiKeysStore,
    private readonly callers: SessionCallers,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Makes a user who has to use the link to set a password. @throws Problem invalid-request, user-exists */
  async create(manager: EntityManager, caller: Caller, wanted: NewUser): Promise<{ user: User; link: MadeLink }> {
    const { email, name, role } = wanted;
    // Seeing everything is nothing to get by leaving something out.
    if (role === 'viewer' && wanted.profileIds === undefined) throw invalid('is needed: the profiles, or null for all');
    const profileIds = wanted.profileIds === undefined ? reachAfter(role, null) : unique(wanted.profileIds);
    await this.check(manager, role, profileIds);
    const id = uuid();
    const createdAt = this.clock.now();
    if (!(await this.store.insert(manager, { id, email, name, role, profileIds, createdAt })))
      throw new Problem(userExists);
    await this.memberships.replace(manager, id, profileIds ?? []);
    const link = await this.links.make(manager, 'invitation', id);
    const user = await this.store.find(manager, id);
    if (!user) throw new Problem(problems.conflict);
    this.log.info({ userId: id, role, by: caller.id }, 'a user was made');
    return { user, link };
  }

  /** @throws Problem not-found, invalid-request, last-admin */
  async change(caller: Caller, id: string, patch: UserPatch): Promise<User> {
    const changed = await this.dataSource.transaction(async (manager) => {
      const admins = await this.store.lockAdmins(manager);
      const before = await this.store.lock(manager, id);
      if (!before) throw new Problem(problems.notFound);
      const settings = settingsAfter(before, patch);
      await this.check(manager, settings.role, settings.profileIds);
      if (settings.role !== 'admin' || settings.disabled) refuseLast(admins, id);
      await this.store.update(manager, id, settings, this.clock.now());
      await this.memberships.replace(manager, id, settings.profileIds ?? []);
      if (settings.disabled) await this.letInNoMore(manager, id);
      return this.store.find(manager, id);
    });
    if (!changed) throw new Problem(problems.notFound);
    this.callers.forgetUser(id);
    this.log.info(
      { userId: id, role: changed.role, disabled: changed.disabledAt !== null, by: caller.id },
      'a user was changed',
    );
    return changed;
  }

  /** @throws Problem not-found, last-admin */
  async remove(caller: Caller, id: string): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const admins = await this.store.lockAdmins(manager);
      if (!(await this.store.lock(manager, id))) throw new Problem(problems.notFound);
      refuseLast(admins, id);
      await this.letInNoMore(manager, id);
      await this.memberships.replace(manager, id, []);
      await this.networks.forget(manager, id);
      await this.store.remove(manager, id, this.clock.now());
    });
    this.callers.forgetUser(id);
    this.log.info({ userId: id, by: caller.id }, 'a user was deleted');
  }

  /** A link to set a first password, or a new one. @throws Problem not-found, user-disabled */
  async makeLink(manager: EntityManager, caller: Caller, id: string): Promise<MadeLink> {
    const user = await this.store.lock(manager, id);
    if (!user) throw new Problem(problems.notFound);
    if (user.disabledAt) throw new Problem(userDisabled);
    this.log.info({ userId: id, by: caller.id }, 'a sign-in link was made for a user');
    return this.links.make(manager, user.hasPassword ? 'password-reset' : 'invitation', id);
  }

  /** Ends all sessions; `forget` is to follow the commit. @throws Problem not-found */
  async signOut(manager: EntityManager, caller: Caller, id: string): Promise<void> {
    if (!(await this.store.find(manager, id))) throw new Problem(problems.notFound);
    await this.sessions.endAllOf(manager, id);
    this.log.info({ userId: id, by: caller.id }, 'a user was signed out everywhere');
  }

  /** Makes what was committed about a user hold in this process at once. */
  forget(id: string): void {
    this.callers.forgetUser(id);
  }

  private async letInNoMore(manager: EntityManager, id: string): Promise<void> {
    await this.sessions.endAllOf(manager, id);
    await this.linksStore.removeAllOf(manager, id);
  }

  private async check(manager: EntityManager, role: User['role'], profileIds: readonly string[] | null): Promise<void> {
    const trouble = reachTrouble(role, profileIds);
    if (trouble !== null) throw invalid(trouble);
    const unknown = profileIds ? await this.keys.unknownProfiles(manager, profileIds) : [];
    if (unknown.length > 0) throw invalid(`there is no profile ${unknown[0]}`);
  }
}

function settingsAfter(before: User, patch: UserPatch): UserSettings {
  const role = patch.role ?? before.role;
  return {
    name: patch.name ?? before.name,
    role,
    profileIds: patch.profileIds === undefined ? reachAfter(role, before.profileIds) : unique(patch.profileIds),
    disabled: patch.disabled ?? before.disabledAt !== null,
  };
}

function refuseLast(admins: readonly string[], id: string): void {
  if (admins.length === 1 && admins[0] === id) throw new Problem(lastAdmin);
}

const unique = (ids: readonly string[] | null) => ids && [...new Set(ids)];

function invalid(message: string): Problem {
  return new Problem(problems.invalidRequest, `profileIds: ${message}`, { errors: [{ field: 'profileIds', message }] });
}
