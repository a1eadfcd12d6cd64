import { z } from 'zod';
import { oneLine } from '../../platform/http/validation.js';

/** What a profile wants of the mail itself: how it is put into threads, and what of it is not stored. */
export interface MailSettings {
  readonly trackingToken: { readonly enabled: boolean; readonly prefix: string; readonly digits: number };
  readonly smartMatching: { readonly enabled: boolean; readonly windowDays: number };
  /** In lower case, without a dot in front. */
  readonly blockedAttachmentExtensions: readonly string[];
  readonly maxAttachmentBytes: number | null;
  readonly maxMessageBytes: number | null;
}

/** Nothing is blocked until somebody asks for it: mail that an upgrade silently cuts is mail lost. */
export const defaultMailSettings: MailSettings = {
  trackingToken: { enabled: false, prefix: 'PR:', digits: 8 },
  smartMatching: { enabled: false, windowDays: 14 },
  blockedAttachmentExtensions: [],
  maxAttachmentBytes: null,
  maxMessageBytes: null,
};

const tokenParts = {
  enabled: z.boolean(),
  prefix: z
    .string()
    .regex(/^[\x21-\x7e]{1,20}$/, 'must be 1 to 20 printable ASCII characters without spaces')
    .refine((text) => !/\d$/.test(text), { message: 'must not end with a digit' })
    .describe('What a token begins with'),
  digits: z.int().min(4).max(12).describe('How many digits follow: ten times as many tokens with each'),
};
const smartParts = {
  enabled: z.boolean(),
  windowDays: z.int().min(1).max(365).describe('How far apart two messages may be'),
};
const extension = oneLine(33)
  .trim()
  .toLowerCase()
  .transform((text) => text.replace(/^\./, ''))
  .refine((text) => /^[\p{L}\p{N}_+-]{1,32}(?:\.[\p{L}\p{N}_+-]{1,32})?$/u.test(text), {
    message: 'must be an extension such as exe or tar.gz',
  });
/** What PostgreSQL's integer holds; Exchange itself stops far below. */
const bytes = z.int().min(1).max(2_147_483_647).nullable();

const fields = {
  trackingToken: z.strictObject(tokenParts).partial().describe('A token in the subjects of what is sent'),
  smartMatching: z
    .strictObject(smartParts)
    .partial()
    .describe('Threads by subject words and people, where nothing better is known'),
  blockedAttachmentExtensions: z
    .array(extension)
    .max(500)
    .transform((list) => [...new Set(list)])
    .describe('Attachments whose names end so are not stored'),
  maxAttachmentBytes: bytes.describe('Larger attachments are not stored; null: no limit'),
  maxMessageBytes: bytes.describe('Of larger messages only the headers are fetched and stored; null: no limit'),
};

/** For the body of a new profile; what is left out gets its default. */
export const newMailSettings = {
  trackingToken: fields.trackingToken.default({}),
  smartMatching: fields.smartMatching.default({}),
  blockedAttachmentExtensions: fields.blockedAttachmentExtensions.default([]),
  maxAttachmentBytes: fields.maxAttachmentBytes.default(null),
  maxMessageBytes: fields.maxMessageBytes.default(null),
};

/** For the body of a change; parts of a part stay as they are, too. */
export const mailSettingsPatch = z.strictObject(fields).partial().shape;
export type MailSettingsPatch = z.output<z.ZodObject<typeof mailSettingsPatch>>;

/** For answers. */
export const mailSettingsAnswer = {
  trackingToken: z.object({ enabled: z.boolean(), prefix: z.string(), digits: z.int() }),
  smartMatching: z.object({ enabled: z.boolean(), windowDays: z.int() }),
  blockedAttachmentExtensions: z.array(z.string()),
  maxAttachmentBytes: z.int().nullable(),
  maxMessageBytes: z.int().nullable(),
};

/** The settings after a change. */
export function changedMailSettings(before: MailSettings, patch: MailSettingsPatch): MailSettings {
  const { trackingToken, smartMatching } = patch;
  return {
    trackingToken: { ...before.trackingToken, ...given(trackingToken) },
    smartMatching: { ...before.smartMatching, ...given(smartMatching) },
    blockedAttachmentExtensions: patch.blockedAttachmentExtensions ?? before.blockedAttachmentExtensions,
    maxAttachmentBytes: patch.maxAttachmentBytes === undefined ? before.maxAttachmentBytes : patch.maxAttachmentBytes,
    maxMessageBytes: patch.maxMessageBytes === undefined ? before.maxMessageBytes : patch.maxMessageBytes,
  };
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
const given = <T extends object>(part: T | undefined): Given<T> =>
  Object.fromEntries(Object.entries(part ?? {}).filter(([, value]) => value !== undefined)) as Given<T>;

/** The settings alone, out of whatever holds them. */
export const mailSettingsOf = (holder: MailSettings) => ({
  trackingToken: holder.trackingToken,
  smartMatching: holder.smartMatching,
  blockedAttachmentExtensions: [...holder.blockedAttachmentExtensions],
  maxAttachmentBytes: holder.maxAttachmentBytes,
  maxMessageBytes: holder.maxMessageBytes,
});

/** The settings' columns in email_server_profiles. */
export interface MailSettingsRow {
  readonly tracking_token: MailSettings['trackingToken'];
  readonly smart_matching: MailSettings['smartMatching'];
  readonly blocked_attachment_extensions: string[];
  readonly max_attachment_bytes: number | null;
  readonly max_message_bytes: number | null;
}

export const mailSettingsValues = (settings: MailSettings) => ({
  tracking_token: JSON.stringify(settings.trackingToken),
  smart_matching: JSON.stringify(settings.smartMatching),
  blocked_attachment_extensions: settings.blockedAttachmentExtensions,
  max_attachment_bytes: settings.maxAttachmentBytes,
  max_message_bytes: settings.maxMessageBytes,
});

export const mailSettingsOfRow = (row: MailSettingsRow): MailSettings => ({
  trackingToken: row.tracking_token,
  smartMatching: row.smart_matching,
  blockedAttachmentExtensions: row.blocked_attachment_extensions,
  maxAttachmentBytes: row.max_attachment_bytes,
  maxMessageBytes: row.max_message_bytes,
});
