import { z } from 'zod';
import { pageQuery, pageSchema } from '../../platform/http/page.js';
import { emailAddress, oneLine, plainText } from '../../platform/http/validation.js';
import { mailSettingsAnswer, mailSettingsOf, mailSettingsPatch, newMailSettings } from './mail-settings.js';
import { addressSetters } from './server-address-rules.js';
import type { PacedProfile } from './profiles.store.js';

const name = oneLine(200).trim().min(1);

const ewsUrl = oneLine(2_000)
  .refine(isEwsUrl, {
    message: 'must be an http or https address without user name, password and fragment',
  })
  .describe('For example https://mail.example.com/EWS/Exchange.asmx');

function isEwsUrl(text: string): boolean {
  if (/\s|#/.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  return ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '';
}

// HTTP's Basic scheme separates name and password by the first colon, and knows no control characters.
const username = oneLine(256)
  .min(1)
  .regex(/^[^:]*$/, { message: 'must not contain a colon' });
const password = oneLine(1_024).min(1);

const processEmailsFrom = z.iso
  .datetime({ offset: true, message: 'must be a time such as 2026-01-31T08:00:00Z' })
  .refine((text) => /^(?:19[7-9]\d|2[01]\d\d)-/.test(text), { message: 'must be between 1970 and 2199' });

const fields = {
  name,
  ownerName: name.describe('Whom notifications address'),
  ownerEmail: emailAddress.describe('Where notifications go'),
  serverType: z.literal('exchange'),
  ewsUrl,
  access: z
    .enum(['impersonation', 'delegation'])
    .describe('`delegation` sends no impersonation header and names the mailbox in the folder id'),
  connectingSidType: z
    .enum(['SmtpAddress', 'PrimarySmtpAddress', 'PrincipalName', 'SID'])
    .describe('How the impersonation header names the owner of a mailbox'),
  processEmailsFrom: processEmailsFrom.describe('Mail received earlier is left alone; for mailboxes added from now on'),
  minPollingIntervalSeconds: z.int().min(1).max(86_400),
  maxConcurrentConnections: z.int().min(1).max(300),
  maxSendsPerMinute: z.int().min(1).max(1_000).describe('Messages of each mailbox; those above it wait'),
  notifyOwner: z.boolean(),
  escalationContact: z
    .strictObject({ name, email: emailAddress })
    .nullable()
    .describe('Who is told as well when nobody acknowledges an incident in time; null: nobody'),
  escalateAfterMinutes: z
    .int()
    .min(1)
    .max(43_200)
    .describe('So long after an incident began the escalation contact is told'),
  contentRetentionDays: z
    .int()
    .min(1)
    .max(36_500)
    .nullable()
    .describe(
      'Bodies, originals and attachments received longer ago are removed here, never on the server; the messages stay. Null: they are kept',
    ),
};

const auth = { type: z.literal('basic'), username, password: password.describe('Never shown again') };

/** The fields by which a server is reached, for whoever takes them without a profile. */
export const connectionFields = {
  ewsUrl,
  username,
  password,
  access: fields.access,
  connectingSidType: fields.connectingSidType,
};

export const newProfile = z
  .strictObject({
    ...fields,
    serverType: fields.serverType.default('exchange'),
    auth: z.strictObject(auth),
    access: fields.access.default('impersonation'),
    connectingSidType: fields.connectingSidType.default('SmtpAddress'),
    processEmailsFrom: fields.processEmailsFrom
      .optional()
      .describe('Mail received earlier is left alone; default: now'),
    minPollingIntervalSeconds: fields.minPollingIntervalSeconds.default(60),
    maxConcurrentConnections: fields.maxConcurrentConnections.default(10),
    maxSendsPerMinute: fields.maxSendsPerMinute.default(30),
    notifyOwner: fields.notifyOwner.default(true),
    escalationContact: fields.escalationContact.default(null),
    escalateAfterMinutes: fields.escalateAfterMinutes.default(240),
    ...newMailSettings,
    contentRetentionDays: fields.contentRetentionDays.default(null),
  })
  .meta({ id: 'NewEmailServerProfile' });
export type NewProfile = z.output<typeof newProfile>;

export const profilePatch = z
  .strictObject({
    ...z.strictObject(fields).partial().shape,
    ...mailSettingsPatch,
    auth: z.strictObject(auth).partial().optional(),
    version: z.int().min(1).optional().describe('Change only this version of the profile; like the header If-Match'),
  })
  .meta({ id: 'EmailServerProfilePatch' });
export type ProfilePatch = z.output<typeof profilePatch>;

export const profileQuery = z.strictObject({
  ...pageQuery.shape,
  name: plainText(200).min(1).optional().describe('Part of the name, in any case'),
});

const time = z.iso.datetime();

export const profileAnswer = z
  .object({
    id: z.uuid(),
    name: z.string(),
    ownerName: z.string(),
    ownerEmail: z.string(),
    serverType: z.literal('exchange'),
    ewsUrl: z.string(),
    addressSetBy: z
      .enum(addressSetters)
      .describe('Who set `ewsUrl`. owner: a caller limited to profiles, who by default may not set a private address'),
    auth: z.object({ type: z.literal('basic'), username: z.string(), passwordSet: z.literal(true) }),
    access: z.enum(['impersonation', 'delegation']),
    connectingSidType: z.enum(['SmtpAddress', 'PrimarySmtpAddress', 'PrincipalName', 'SID']),
    processEmailsFrom: time,
    minPollingIntervalSeconds: z.int(),
    maxConcurrentConnections: z.int(),
    maxSendsPerMinute: z.int(),
    notifyOwner: z.boolean(),
    escalationContact: z.object({ name: z.string(), email: z.string() }).nullable(),
    escalateAfterMinutes: z.int(),
    ...mailSettingsAnswer,
    contentRetentionDays: z.int().nullable(),
    pacing: z
      .object({
        concurrency: z.int().describe('Runs at once that the server is trusted with at the moment'),
        holdUntil: time.nullable().describe('No call before then: the server asked for quiet, or all calls failed'),
        suspendedCause: z.string().nullable().describe('Why only one mailbox at a time is tried'),
      })
      .describe('How hard the profile presses its server; finds its own level'),
    version: z.int(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'EmailServerProfile' });
export type ProfileAnswer = z.output<typeof profileAnswer>;

export const profilePage = pageSchema(profileAnswer).meta({ id: 'EmailServerProfilePage' });

/** A profile as the API shows it: without its password, in any form. */
export function showProfile({ profile, pacing }: PacedProfile): ProfileAnswer {
  return {
    id: profile.id,
    name: profile.name,
    ownerName: profile.ownerName,
    ownerEmail: profile.ownerEmail,
    serverType: profile.serverType,
    ewsUrl: profile.ewsUrl,
    addressSetBy: profile.addressSetBy,
    auth: { type: profile.auth.type, username: profile.auth.username, passwordSet: true },
    access: profile.access,
    connectingSidType: profile.connectingSidType,
    processEmailsFrom: profile.processEmailsFrom.toISOString(),
    minPollingIntervalSeconds: profile.minPollingIntervalSeconds,
    maxConcurrentConnections: profile.maxConcurrentConnections,
    maxSendsPerMinute: profile.maxSendsPerMinute,
    notifyOwner: profile.notifyOwner,
    escalationContact: profile.escalationContact,
    escalateAfterMinutes: profile.escalateAfterMinutes,
    ...mailSettingsOf(profile),
    contentRetentionDays: profile.contentRetentionDays,
    pacing: {
      concurrency: pacing.concurrency,
      holdUntil: pacing.holdUntil?.toISOString() ?? null,
      suspendedCause: pacing.suspendedCause,
    },
    version: profile.version,
    createdAt: profile.createdAt.toISOString(),
    updatedAt: profile.updatedAt.toISOString(),
  };
}
