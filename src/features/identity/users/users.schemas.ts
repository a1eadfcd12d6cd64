import { z } from 'zod';
import { pageQuery, pageSchema } from '../../../platform/http/page.js';
import { emailAddress, idParam, oneLine } from '../../../platform/http/validation.js';
import { userRoleSchema } from '../callers/user-role.js';
import { linkKinds } from '../sign-in/sign-in-links.store.js';
import type { User } from './user.js';

const maxProfiles = 1_000;
const time = z.iso.datetime();

const settings = {
  name: oneLine(200).trim().min(1),
  role: userRoleSchema,
  profileIds: z
    .array(idParam)
    .max(maxProfiles)
    .nullable()
    .describe('`admin`: null; `owner`: the profiles, may be none; `viewer`: the profiles, or null for all'),
};

export const newUser = z
  .strictObject({ email: emailAddress, ...settings, profileIds: settings.profileIds.optional() })
  .meta({ id: 'NewUser' });
export type NewUser = z.output<typeof newUser>;

export const userPatch = z
  .strictObject({
    name: settings.name.optional(),
    role: settings.role.optional(),
    profileIds: settings.profileIds.optional(),
    disabled: z.boolean().optional().describe('`true` ends all sessions, and lets the user in no more'),
  })
  .meta({ id: 'UserPatch' });
export type UserPatch = z.output<typeof userPatch>;

export const userQuery = z.strictObject({
  ...pageQuery.shape,
  profileId: idParam.optional().describe('Only who owns this profile, or is limited to it'),
});

export const userAnswer = z
  .object({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    role: userRoleSchema,
    profileIds: z.array(z.uuid()).nullable().describe('Null: all'),
    disabled: z.boolean(),
    hasPassword: z.boolean().describe('`false`: the invitation has not been used'),
    hasSingleSignOn: z.boolean().describe('Has come by single sign-on before'),
    newNetworksRefusedUntil: time
      .nullable()
      .describe(
        'Set after many wrong passwords: until then, sign-in by password is refused from networks that the user has not signed in from. Known networks, links and single sign-on still work',
      ),
    createdAt: time,
    lastSignedInAt: time.nullable(),
  })
  .meta({ id: 'User' });
export type UserAnswer = z.output<typeof userAnswer>;

export const userPage = pageSchema(userAnswer).meta({ id: 'UserPage' });

const madeLink = z.object({
  url: z.string().describe('For the user only: whoever opens it first sets the password'),
  expiresAt: time,
});

export const createdUser = z
  .object({
    user: userAnswer,
    link: madeLink.nullable().describe('The invitation, shown this once; null in a replayed answer'),
  })
  .meta({ id: 'CreatedUser' });
export type CreatedUser = z.output<typeof createdUser>;

export const signInLinkAnswer = z
  .object({
    kind: z.enum(linkKinds),
    url: z.string().nullable().describe('Shown this once; null in a replayed answer'),
    expiresAt: time,
  })
  .meta({ id: 'NewSignInLink' });
export type SignInLinkAnswer = z.output<typeof signInLinkAnswer>;

/** A user as the API shows it. */
export function showUser(user: User, now: Date): UserAnswer {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    role: user.role,
    profileIds: user.profileIds && [...user.profileIds],
    disabled: user.disabledAt !== null,
    hasPassword: user.hasPassword,
    hasSingleSignOn: user.hasSingleSignOn,
    newNetworksRefusedUntil:
      user.strangersWaitUntil && user.strangersWaitUntil > now ? user.strangersWaitUntil.toISOString() : null,
    createdAt: user.createdAt.toISOString(),
    lastSignedInAt: user.lastSignedInAt?.toISOString() ?? null,
  };
}
