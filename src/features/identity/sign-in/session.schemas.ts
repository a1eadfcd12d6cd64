import { z } from 'zod';
import { emailAddress } from '../../../platform/http/validation.js';
import { waysToSignIn, type Caller } from '../callers/caller.js';
import { scopeSchema } from '../callers/scope.js';
import { userRoleSchema } from '../callers/user-role.js';
import { maxPasswordLength, minPasswordLength } from './password-rules.js';

/** Whatever somebody types when asked for a password; no rules, or they would tell which passwords there are. */
export const givenPassword = z.string().min(1).max(1_000);

/** Its rules are looked at where the user is known; this only keeps nonsense out. */
export const chosenPassword = z
  .string()
  .max(1_000)
  .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), { message: 'must not contain control characters' })
  .describe(`${minPasswordLength} to ${maxPasswordLength} characters, not the e-mail address or the name`);

export const newSession = z.strictObject({ email: emailAddress, password: givenPassword }).meta({ id: 'NewSession' });

export const passwordChange = z
  .strictObject({ currentPassword: givenPassword, newPassword: chosenPassword })
  .meta({ id: 'PasswordChange' });

export const sessionAnswer = z
  .object({
    kind: z.enum(['user', 'api-key']),
    id: z.uuid().describe('Of the user or the API key'),
    name: z.string(),
    email: z.string().nullable(),
    role: userRoleSchema.nullable(),
    scopes: z.array(scopeSchema),
    profileIds: z.array(z.uuid()).nullable().describe('What the caller is limited to; null: all'),
    signedInBy: z.enum(waysToSignIn).nullable(),
    expiresAt: z.iso.datetime().nullable().describe('Moves on while a session is used; null: never'),
  })
  .meta({ id: 'Session' });
export type SessionAnswer = z.output<typeof sessionAnswer>;

/** Who calls, as the API shows it. */
export function showSession(caller: Caller): SessionAnswer {
  return {
    kind: caller.kind,
    id: caller.id,
    name: caller.name,
    email: caller.session?.email ?? null,
    role: caller.session?.role ?? null,
    scopes: [...caller.scopes],
    profileIds: caller.profileIds && [...caller.profileIds],
    signedInBy: caller.session?.signedInBy ?? null,
    expiresAt: caller.expiresAt?.toISOString() ?? null,
  };
}

export const signInOptions = z
  .object({
    password: z.boolean(),
    oidc: z.object({ label: z.string() }).nullable().describe('Single sign-on; null: not set up'),
  })
  .meta({ id: 'SignInOptions' });
export type SignInOptions = z.output<typeof signInOptions>;
