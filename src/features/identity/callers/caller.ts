import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Identity } from '../../../platform/http/request-guard.js';
import type { Scope } from './scope.js';
import type { UserRole } from './user-role.js';

export const waysToSignIn = ['password', 'oidc', 'link'] as const;
export type WayToSignIn = (typeof waysToSignIn)[number];

/** What is known of a signed-in user beside what every caller has. */
export interface CallersSession {
  readonly id: string;
  readonly email: string;
  readonly role: UserRole;
  readonly signedInBy: WayToSignIn;
}

/** The API key or the signed-in user behind a request. */
export interface Caller extends Identity {
  readonly kind: 'api-key' | 'user';
  /** Of the key or the user, for people who ask later who did something. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /**
   * Profiles that the caller is limited to; null: all. In SQL pass it as one parameter:
   * `($n::uuid[] IS NULL OR profile_id = ANY($n))`.
   */
  readonly profileIds: readonly string[] | null;
  /** When the key or the session ends; null: never. */
  readonly expiresAt: Date | null;
  /** Null for an API key. */
  readonly session: CallersSession | null;
  sees(profileId: string): boolean;
}

export function callerOf(facts: Omit<Caller, 'sees'>): Caller {
  const { profileIds } = facts;
  return { ...facts, sees: (profileId) => profileIds === null || profileIds.includes(profileId.toLowerCase()) };
}

/** The profiles that a caller means who asks for one, or for all it sees; null: all there are. */
export function reachOf(caller: Caller, profileId: string | null): readonly string[] | null {
  if (profileId === null) return caller.profileIds;
  return caller.sees(profileId) ? [profileId] : [];
}

/** Parameter decorator: `@Caller() caller: Caller`. The route needs a `@RequireScope`. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!caller) throw new Error('there is no caller on a route without @RequireScope');
  return caller as Caller;
});
