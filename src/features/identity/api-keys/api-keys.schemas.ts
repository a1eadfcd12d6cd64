import { z } from 'zod';
import { pageQuery, pageSchema } from '../../../platform/http/page.js';
import { idParam, oneLine } from '../../../platform/http/validation.js';
import { bootstrapName, type ApiKey } from './api-key.js';
import { scopeSchema } from '../callers/scope.js';

const maxProfiles = 1_000;

const scopeList = z.array(scopeSchema).min(1).max(3);
const time = z.iso.datetime();

export const newApiKey = z
  .strictObject({
    name: oneLine(200)
      .trim()
      .min(1)
      // Keys of that name are revoked when POSTROOM_ADMIN_KEY changes.
      .refine((name) => name !== bootstrapName, { message: 'is the name of the key that start-up makes' })
      .describe('What the key is for'),
    scopes: scopeList.describe('`write` implies `read`, `admin` implies both'),
    profileIds: z
      .array(idParam)
      .min(1)
      .max(maxProfiles)
      .nullable()
      .default(null)
      .describe('Profiles that the key is limited to; null: all, later ones too'),
    expiresAt: z.iso.datetime({ offset: true }).nullable().default(null).describe('Null: never'),
  })
  .meta({ id: 'NewApiKey' });
export type NewApiKey = z.output<typeof newApiKey>;

export const apiKeyQuery = z.strictObject(pageQuery.shape);

const fields = {
  id: z.uuid(),
  name: z.string(),
  prefix: z.string().describe('How the key begins'),
  scopes: scopeList,
  profileIds: z.array(z.uuid()).nullable(),
  createdAt: time,
  expiresAt: time.nullable(),
  revokedAt: time.nullable(),
  lastUsedAt: time.nullable().describe('To the minute'),
};

export const apiKeyAnswer = z.object(fields).meta({ id: 'ApiKey' });
export type ApiKeyAnswer = z.output<typeof apiKeyAnswer>;

export const createdApiKey = z
  .object({
    ...fields,
    token: z
      .string()
      .nullable()
      .describe('The key itself, shown this once; null in a replayed answer, because it is not kept'),
  })
  .meta({ id: 'CreatedApiKey' });
export type CreatedApiKey = z.output<typeof createdApiKey>;

export const apiKeyPage = pageSchema(apiKeyAnswer).meta({ id: 'ApiKeyPage' });

/** A key as the API shows it. */
export function showApiKey(key: ApiKey): ApiKeyAnswer {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: [...key.scopes],
    profileIds: key.profileIds && [...key.profileIds],
    createdAt: key.createdAt.toISOString(),
    expiresAt: key.expiresAt?.toISOString() ?? null,
    revokedAt: key.revokedAt?.toISOString() ?? null,
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
  };
}
