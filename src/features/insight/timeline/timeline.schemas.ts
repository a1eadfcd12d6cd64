import { z } from 'zod';
import { maxLimit, pageQuery, encodeCursor, type Page } from '../../../platform/http/page.js';
import { reasonCodes, type Reason, type StandingFacts } from './standing.js';
import { reasonsOf } from './reasons.js';
import { timelineTypes, type EntryRow } from './timeline-entry.js';
import { titleOf } from './timeline-words.js';

const time = z.iso.datetime();

const typeList = z
  .string()
  .max(500)
  .optional()
  .transform((value) => value?.split(',').map((type) => type.trim()) ?? [...timelineTypes])
  .pipe(z.array(z.enum(timelineTypes, { message: `must be out of ${timelineTypes.join(', ')}` })));

export const timelineQuery = z.strictObject({
  limit: pageQuery.shape.limit.describe(`Entries a page, ${maxLimit} at most`),
  before: pageQuery.shape.cursor.describe('`nextCursor` of the page before'),
  types: typeList.describe(`Comma-separated, out of ${timelineTypes.join(', ')}; all if left out`),
});

/** Where a page ends: microseconds since 1970, and the key of the last entry. */
export const timelineCursor = z.tuple([z.string().regex(/^\d{1,16}$/), z.string().regex(/^\d[0-9a-f-]{36}[a-d]?$/)]);

const links = z.record(z.string(), z.string()).describe('Addresses of what it is about');

const reason = z
  .object({
    code: z.enum(reasonCodes),
    title: z.string().describe('In plain words'),
    since: time.nullable().describe('Null: not known'),
    until: time
      .nullable()
      .describe('When it ends by itself or is looked at again; null: when somebody acts, or not to be foretold'),
    ends: z.string().describe('What ends it, in plain words'),
    isTrouble: z.boolean().describe('Mail waits for it'),
    failureCode: z.string().nullable(),
    cause: z.string().nullable().describe('What the failure means, in plain words'),
    remedy: z.string().nullable().describe('What to do about it, with the commands to run'),
    links,
  })
  .meta({ id: 'MailboxReason' });

export const mailboxStanding = z
  .object({
    mailboxId: z.uuid(),
    at: time,
    well: z.boolean().describe('Nothing keeps mail waiting'),
    verdict: z.string().describe('The title of the first reason'),
    reasons: z.array(reason).describe('All that applies now, what matters most first; never empty'),
  })
  .meta({ id: 'MailboxStanding' });

const timelineEntry = z
  .object({
    id: z.string().describe('Stays the same for as long as the entry is told'),
    at: time.describe('When it happened; of several polls the first'),
    until: time
      .nullable()
      .describe('Of several polls the last; of a notification when it was sent; of an item when it is tried again'),
    type: z.enum(timelineTypes),
    title: z.string().describe('In plain words'),
    code: z.string().nullable().describe('Of the failure or incident'),
    details: z.record(z.string(), z.unknown()).describe('What this type knows; no content of mail'),
    links,
  })
  .meta({ id: 'TimelineEntry' });

export const timelinePage = z
  .object({
    now: mailboxStanding.nullable().describe('Why it waits now; on the first page only'),
    items: z.array(timelineEntry),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'TimelinePage' });

function showReason({ incidentId, ...shown }: Reason, mailboxId: string): z.output<typeof reason> {
  return {
    ...shown,
    since: shown.since?.toISOString() ?? null,
    until: shown.until?.toISOString() ?? null,
    links: {
      ...(incidentId === null ? {} : { incident: `/v1/incidents/${incidentId}` }),
      ...(shown.code === 'items-unreadable' ? { itemFailures: `/v1/mailboxes/${mailboxId}/item-failures` } : {}),
    },
  };
}

export function showStanding(facts: StandingFacts, now: Date): z.output<typeof mailboxStanding> {
  const reasons = reasonsOf(facts, now);
  return {
    mailboxId: facts.mailboxId,
    at: now.toISOString(),
    well: reasons.every(({ isTrouble }) => !isTrouble),
    verdict: reasons[0]?.title ?? '',
    reasons: reasons.map((one) => showReason(one, facts.mailboxId)),
  };
}

function showEntry(row: EntryRow, mailboxId: string): z.output<typeof timelineEntry> {
  const { code, category: _, ...details } = row.details;
  const { outcome } = details;
  const failure = typeof outcome === 'string' && outcome !== 'ok' ? outcome : code;
  return {
    id: row.key,
    at: row.at.toISOString(),
    until: row.until?.toISOString() ?? null,
    type: row.type,
    title: titleOf(row),
    code: typeof failure === 'string' ? failure : null,
    details,
    links: linksOf(row, mailboxId),
  };
}

function linksOf({ type, subjectId, details }: EntryRow, mailboxId: string): Record<string, string> {
  const mailbox = `/v1/mailboxes/${mailboxId}`;
  switch (type) {
    case 'incident':
      return { incident: `/v1/incidents/${subjectId}` };
    case 'notification':
      return { incident: `/v1/incidents/${String(details['incidentId'])}` };
    case 'backfill':
      return { backfill: `${mailbox}/backfills/${subjectId}` };
    case 'audit':
      return { audits: `${mailbox}/audits` };
    case 'item-failure':
      return { itemFailures: `${mailbox}/item-failures` };
    default:
      return {};
  }
}

/** Cuts the page out of `limit + 1` entries. */
export function showPage(
  rows: readonly EntryRow[],
  limit: number,
  mailboxId: string,
): Page<z.output<typeof timelineEntry>> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => showEntry(row, mailboxId)),
    nextCursor: rows.length > limit && last ? encodeCursor([last.position, last.key]) : null,
  };
}
