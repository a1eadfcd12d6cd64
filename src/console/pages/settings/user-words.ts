import type { Schema } from '../../api/schemas.js';
import type { Standing } from './endpoint-words.js';

type User = Schema<'User'>;
export type Role = User['role'];

/** Each role with what it allows. */
export const roleWords: Record<Role, { readonly label: string; readonly may: string }> = {
  admin: {
    label: 'Administrator',
    may: 'Sees and changes everything: all profiles, users, API keys, webhooks and settings.',
  },
  owner: {
    label: 'Owner',
    may: 'Sees and changes the profiles named below, with their mailboxes, messages and incidents. Makes no new profiles and approves no mailboxes.',
  },
  viewer: { label: 'Viewer', may: 'Sees the profiles named below, or all of them, and changes nothing.' },
};

export const roles = Object.keys(roleWords) as Role[];

/** Whether the user can sign in; null: yes, and nothing is to be said about it. */
export function standingOfUser({
  disabled,
  newNetworksRefusedUntil,
  hasPassword,
  hasSingleSignOn,
}: Pick<User, 'disabled' | 'newNetworksRefusedUntil' | 'hasPassword' | 'hasSingleSignOn'>): Standing | null {
  if (disabled) return { label: 'disabled', color: 'gray', means: 'Cannot sign in until someone enables the user.' };
  if (newNetworksRefusedUntil !== null)
    return {
      label: 'under attack',
      color: 'orange',
      means: 'Many wrong passwords. The user can sign in from known networks, by single sign-on or with a new link.',
    };
  if (!hasPassword && !hasSingleSignOn)
    return { label: 'invited', color: 'blue', means: 'Has not used the invitation yet.' };
  return null;
}

/** What the API takes for a role: administrators are limited to nothing, owners to what is named. */
export function reachFor(role: Role, profileIds: readonly string[] | null): string[] | null {
  if (role === 'admin') return null;
  return role === 'owner' ? [...(profileIds ?? [])] : profileIds && [...profileIds];
}
