import type { UserRole } from '../callers/user-role.js';

/** A person who signs in, without secrets. */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: UserRole;
  /** Null: all, later ones too. */
  readonly profileIds: readonly string[] | null;
  readonly hasPassword: boolean;
  /** Whether single sign-on knows the user already. */
  readonly hasSingleSignOn: boolean;
  /** After many wrong passwords: networks that the user has not signed in from are refused until then. */
  readonly strangersWaitUntil: Date | null;
  readonly createdAt: Date;
  readonly lastSignedInAt: Date | null;
  readonly disabledAt: Date | null;
}

/** What an administrator says of a user. */
export interface UserSettings {
  readonly name: string;
  readonly role: UserRole;
  readonly profileIds: readonly string[] | null;
  readonly disabled: boolean;
}

/** What of the reach does not go with the role, for the field `profileIds`; null when all is well. */
export function reachTrouble(role: UserRole, profileIds: readonly string[] | null): string | null {
  if (role === 'admin' && profileIds !== null) return 'must be null: an administrator has all profiles';
  if (role === 'owner' && profileIds === null) return 'must name the profiles that the owner has; it may be empty';
  return null;
}

/** Which profiles a user has whose role changes and for whom nothing else is said. */
export function reachAfter(role: UserRole, before: readonly string[] | null): readonly string[] | null {
  if (role === 'admin') return null;
  return role === 'owner' ? (before ?? []) : before;
}
