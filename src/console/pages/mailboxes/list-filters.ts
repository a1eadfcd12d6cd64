import type { Schema } from '../../api/schemas.js';

export type MailboxState = Schema<'Mailbox'>['state'];

/** What the list is narrowed to; empty: by nothing. */
export interface ListFilters {
  readonly q: string;
  readonly states: readonly MailboxState[];
  readonly profileId: string;
  /** The code of the failure that stops them. */
  readonly cause: string;
  readonly approved: '' | 'true' | 'false';
}

/** A record, so that the compiler names a state that is missing. */
const known: Readonly<Record<MailboxState, true>> = { active: true, verifying: true, failed: true, paused: true };
const isState = (text: string): text is MailboxState => Object.hasOwn(known, text);

/** The filters that stand in the address; what is not one of ours there is left out. */
export function readFilters(params: URLSearchParams): ListFilters {
  const approved = params.get('approved');
  return {
    q: params.get('q') ?? '',
    states: [...new Set((params.get('state') ?? '').split(',').filter(isState))],
    profileId: params.get('profileId') ?? '',
    cause: params.get('cause') ?? '',
    approved: approved === 'true' || approved === 'false' ? approved : '',
  };
}

/** The address with other filters; what else stands in it stays. */
export function writeFilters(before: URLSearchParams, change: Partial<ListFilters>): URLSearchParams {
  const { states, ...texts } = { ...readFilters(before), ...change };
  const after = new URLSearchParams(before);
  for (const [name, value] of Object.entries({ ...texts, state: states.join(',') }))
    if (value === '') after.delete(name);
    else after.set(name, value);
  return after;
}

/** As the counts of the API take them, which count by state. */
export const countsQuery = ({ q, profileId, cause, approved }: ListFilters) => ({
  ...(q === '' ? {} : { q }),
  ...(profileId === '' ? {} : { profileId }),
  ...(cause === '' ? {} : { cause }),
  ...(approved === '' ? {} : { approved }),
});

/** As the list of the API takes them. */
export const listQuery = (filters: ListFilters) => ({
  ...countsQuery(filters),
  ...(filters.states.length === 0 ? {} : { state: filters.states.join(',') }),
});

/** How many the list has in all. */
export const matching = ({ states }: ListFilters, { total, byState }: Schema<'MailboxCounts'>): number =>
  states.length === 0 ? total : states.reduce((sum, state) => sum + byState[state], 0);
