import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { Clock } from '../../../platform/clock/clock.js';
import { defineProblem, Problem, problems } from '../../../platform/http/problem.js';
import { hashOf, newToken, prefixOf, type ApiKey } from './api-key.js';
import { ApiKeysStore } from './api-keys.store.js';
import type { NewApiKey } from './api-keys.schemas.js';
import { Authenticator } from '../callers/authenticator.js';
import type { Caller } from '../callers/caller.js';

export const lastAdminKey = defineProblem({
  code: 'last-admin-key',
  status: 409,
  title: 'This is the last API key that can administer everything',
  retryable: false,
  remediation: 'Create another API key with the scope admin and without a limit to profiles, then revoke this one.',
});

export const beyondOwnReach = defineProblem({
  code: 'beyond-own-reach',
  status: 403,
  title: 'The caller is limited to profiles and cannot reach beyond them',
  retryable: false,
  remediation: 'Name only profiles that the caller sees, or use an API key or a user without a limit.',
});

/** Making and revoking API keys. */
@Injectable()
export class ApiKeys {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly store: ApiKeysStore,
    private readonly authenticator: Authenticator,
  ) {}

  /** @returns the key and its token, which is known here for the last time */
  async create(manager: EntityManager, caller: Caller, wanted: NewApiKey): Promise<{ key: ApiKey; token: string }> {
    const now = this.clock.now();
    const expiresAt = wanted.expiresAt === null ? null : new Date(wanted.expiresAt);
    if (expiresAt && expiresAt <= now) throw invalid('expiresAt', 'must be in the future');
    const profileIds = wanted.profileIds && [...new Set(wanted.profileIds)];
    if (caller.profileIds !== null && !profileIds?.every((id) => caller.sees(id))) throw new Problem(beyondOwnReach);
    const unknown = profileIds ? await this.store.unknownProfiles(manager, profileIds) : [];
    if (unknown.length > 0) throw invalid('profileIds', `there is no profile ${unknown[0]}`);
    const token = newToken();
    const key = {
      id: uuid(),
      name: wanted.name,
      prefix: prefixOf(token),
      scopes: [...new Set(wanted.scopes)],
      profileIds,
      createdAt: now,
      expiresAt,
      revokedAt: null,
      lastUsedAt: null,
    };
    await this.store.insert(manager, key, hashOf(token));
    return { key, token };
  }

  /** Revoking twice is no error. @throws Problem not-found, last-admin-key */
  async revoke(caller: Caller, id: string): Promise<void> {
    const now = this.clock.now();
    await this.dataSource.transaction(async (manager) => {
      const admins = await this.store.lockUnlimitedAdmins(manager, now);
      if (!(await this.store.find(manager, id, caller.profileIds))) throw new Problem(problems.notFound);
      if (admins.length === 1 && admins[0] === id) throw new Problem(lastAdminKey);
      await this.store.revoke(manager, id, now);
    });
    this.authenticator.forget(id);
  }
}

function invalid(field: string, message: string): Problem {
  return new Problem(problems.invalidRequest, `${field}: ${message}`, { errors: [{ field, message }] });
}
