import { z } from 'zod';
import { pageQuery, pageSchema } from '../../platform/http/page.js';
import { emailAddress, idParam, oneLine, plainText } from '../../platform/http/validation.js';
import { eventTypes } from '../feed/event.js';
import { disabledReasons, type EndpointView } from './webhook-endpoint.js';
import { countedUpTo } from './webhook-endpoints.store.js';

const maxProfiles = 1_000;
const maxOverlapSeconds = 7 * 24 * 60 * 60;
const time = z.iso.datetime();

/** https, or http for networks that the operator allows; no name and password, which would end up in logs. */
const url = z
  .string()
  .max(2_000)
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
    message: 'must be an address such as https://app.example.com/webhooks',
  })
  .refine((text) => !URL.canParse(text) || (new URL(text).username === '' && new URL(text).password === ''), {
    message: 'must hold no user name or password; the signature says who sends',
  })
  .refine((text) => !URL.canParse(text) || new URL(text).hash === '', { message: 'must have no part behind #' });

const fields = {
  url,
  description: plainText(1_000).nullable(),
  eventTypes: z
    .array(z.enum(eventTypes))
    .min(1)
    .max(eventTypes.length)
    .nullable()
    .describe('Null: all, later ones too'),
  profileIds: z
    .array(idParam)
    .min(1)
    .max(maxProfiles)
    .nullable()
    .describe('Profiles whose events it is told of; null: all, later ones too'),
  enabled: z.boolean(),
  owner: z
    .strictObject({ name: oneLine(200).trim().min(1), email: emailAddress })
    .nullable()
    .describe('Who is told by mail when the endpoint is switched off because it fails; null: nobody'),
};

export const newEndpoint = z
  .strictObject({
    ...fields,
    description: fields.description.default(null),
    eventTypes: fields.eventTypes.default(null),
    profileIds: fields.profileIds.default(null),
    enabled: fields.enabled.default(true),
    owner: fields.owner.default(null),
  })
  .meta({ id: 'NewWebhookEndpoint' });
export type NewEndpoint = z.output<typeof newEndpoint>;

export const endpointPatch = z
  .strictObject({
    url: fields.url.optional(),
    description: fields.description.optional(),
    eventTypes: fields.eventTypes.optional(),
    profileIds: fields.profileIds.optional(),
    enabled: fields.enabled.optional().describe('true also after it was switched off; it goes on where it stood'),
    owner: fields.owner.optional(),
  })
  .refine((patch) => Object.values(patch).some((value) => value !== undefined), { message: 'must change something' })
  .meta({ id: 'WebhookEndpointPatch' });
export type EndpointPatch = z.output<typeof endpointPatch>;

export const rotation = z
  .strictObject({
    overlapSeconds: z
      .int()
      .min(0)
      .max(maxOverlapSeconds)
      .default(24 * 60 * 60)
      .describe('How long each request carries two signatures, of the new secret and of the one before'),
  })
  .prefault({})
  .meta({ id: 'SecretRotation' });
export type Rotation = z.output<typeof rotation>;

export const endpointQuery = z.strictObject(pageQuery.shape);

const answerFields = {
  id: z.uuid(),
  url: z.string(),
  description: z.string().nullable(),
  eventTypes: z.array(z.enum(eventTypes)).nullable(),
  profileIds: z.array(z.uuid()).nullable(),
  enabled: z.boolean(),
  disabledReason: z
    .enum(disabledReasons)
    .nullable()
    .describe('manual: a person; gone: it answered 410; failing: five days without a success'),
  disabledAt: time.nullable(),
  owner: z.object({ name: z.string(), email: z.string() }).nullable(),
  holdUntil: time.nullable().describe('It asked for quiet until then by Retry-After'),
  failingSince: time.nullable().describe('Since when nothing has succeeded'),
  lastSuccessAt: time.nullable(),
  lastError: z.string().nullable(),
  lastErrorAt: time.nullable(),
  counts: z.object({
    delivered: z.number().int().describe('Ever'),
    pending: z.number().int().describe(`On their way, counted up to ${countedUpTo}`),
    failed: z.number().int().describe(`Given up after ten attempts, counted up to ${countedUpTo}`),
  }),
  previousSecretUntil: time.nullable().describe('Until then requests are also signed with the secret before'),
  createdAt: time,
  updatedAt: time,
};
const secret = z
  .string()
  .nullable()
  .describe('The signing secret, shown this once; null in a replayed answer, because it is not kept');

export const endpointAnswer = z.object(answerFields).meta({ id: 'WebhookEndpoint' });
export type EndpointAnswer = z.output<typeof endpointAnswer>;
export const endpointPage = pageSchema(endpointAnswer).meta({ id: 'WebhookEndpointPage' });
export const endpointWithSecret = z.object({ ...answerFields, secret }).meta({ id: 'WebhookEndpointWithSecret' });
export type EndpointWithSecret = z.output<typeof endpointWithSecret>;

export const testAnswer = z
  .object({
    delivered: z.boolean(),
    status: z.int().nullable().describe('Null: there was no answer'),
    error: z.string().nullable(),
    ms: z.int(),
  })
  .meta({ id: 'WebhookTest' });
export type TestAnswer = z.output<typeof testAnswer>;

const iso = (date: Date | null) => date?.toISOString() ?? null;

export function showEndpoint(view: EndpointView, now: Date): EndpointAnswer {
  const inFuture = (date: Date | null) => (date && date > now ? date.toISOString() : null);
  return {
    id: view.id,
    url: view.url,
    description: view.description,
    eventTypes: view.eventTypes && [...view.eventTypes],
    profileIds: view.profileIds && [...view.profileIds],
    enabled: view.enabled,
    disabledReason: view.disabledReason,
    disabledAt: iso(view.disabledAt),
    owner: view.owner && { ...view.owner },
    holdUntil: inFuture(view.holdUntil),
    failingSince: iso(view.failingSince),
    lastSuccessAt: iso(view.lastSuccessAt),
    lastError: view.lastError,
    lastErrorAt: iso(view.lastErrorAt),
    counts: { delivered: view.delivered, pending: view.pending, failed: view.failed },
    previousSecretUntil: inFuture(view.previousSecretUntil),
    createdAt: view.createdAt.toISOString(),
    updatedAt: view.updatedAt.toISOString(),
  };
}
