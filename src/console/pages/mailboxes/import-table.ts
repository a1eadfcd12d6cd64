import Papa from 'papaparse';
import { namesOf } from './import-columns.js';

/** A row that is not empty, its cells without the blanks around them. */
export interface TableRow {
  /** As a spreadsheet numbers it, from 1. */
  readonly number: number;
  readonly cells: readonly string[];
}

export interface Table {
  readonly rows: readonly TableRow[];
  /** Why the text cannot be trusted to be read right; null: it can. */
  readonly fault: string | null;
}

/** Excel's own first line, which names the separator. */
const separatorLine = /^sep=(.)\r?\n/i;
const separators = [',', ';', '\t', '|'];

/** What `csvText` puts before a text that a spreadsheet would run. */
const guarded = /^'(?=[=+\-@\t\r])/;

/** Takes CSV, or one entry a line, apart; the separator is found out. */
export function readTable(text: string): Table {
  const plain = text.replace(/^\uFEFF/, '');
  const named = separatorLine.exec(plain);
  const body = named ? plain.slice(named[0].length) : plain;
  const { data, errors } = Papa.parse<string[]>(body, {
    delimiter: named?.[1] ?? separatorOfHeads(body),
    delimitersToGuess: separators,
  });
  const skipped = named ? 1 : 0;
  const rows = data
    .map((cells, index) => ({
      number: index + 1 + skipped,
      cells: cells.map((cell) => cell.replace(guarded, '').trim()),
    }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  const broken = errors.find(({ type }) => type === 'Quotes');
  return { rows, fault: broken ? quoteFault((broken.row ?? 0) + 1 + skipped) : null };
}

/** The separator by which the first row names several columns; empty where it does not, and the rows must tell. */
function separatorOfHeads(body: string): string {
  const heads = (separator: string) =>
    namesOf(Papa.parse<string[]>(body, { delimiter: separator, preview: 1 }).data[0] ?? []);
  return separators.find((separator) => heads(separator) > 1) ?? '';
}

const quoteFault = (row: number) =>
  `A quotation mark in row ${row} has no other to go with it, so that it cannot be told where its cell ends.`;
