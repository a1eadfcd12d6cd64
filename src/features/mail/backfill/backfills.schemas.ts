import { z } from 'zod';
import { pageQuery, pageSchema } from '../../../platform/http/page.js';
import { oneLine } from '../../../platform/http/validation.js';
import { explain, type ExplanationContext } from '../../failures/explanations.js';
import { messageFor } from '../../failures/failure.js';
import { maxChoices, pathFault } from '../../mailboxes/folder-choice.js';
import { backfillStates, ratePerMinute, type Backfill } from './backfill.js';

const time = z.iso.datetime();

const rangeTime = z.iso
  .datetime({ offset: true, message: 'must be a time such as 2026-01-31T08:00:00Z' })
  .refine((text) => /^(?:19[7-9]\d|2[01]\d\d)-/.test(text), { message: 'must be between 1970 and 2199' });

const folderPath = oneLine(1_000)
  .min(1)
  .superRefine((path, context) => {
    const message = pathFault(path);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });

export const newBackfill = z
  .strictObject({
    from: rangeTime.describe('Mail received at this time or later; in the past'),
    to: rangeTime
      .optional()
      .describe('Mail received before this time; default: the profile’s processEmailsFrom, where the sync takes over'),
    folders: z
      .array(folderPath)
      .min(1)
      .max(maxChoices)
      .refine((folders) => new Set(folders.map((folder) => folder.toLowerCase())).size === folders.length, {
        message: 'must not name a folder twice',
      })
      .optional()
      .describe('Paths among the mailbox’s folders, each with its subfolders as far as they are synced; default: all'),
  })
  .meta({ id: 'NewBackfill' });
export type NewBackfill = z.output<typeof newBackfill>;

export const backfillQuery = z.strictObject(pageQuery.shape);

export const backfillAnswer = z
  .object({
    id: z.uuid(),
    mailboxId: z.uuid(),
    profileId: z.uuid(),
    state: z
      .enum(backfillStates)
      .describe('active: it goes on whenever the mailbox is active; a failed or paused mailbox makes it wait'),
    from: time,
    to: time,
    folders: z.array(z.string()).nullable().describe('Their paths; null before it begins with all of them'),
    folder: z.string().nullable().describe('The one being read; null when all are'),
    reachedAt: time.nullable().describe('In that folder, everything received before this time has been looked at'),
    total: z.int().nullable().describe('Messages in the range as the server counted them at the start'),
    stored: z.int().describe('Stored by this backfill'),
    known: z.int().describe('Passed over: stored before, or gone from the server meanwhile'),
    failed: z.int().describe('Not readable; see the mailbox’s item failures'),
    messagesPerMinute: z.number().nullable().describe('Since it started, waiting included'),
    lastFailure: z
      .object({
        code: z.string(),
        title: z.string(),
        cause: z.string(),
        remedy: z.string(),
        message: z.string(),
        at: time,
      })
      .nullable()
      .describe('What it waits for at the moment, or why it failed'),
    createdAt: time,
    startedAt: time.nullable(),
    updatedAt: time,
    finishedAt: time.nullable(),
  })
  .meta({ id: 'Backfill' });
export type BackfillAnswer = z.output<typeof backfillAnswer>;
export const backfillPage = pageSchema(backfillAnswer).meta({ id: 'BackfillPage' });

/**
 * @param names what the words of a failure are filled in with
 * @param reach the profiles that the reader is limited to; null: none
 */
export function showBackfill(
  backfill: Backfill,
  names: Omit<ExplanationContext, 'values'>,
  reach: readonly string[] | null,
): BackfillAnswer {
  const { lastFailure, places, position } = backfill;
  return {
    id: backfill.id,
    mailboxId: backfill.mailboxId,
    profileId: backfill.profileId,
    state: backfill.state,
    from: backfill.from.toISOString(),
    to: backfill.to.toISOString(),
    folders: places?.map(({ path }) => path) ?? (backfill.folders && [...backfill.folders]),
    folder: places?.[backfill.folderIndex]?.path ?? null,
    reachedAt: position.reached?.toISOString() ?? null,
    total: backfill.total,
    stored: backfill.stored,
    known: backfill.known,
    failed: backfill.failed,
    messagesPerMinute: ratePerMinute(backfill),
    lastFailure: lastFailure && {
      code: lastFailure.code,
      ...explain(lastFailure, { ...names, values: lastFailure.values }),
      message: messageFor(lastFailure, reach),
      at: lastFailure.at,
    },
    createdAt: backfill.createdAt.toISOString(),
    startedAt: backfill.startedAt?.toISOString() ?? null,
    updatedAt: backfill.updatedAt.toISOString(),
    finishedAt: backfill.finishedAt?.toISOString() ?? null,
  };
}
