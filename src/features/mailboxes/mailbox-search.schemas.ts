import { z } from 'zod';
import { pageQuery } from '../../platform/http/page.js';
import { idParam, oneLine, plainText, queryFlag } from '../../platform/http/validation.js';
import type { Caller } from '../identity/callers/caller.js';
import { explain } from '../failures/explanations.js';
import type { CauseCount, MailboxChoice } from './mailbox-counts.store.js';
import { mailboxStates, type MailboxState } from './mailbox-state.js';

/** One that a list shows; a filter is for people, who read no more. */
export const maxCauses = 200;

const stateNames = z.string().max(200);
const states = z
  .union([stateNames, z.array(stateNames).max(20)])
  .transform((value) => [...new Set([value].flat().flatMap((names) => names.split(',').map((name) => name.trim())))])
  .pipe(z.array(z.enum(mailboxStates, { message: `must be out of ${mailboxStates.join(', ')}` })));

const filters = {
  profileId: idParam.optional(),
  emailAddress: plainText(320).optional().describe('The whole address, in any case'),
  q: oneLine(320).trim().optional().describe('A part of the address or of the display name, in any case'),
  cause: oneLine(200).optional().describe('The code of the failure that stops it'),
  approved: queryFlag.optional().describe('Only those that are approved, or only those that are not'),
};

export const mailboxQuery = z.strictObject({
  ...pageQuery.shape,
  ...filters,
  state: states.optional().describe(`One state or several, separated by commas: ${mailboxStates.join(', ')}`),
});
export const mailboxCountsQuery = z.strictObject(filters);
export const mailboxCausesQuery = z.strictObject({ profileId: filters.profileId });

type Asked = z.output<typeof mailboxCountsQuery> & { readonly state?: readonly MailboxState[] | undefined };

/** What a caller asked for, within what the caller sees. */
export const choiceOf = (asked: Asked, { profileIds }: Pick<Caller, 'profileIds'>): MailboxChoice => ({
  profileIds,
  profileId: asked.profileId ?? null,
  states: asked.state ?? null,
  emailAddress: asked.emailAddress ?? null,
  text: asked.q === undefined || asked.q === '' ? null : asked.q,
  cause: asked.cause ?? null,
  approved: asked.approved ?? null,
});

const count = z.int();
export const countsByState = z.object({ active: count, verifying: count, failed: count, paused: count });

export const mailboxCounts = z.object({ total: count, byState: countsByState }).meta({ id: 'MailboxCounts' });

export const mailboxCauses = z
  .object({
    items: z
      .array(z.object({ code: z.string(), title: z.string().describe('In plain words'), mailboxes: count }))
      .describe('Most frequent first'),
  })
  .meta({ id: 'MailboxCauses' });

export function showCounts(counts: ReadonlyMap<MailboxState, number>): z.output<typeof mailboxCounts> {
  const of = (state: MailboxState) => counts.get(state) ?? 0;
  return {
    total: [...counts.values()].reduce((sum, one) => sum + one, 0),
    byState: { active: of('active'), verifying: of('verifying'), failed: of('failed'), paused: of('paused') },
  };
}

/** A title names nobody, so it needs no names. */
const nobody = { username: '', ewsUrl: '', mailbox: '', values: {} };

export const showCauses = (causes: readonly CauseCount[]): z.output<typeof mailboxCauses> => ({
  items: causes.map(({ code, category, mailboxes }) => ({
    code,
    title: explain({ code, category }, nobody).title,
    mailboxes,
  })),
});
