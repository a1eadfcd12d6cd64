import { namedColumns, type ColumnName, type Columns } from './import-columns.js';
import { readTable, type TableRow } from './import-table.js';
import type { MailFilter } from './mailbox-words.js';

export interface Fault {
  readonly field: string;
  readonly message: string;
}

/** A mailbox as a file has it. */
export interface ImportRow {
  /** Of the file, from 1. */
  readonly number: number;
  readonly emailAddress: string;
  readonly displayName: string | null;
  /** Name or id, as it is written; null: as chosen for all rows. */
  readonly profile: string | null;
  readonly connectingSid: string | null;
  /** Null: as chosen for all rows. */
  readonly incoming: boolean | null;
  readonly outgoing: boolean | null;
  readonly filter: MailFilter | null;
  /** What of it cannot be understood. */
  readonly faults: readonly Fault[];
}

export interface ReadImport {
  readonly rows: readonly ImportRow[];
  /** Heads of columns that are left out. */
  readonly ignored: readonly string[];
  /** Why nothing of it can be used; null: it can. */
  readonly fault: string | null;
}

const yes = new Set(['yes', 'y', 'true', 't', '1', 'on', 'x', 'enabled']);
const no = new Set(['no', 'n', 'false', 'f', '0', 'off', '-', 'disabled']);
const filters: Readonly<Record<string, MailFilter>> = {
  all: 'all',
  replies: 'replies',
  reply: 'replies',
  answers: 'replies',
  known: 'known',
  'address book': 'known',
  none: 'none',
};

/** `Ben Okafor <ben@example.com>`, as mail programs copy it. */
const namedAddress = /^(.*)<([^<>]+)>$/;

/** Reads CSV with a first row of heads, or without one; or addresses, one a line or several. */
export function readImport(text: string): ReadImport {
  const { rows, fault } = readTable(text);
  const [first, second] = rows;
  if (fault !== null) return { rows: [], ignored: [], fault };
  if (!first) return { rows: [], ignored: [], fault: 'There is nothing in it.' };
  const columns = namedColumns(first.cells, second?.cells);
  if (!columns) return { rows: rows.flatMap(withoutHeads), ignored: [], fault: null };
  if (!columns.places.has('emailAddress'))
    return { rows: [], ignored: [], fault: 'No column holds addresses. Name one of them “email”.' };
  const { ignored } = columns;
  if (rows.length === 1) return { rows: [], ignored, fault: 'There is nothing below the heads of the columns.' };
  return { rows: rows.slice(1).map((row) => withHeads(row, columns)), ignored, fault: null };
}

const empty = {
  displayName: null,
  profile: null,
  connectingSid: null,
  incoming: null,
  outgoing: null,
  filter: null,
  faults: [],
} as const;

function addressIn(cell: string): Pick<ImportRow, 'emailAddress' | 'displayName'> {
  const [, name = '', address = cell] = namedAddress.exec(cell) ?? [];
  const displayName = name.trim().replace(/^"(.*)"$/, '$1');
  return {
    emailAddress: address.trim().replace(/^mailto:/i, ''),
    displayName: displayName === '' ? null : displayName,
  };
}

/** Every cell an address; or one of them, and beside it the name. */
function withoutHeads({ number, cells }: TableRow): ImportRow[] {
  const filled = cells.filter((cell) => cell !== '');
  const addresses = filled.filter((cell) => cell.includes('@'));
  const [first = filled[0] ?? ''] = addresses;
  if (addresses.length === filled.length) return filled.map((cell) => ({ ...empty, number, ...addressIn(cell) }));
  const { emailAddress, displayName } = addressIn(first);
  const beside = filled.find((cell) => cell !== first) ?? null;
  return [{ ...empty, number, emailAddress, displayName: displayName ?? beside }];
}

function withHeads({ number, cells }: TableRow, { places }: Columns): ImportRow {
  const faults: Fault[] = [];
  const cell = (name: ColumnName): string | null => {
    const place = places.get(name);
    const value = place === undefined ? '' : (cells[place] ?? '');
    return value === '' ? null : value;
  };
  const flag = (name: 'incoming' | 'outgoing'): boolean | null => {
    const value = cell(name);
    if (value === null) return null;
    const said = value.toLowerCase();
    if (!yes.has(said) && !no.has(said)) faults.push({ field: name, message: `must be yes or no, not “${value}”` });
    return yes.has(said);
  };
  const filter = (): MailFilter | null => {
    const value = cell('filter');
    if (value === null) return null;
    const said = filters[value.toLowerCase()];
    if (said) return said;
    faults.push({ field: 'filter', message: `must be all, replies, known or none, not “${value}”` });
    return null;
  };
  const { emailAddress, displayName } = addressIn(cell('emailAddress') ?? '');
  return {
    number,
    emailAddress,
    displayName: cell('displayName') ?? displayName,
    profile: cell('profile'),
    connectingSid: cell('connectingSid'),
    incoming: flag('incoming'),
    outgoing: flag('outgoing'),
    filter: filter(),
    faults,
  };
}

/** What a file may look like: a file to download, and to open in a spreadsheet. */
export const sampleRows: readonly (readonly string[])[] = [
  ['email', 'name', 'profile', 'connecting sid', 'incoming', 'outgoing', 'filter'],
  ['ada@example.com', 'Ada Example', '', '', 'yes', 'yes', 'all'],
  ['sales@example.com', 'Sales', '', '', 'yes', 'no', 'replies'],
];
