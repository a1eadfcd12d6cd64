import type { MailAddress } from '../../../drivers/port/mail-item.js';
import { storableText } from '../../../platform/database/storable-text.js';

/** Enough for every subject and a few hundred people; a tsvector holds a megabyte. */
const maxWords = 1_000;
const maxWordLength = 64;
const maxAddressLength = 200;
/** Shorter beginnings would stand for a good part of all words there are. */
const minBeginningLength = 2;
/** Characters of a subject or a name that are searchable. */
const maxTextLength = 10_000;
const maxTerms = 20;
/** Subject, names and addresses that are indexed. A header may repeat one person a hundred thousand times. */
const maxTexts = 5_000;

const unspaced = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]`;
/** Writing that puts no blanks between words is found by its characters. */
const word = new RegExp(String.raw`${unspaced}|(?:(?!${unspaced})[\p{L}\p{M}\p{N}])+`, 'gu');
const gap = /[\s\p{Cc}<>(),;:"[\]]+/u;
const inWord = /[\p{L}\p{N}@]/u;

/** What a message is found by. */
export interface Searchable {
  readonly mailboxId: string;
  readonly profileId: string;
  readonly subject: string | null;
  readonly people: readonly (MailAddress | null)[];
}

/** Within which profiles and mailbox somebody searches; null: in all. */
export interface SearchReach {
  readonly mailboxId: string | null;
  readonly profileIds: readonly string[] | null;
}

/**
 * The words of a message as lexemes: without accents and case, of addresses also the whole, `local@` and
 * `@domain`; and the ids of its profile and mailbox.
 */
export function searchWords({ mailboxId, profileId, subject, people }: Searchable): string[] {
  const words = new Set([idWord(mailboxId), idWord(profileId)]);
  const texts = new Set([subject, ...people.flatMap((person) => [person?.address, person?.name])]);
  for (const text of [...texts].slice(0, maxTexts)) {
    for (const part of partsOf(text ?? '')) {
      for (const found of [...addressWords(part), ...wordsOf(part)]) {
        if (words.size >= maxWords) return [...words];
        words.add(found);
      }
    }
  }
  return [...words];
}

/**
 * What somebody typed, as the text of a tsquery: all words must be there, the last one may be a beginning.
 * @returns null when nothing can be found: there is no word in it, or no profile in reach
 */
export function searchQuery(typed: string, reach: SearchReach): string | null {
  const parts = partsOf(typed);
  const terms = parts.flatMap((part, index) => {
    const isLast = index === parts.length - 1;
    const found = part.includes('@') ? addressTerm(part) : wordsOf(part);
    return found.map((lexeme, at) => termOf(lexeme, isLast && at === found.length - 1));
  });
  if (terms.length === 0 || reach.profileIds?.length === 0) return null;
  const all = [...new Set(terms)].slice(0, maxTerms);
  if (reach.mailboxId !== null) all.push(quoted(idWord(reach.mailboxId)));
  if (reach.profileIds !== null) all.push(`(${reach.profileIds.map((id) => quoted(idWord(id))).join('|')})`);
  return all.join('&');
}

/** No word begins so: what somebody types cannot name an id. */
const idWord = (id: string): string => `=${id.replaceAll('-', '')}`;

/**
 * The most combining marks in a row (Unicode, Stream-Safe Text Format: 30). Normalization sorts them by insertion, in
 * quadratic time. The two half-width marks are letters by class, but sort as marks.
 */
const manyMarks = /[\p{M}\uff9e\uff9f]{31,}/gu;

/** Apart from case, accents and forms of the same sign. */
const folded = (text: string): string =>
  storableText(text)
    .replace(manyMarks, '')
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .normalize('NFC');

const partsOf = (text: string): string[] =>
  folded(text.slice(0, maxTextLength))
    .split(gap)
    .map(withoutEdges)
    .filter((part) => part !== '');

/** Strips symbols at both ends. A pattern for trailing symbols would backtrack at each symbol inside. */
function withoutEdges(part: string): string {
  const start = part.search(inWord);
  if (start < 0) return '';
  let end = part.length;
  for (;;) {
    const last = isPair(part, end - 2) ? end - 2 : end - 1;
    if (inWord.test(part.slice(last, end))) return part.slice(start, end);
    end = last;
  }
}

const isPair = (text: string, at: number): boolean => at >= 0 && (text.codePointAt(at) ?? 0) > 0xffff;

const wordsOf = (part: string): string[] => (part.match(word) ?? []).map((found) => cut(found, maxWordLength));

function addressWords(part: string): string[] {
  const at = part.lastIndexOf('@');
  if (at < 0 || part === '@') return [];
  return [part, part.slice(0, at + 1), part.slice(at)]
    .filter((found) => found !== '@')
    .map((found) => cut(found, maxAddressLength));
}

/** Of an address that is typed, what is there so far: the whole, `local@` or `@domain`. */
const addressTerm = (part: string): string[] => (/[^@]/.test(part) ? [cut(part, maxAddressLength)] : []);

function termOf(lexeme: string, isLast: boolean): string {
  const canGoOn = isLast && [...lexeme].length >= minBeginningLength;
  return quoted(lexeme) + (canGoOn ? ':*' : '');
}

const quoted = (lexeme: string): string => `'${lexeme.replace(/['\\]/g, '$&$&')}'`;

/** By whole characters: half a surrogate pair cannot be stored. */
const cut = (text: string, length: number): string =>
  text.length <= length ? text : Array.from(text).slice(0, length).join('');
