import { z } from 'zod';
import { pageSchema } from '../../platform/http/page.js';
import { idParam, oneLine } from '../../platform/http/validation.js';
import { messageFor } from '../failures/failure.js';
import { explain, type ExplanationContext } from '../failures/explanations.js';
import { mailboxFilters } from './mailbox-filter.js';
import { defaultChoice, maxChoices, pathFault } from './folder-choice.js';
import { mailboxStates } from './mailbox-state.js';
import type { MailboxView } from './mailboxes.store.js';

/** Rows that one batch takes. */
export const maxBatch = 10_000;

/**
 * Deliberately lax: what counts is whether the server knows the mailbox, and the rules of RFC 5322
 * refuse addresses that exist.
 */
export const emailAddress = oneLine(320)
  .trim()
  .refine((value) => /^[^\s@<>]+@[^\s@<>]+$/.test(value), { message: 'must be an e-mail address' });

const filter = z
  .enum(mailboxFilters)
  .describe(
    'Which received mail is stored: all, answers to mail that the profile sent, from its address book, or none. Holds for mail from now on',
  );
const folderChoices = z
  .array(
    z.strictObject({
      path: oneLine(1_000)
        .trim()
        .superRefine((path, context) => {
          const message = pathFault(path);
          if (message !== null) context.addIssue({ code: 'custom', message });
        })
        .describe('`inbox`, `sentitems`, or names with a / between them, such as `Projects/2026` or `inbox/Customers`'),
      subfolders: z.boolean().default(false).describe('All mail folders below it, too; junk and deleted mail never'),
    }),
  )
  .min(1)
  .max(maxChoices)
  .refine((choices) => new Set(choices.map(({ path }) => path.toLowerCase())).size === choices.length, {
    message: 'must name each folder once',
  });

const maxSendsPerMinute = z
  .int()
  .min(1)
  .max(1_000)
  .nullable()
  .describe('Messages that it sends at most within a minute, those above it wait; null: as its profile says');

const fields = {
  profileId: idParam.describe('The email server profile whose service account opens the mailbox'),
  emailAddress,
  displayName: oneLine(300).nullable().default(null),
  connectingSid: oneLine(500)
    .min(1)
    .nullable()
    .default(null)
    .describe('What identifies the owner, of the kind that the profile’s connectingSidType names; null: the address'),
  incoming: z.boolean().default(true).describe('Receive mail'),
  outgoing: z.boolean().default(true).describe('Send mail'),
  maxSendsPerMinute: maxSendsPerMinute.default(null),
  filter: filter.default('all'),
  folders: folderChoices.default([...defaultChoice]).describe('Folders to watch'),
};

const start = z
  .enum(['now', 'after-test'])
  .default('now')
  .describe('now: the first sync starts at once; after-test: it is created paused, for a test that enables it');

export const newMailbox = z.strictObject({ ...fields, start }).meta({ id: 'NewMailbox' });
export type NewMailboxBody = z.output<typeof newMailbox>;

/** Rows are validated one by one, so that one bad row does not refuse the others. */
export const mailboxBatch = z
  .strictObject({
    mailboxes: z
      .array(z.unknown().meta({ description: 'A NewMailbox' }))
      .min(1)
      .max(maxBatch, { message: `must hold at most ${maxBatch} rows` }),
    dryRun: z.boolean().default(false).describe('Only tell what would become of each row, and change nothing'),
  })
  .meta({ id: 'MailboxBatch' });

export const batchResult = z
  .object({
    results: z.array(
      z.object({
        index: z.number().int().describe('Position in the request'),
        result: z.enum(['created', 'exists', 'invalid']),
        id: z.uuid().nullable().describe('Of the mailbox, new or already there; null while it is not there'),
        errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
      }),
    ),
    created: z.number().int(),
    existing: z.number().int(),
    invalid: z.number().int(),
  })
  .meta({ id: 'MailboxBatchResult' });
export type BatchResult = z.output<typeof batchResult>;

export const mailboxPatch = z
  .strictObject({
    emailAddress: emailAddress.optional(),
    displayName: oneLine(300).nullable().optional(),
    connectingSid: oneLine(500).min(1).nullable().optional(),
    incoming: z.boolean().optional(),
    outgoing: z.boolean().optional(),
    maxSendsPerMinute: maxSendsPerMinute.optional(),
    filter: filter.optional(),
    folders: folderChoices.optional(),
  })
  .refine((patch) => Object.values(patch).some((value) => value !== undefined), { message: 'must change something' })
  .meta({ id: 'MailboxPatch' });
export type MailboxPatch = z.output<typeof mailboxPatch>;

const time = z.iso.datetime();

const failure = z
  .object({
    code: z.string().describe('The server’s code, or ours for what stands between'),
    during: z.enum(['incoming', 'outgoing']).describe('Receiving or sending'),
    operation: z.string().describe('The EWS operation'),
    message: z.string().describe('The server’s own words'),
    title: z.string(),
    cause: z.string().describe('In plain words'),
    remedy: z.string().describe('What to do, with the commands to run'),
    at: time,
    requestId: z.string().nullable(),
    clientRequestId: z.string().nullable(),
    httpStatus: z.number().nullable(),
    frontEndServer: z.string().nullable(),
    backEndServer: z.string().nullable(),
    serverVersion: z.string().nullable(),
  })
  .meta({ id: 'MailboxFailure' });

const directionStatus = z.enum(['success', 'failure', 'skipped']);
const lastTest = z
  .object({
    id: z.uuid(),
    endedAt: time,
    result: directionStatus,
    incoming: directionStatus.nullable().describe('null: not asked for'),
    outgoing: directionStatus.nullable(),
    enabled: z.array(z.enum(['incoming', 'outgoing'])).describe('What it switched on'),
  })
  .meta({ id: 'LastMailboxTest' });

export const mailboxAnswer = z
  .object({
    id: z.uuid(),
    profileId: z.uuid(),
    profileName: z.string(),
    emailAddress: z.string(),
    displayName: z.string().nullable(),
    connectingSid: z.string().nullable(),
    incoming: z.boolean(),
    outgoing: z.boolean(),
    maxSendsPerMinute,
    filter,
    filteredOut: z
      .object({ total: z.int(), lastAt: time.nullable() })
      .describe('Received mail that the filter kept out; of which nothing else is stored'),
    folders: z.array(z.object({ path: z.string(), subfolders: z.boolean() })),
    state: z.enum(mailboxStates).describe('failed: stopped until a probe succeeds; the probes go on by themselves'),
    stateSince: time,
    approvedAt: time.nullable().describe('Since when it is approved; null: it cannot be resumed or synced'),
    failure: failure.nullable().describe('Why the mailbox is failed'),
    lastError: failure.nullable().describe('Trouble of the last run that passes by itself'),
    lastSyncAt: time.nullable(),
    nextSyncAt: time.nullable().describe('The next poll or probe; null while none is due'),
    running: z.boolean(),
    lastTest: lastTest.nullable().describe('The last test that ended; null: none is kept'),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Mailbox' });
export type MailboxAnswer = z.output<typeof mailboxAnswer>;
export const mailboxPage = pageSchema(mailboxAnswer).meta({ id: 'MailboxPage' });

/** What of a profile a mailbox shows, and the words of a failure are filled in with. */
export type ProfileNames = Pick<ExplanationContext, 'username' | 'ewsUrl'> & { readonly name: string };

function showFailure(
  stored: MailboxView['failure'],
  mailbox: MailboxView,
  profile: ProfileNames,
  reach: readonly string[] | null,
): z.output<typeof failure> | null {
  if (!stored) return null;
  const { category: _category, hostWords: _hostWords, values, ...facts } = stored;
  return {
    ...facts,
    message: messageFor(stored, reach),
    ...explain(stored, { ...profile, mailbox: mailbox.emailAddress, values }),
  };
}

/** @param reach the profiles that the caller is limited to; null: no limit */
export function showMailbox(
  mailbox: MailboxView,
  profile: ProfileNames,
  reach: readonly string[] | null,
): MailboxAnswer {
  return {
    id: mailbox.id,
    profileId: mailbox.profileId,
    profileName: profile.name,
    emailAddress: mailbox.emailAddress,
    displayName: mailbox.displayName,
    connectingSid: mailbox.connectingSid,
    incoming: mailbox.incoming,
    outgoing: mailbox.outgoing,
    maxSendsPerMinute: mailbox.maxSendsPerMinute,
    filter: mailbox.filter,
    filteredOut: { total: mailbox.filteredTotal, lastAt: mailbox.filteredAt?.toISOString() ?? null },
    folders: mailbox.folders,
    state: mailbox.state,
    stateSince: mailbox.stateSince.toISOString(),
    approvedAt: mailbox.approvedAt?.toISOString() ?? null,
    failure: showFailure(mailbox.failure, mailbox, profile, reach),
    lastError: showFailure(mailbox.lastError, mailbox, profile, reach),
    lastSyncAt: mailbox.lastSyncAt?.toISOString() ?? null,
    nextSyncAt: mailbox.nextSyncAt?.toISOString() ?? null,
    running: mailbox.running,
    lastTest: mailbox.lastTest && { ...mailbox.lastTest, endedAt: new Date(mailbox.lastTest.endedAt).toISOString() },
    createdAt: mailbox.createdAt.toISOString(),
    updatedAt: mailbox.updatedAt.toISOString(),
  };
}
