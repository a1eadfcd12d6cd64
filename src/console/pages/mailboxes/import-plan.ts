import type { Schema } from '../../api/schemas.js';
import type { Fault, ImportRow } from './import-rows.js';
import type { MailFilter } from './mailbox-words.js';

export interface ProfileName {
  readonly id: string;
  readonly name: string;
}

/** What holds for every row that does not say it itself. */
export interface ImportChoice {
  /** Empty: none is chosen. */
  readonly profileId: string;
  readonly incoming: boolean;
  readonly outgoing: boolean;
  readonly start: 'now' | 'after-test';
}

/** A row of the request, with what the API would otherwise fill in left out. */
export interface PlannedMailbox {
  readonly profileId: string;
  readonly emailAddress: string;
  readonly incoming: boolean;
  readonly outgoing: boolean;
  readonly start: 'now' | 'after-test';
  readonly displayName?: string;
  readonly connectingSid?: string;
  readonly filter?: MailFilter;
}

export type RowResult = Schema<'MailboxBatchResult'>['results'][number];

/**
 * What a row is to become, or has become.
 *  unknown   the API was not asked yet
 *  new       a mailbox would be made
 *  made      it has been made
 *  exists    the profile has a mailbox of the address already
 *  repeated  a row before it has the address
 *  invalid   see its faults
 */
export type Fate = 'unknown' | 'new' | 'made' | 'exists' | 'repeated' | 'invalid';

export interface PlannedRow {
  readonly row: ImportRow;
  /** Null: it is not sent to the API. */
  readonly mailbox: PlannedMailbox | null;
  readonly fate: Fate;
  readonly faults: readonly Fault[];
  /** Of the mailbox, where it is there. */
  readonly id: string | null;
}

/** Turns rows into what the API takes; faults and repetitions that show without it are told at once. */
export function planned(
  rows: readonly ImportRow[],
  choice: ImportChoice,
  profiles: readonly ProfileName[],
): PlannedRow[] {
  const byName = new Map<string, string | null>();
  for (const { id, name } of profiles) {
    const key = name.trim().toLowerCase();
    // Two of one name: nobody can tell which is meant.
    byName.set(key, byName.has(key) ? null : id);
    byName.set(id.toLowerCase(), id);
  }
  const seen = new Map<string, number>();
  return rows.map((row): PlannedRow => {
    const wanted = row.profile?.toLowerCase() ?? null;
    const profileId = wanted === null ? choice.profileId || null : byName.get(wanted);
    const faults = [...row.faults];
    if (row.emailAddress === '') faults.push({ field: 'emailAddress', message: 'is missing' });
    if (profileId === undefined) faults.push({ field: 'profile', message: `there is none named “${row.profile}”` });
    if (profileId === null)
      faults.push({
        field: 'profile',
        message:
          wanted === null ? 'is missing: choose one for all rows' : `several are named “${row.profile}”: give its id`,
      });
    if (faults.length > 0 || !profileId) return { row, mailbox: null, fate: 'invalid', faults, id: null };
    const key = `${profileId} ${row.emailAddress.toLowerCase()}`;
    const first = seen.get(key);
    if (first !== undefined) {
      const message = `stands in row ${first} already`;
      return { row, mailbox: null, fate: 'repeated', faults: [{ field: 'emailAddress', message }], id: null };
    }
    seen.set(key, row.number);
    return { row, mailbox: mailboxOf(row, profileId, choice), fate: 'unknown', faults: [], id: null };
  });
}

const mailboxOf = (row: ImportRow, profileId: string, choice: ImportChoice): PlannedMailbox => ({
  profileId,
  emailAddress: row.emailAddress,
  incoming: row.incoming ?? choice.incoming,
  outgoing: row.outgoing ?? choice.outgoing,
  start: choice.start,
  ...(row.displayName === null ? {} : { displayName: row.displayName }),
  ...(row.connectingSid === null ? {} : { connectingSid: row.connectingSid }),
  ...(row.filter === null ? {} : { filter: row.filter }),
});

/** A row of a request, and its place in the plan. */
export interface Sent {
  readonly place: number;
  readonly mailbox: PlannedMailbox;
}

/** Rows of one fate, as requests take them. */
export const sendable = (plan: readonly PlannedRow[], wanted: Fate): Sent[] =>
  plan.flatMap(({ mailbox, fate }, place) => (mailbox && fate === wanted ? [{ place, mailbox }] : []));

/** What the API said of rows, by their place in the plan. */
export type Results = ReadonlyMap<number, RowResult>;

/** The plan with what the API said of some of its rows. @param isDone they were made, not only looked at */
export const judged = (plan: readonly PlannedRow[], results: Results, isDone: boolean): PlannedRow[] =>
  plan.map((planned, place) => {
    const result = results.get(place);
    if (!result) return planned;
    const fate = result.result === 'created' ? (isDone ? 'made' : 'new') : result.result;
    return { ...planned, fate, faults: result.errors ?? [], id: result.id };
  });

/** How many rows have which fate. */
export function fateCounts(plan: readonly PlannedRow[]): Readonly<Record<Fate, number>> {
  const counts = { unknown: 0, new: 0, made: 0, exists: 0, repeated: 0, invalid: 0 };
  for (const { fate } of plan) counts[fate] += 1;
  return counts;
}

const fieldNames: Readonly<Record<string, string>> = {
  emailAddress: 'address',
  displayName: 'name',
  profileId: 'profile',
  connectingSid: 'connecting SID',
};

/** `address: must be an e-mail address`. */
export const faultInWords = ({ field, message }: Fault): string => `${fieldNames[field] ?? field}: ${message}`;

const flag = (value: boolean | null) => (value === null ? '' : value ? 'yes' : 'no');

/** What was not made, and why, as rows of a file that can be corrected and imported again. */
export const failedRows = (plan: readonly PlannedRow[]): string[][] => [
  ['row', 'email', 'name', 'profile', 'connecting sid', 'incoming', 'outgoing', 'filter', 'why not'],
  ...plan
    .filter(({ fate }) => fate === 'invalid' || fate === 'repeated')
    .map(({ row, faults }) => [
      String(row.number),
      row.emailAddress,
      row.displayName ?? '',
      row.profile ?? '',
      row.connectingSid ?? '',
      flag(row.incoming),
      flag(row.outgoing),
      row.filter ?? '',
      faults.map(faultInWords).join('; '),
    ]),
];
