import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { defineProblem, Problem, problems } from '../../../platform/http/problem.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import type { Caller } from '../callers/caller.js';
import { SessionCallers } from '../callers/session-callers.js';
import { MembershipsStore } from './memberships.store.js';
import { UsersStore } from './users.store.js';

export const seesAllProfiles = defineProblem({
  code: 'sees-all-profiles',
  status: 409,
  title: 'The user sees all profiles and is a member of none',
  retryable: false,
  remediation: 'Give the user the role owner, or limit the viewer to profiles, first.',
});

/** Giving profiles to users and taking them. */
@Injectable()
export class Members {
  constructor(
    private readonly dataSource: DataSource,
    private readonly store: MembershipsStore,
    private readonly users: UsersStore,
    private readonly callers: SessionCallers,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** @throws Problem not-found, sees-all-profiles */
  async add(caller: Caller, profileId: string, userId: string): Promise<void> {
    await this.withUser(userId, async (manager) => {
      if (!(await this.store.add(manager, userId, profileId))) throw new Problem(problems.notFound);
    });
    this.log.info({ userId, profileId, by: caller.id }, 'a user became a member of a profile');
  }

  /** @throws Problem not-found, sees-all-profiles */
  async remove(caller: Caller, profileId: string, userId: string): Promise<void> {
    await this.withUser(userId, async (manager) => {
      if (!(await this.store.profileExists(manager, profileId))) throw new Problem(problems.notFound);
      await this.store.remove(manager, userId, profileId);
    });
    this.log.info({ userId, profileId, by: caller.id }, 'a user is no member of a profile any more');
  }

  /** Under the lock of the user, whose role may be about to change. */
  private async withUser(userId: string, change: (manager: EntityManager) => Promise<void>): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const user = await this.users.lock(manager, userId);
      if (!user) throw new Problem(problems.notFound);
      if (user.profileIds === null) throw new Problem(seesAllProfiles);
      await change(manager);
    });
    this.callers.forgetUser(userId);
  }
}
