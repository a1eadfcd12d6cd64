import { ItemError, schemaFault } from '../soap/faults.js';
import type { Item } from '../store/item.js';
import type { XmlElement } from '../xml/element.js';
import { readDateTime } from '../xml/read-date-time.js';
import { type FieldReader, type FieldValue, type ReaderOf, constantOf, itemReader } from './field-value.js';

type Predicate<T> = (of: T) => boolean;

/** A restriction ready to run. */
export interface Restriction {
  /** Nothing received before this (epoch ms) matches: lets a search begin in the middle of a folder. */
  readonly receivedFrom: number;
  /** Null when `receivedFrom` is all there is to it. */
  readonly matches: Predicate<Item> | null;
}

const NO_RESTRICTION: Restriction = { receivedFrom: -Infinity, matches: null };

/** Reads a `Restriction` element about items; without one everything matches. */
export function readRestriction(restriction: XmlElement | undefined): Restriction {
  const expression = restriction?.children[0];
  if (!expression) return NO_RESTRICTION;
  const since = lowerBound(expression);
  if (since !== undefined) return { receivedFrom: since, matches: null };
  const bounds = expression.name === 'And' ? expression.children.map(lowerBound) : [];
  return {
    receivedFrom: bounds.reduce((highest: number, bound) => Math.max(highest, bound ?? -Infinity), -Infinity),
    matches: predicate(expression, itemReader),
  };
}

/** The date of `DateTimeReceived >= constant`; undefined for every other expression. */
function lowerBound(expression: XmlElement): number | undefined {
  if (expression.name !== 'IsGreaterThanOrEqualTo') return undefined;
  const [path, operand] = expression.children;
  if (path?.attribute('FieldURI') !== 'item:DateTimeReceived') return undefined;
  const ms = readDateTime(operand?.child('Constant')?.attribute('Value') ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

/** Evaluates a search expression for an object whose properties `readerOf` reads. */
export function predicate<T>(expression: XmlElement, readerOf: ReaderOf<T>): Predicate<T> {
  const [first, second] = expression.children;
  switch (expression.name) {
    case 'And': {
      const all = expression.children.map((child) => predicate(child, readerOf));
      return (of) => all.every((matches) => matches(of));
    }
    case 'Or': {
      const any = expression.children.map((child) => predicate(child, readerOf));
      return (of) => any.some((matches) => matches(of));
    }
    case 'Not': {
      if (!first) throw incomplete(expression);
      const matches = predicate(first, readerOf);
      return (of) => !matches(of);
    }
    case 'Exists': {
      if (!first) throw incomplete(expression);
      const field = readerOf(first);
      if (FLAGS_OF_STATE.has(field.uri)) throw new ItemError('ErrorInvalidPropertyForExists');
      return (of) => field.read(of) !== undefined;
    }
    case 'Contains': {
      if (!first) throw incomplete(expression);
      return contains(expression, readerOf(first));
    }
    case 'Excludes': {
      if (!first || !second) throw incomplete(expression);
      return excludes(readerOf(first), second.attribute('Value') ?? '');
    }
    default: {
      if (!first || !second) throw incomplete(expression);
      return comparison(expression.name, first, second, readerOf);
    }
  }
}

/** Bits of one number that every item has. */
const FLAGS_OF_STATE = new Set([
  'item:IsDraft',
  'item:IsSubmitted',
  'item:IsUnmodified',
  'item:IsResend',
  'item:IsFromMe',
]);

const incomplete = (expression: XmlElement): Error =>
  schemaFault(`the element '${expression.name}' has incomplete content.`);

const COMPARISONS: Record<string, (order: number) => boolean> = {
  IsEqualTo: (order) => order === 0,
  IsNotEqualTo: (order) => order !== 0,
  IsGreaterThan: (order) => order > 0,
  IsGreaterThanOrEqualTo: (order) => order >= 0,
  IsLessThan: (order) => order < 0,
  IsLessThanOrEqualTo: (order) => order <= 0,
};

function comparison<T>(name: string, path: XmlElement, operand: XmlElement, readerOf: ReaderOf<T>): Predicate<T> {
  const test = COMPARISONS[name];
  if (!test) throw schemaFault(`the search expression '${name}' is unexpected.`);
  const field = readerOf(path);
  const constant = operand.child('Constant');
  const otherPath = operand.children[0];
  if (!otherPath) throw incomplete(operand);
  const fixed = constant ? constantOf(field.kind, constant.attribute('Value'), field.choices) : undefined;
  const otherField = constant ? null : readerOf(otherPath);
  return (of) => {
    const value = field.read(of);
    // A property that is not there equals nothing and differs from everything.
    if (value === undefined) return name === 'IsNotEqualTo';
    const other = otherField ? otherField.read(of) : fixed;
    // One of several values is enough, unless all must differ.
    if (isList(value) && !isList(other)) {
      const each = (single: FieldValue): boolean => test(compareValues(single, other));
      return name === 'IsNotEqualTo' ? value.every(each) : value.some(each);
    }
    return test(compareValues(value, other));
  };
}

const isList = (value: FieldValue): value is Extract<FieldValue, readonly unknown[]> => Array.isArray(value);

/** Ordering of two property values; text without regard to case, as in an Exchange store. */
export function compareValues(a: FieldValue, b: FieldValue): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  if (isList(a) || isList(b)) return compareValues(joined(a), joined(b));
  if (typeof a === 'string' && typeof b === 'string') {
    const [left, right] = [a.toLowerCase(), b.toLowerCase()];
    return left < right ? -1 : left > right ? 1 : 0;
  }
  return a < b ? -1 : a > b ? 1 : a === b ? 0 : NaN;
}

const joined = (value: Exclude<FieldValue, undefined>): string => (isList(value) ? value.join('; ') : String(value));

const HIGHEST_MASK = 0xffff_ffffn;

/** Bits of a number that must all be clear; a missing property has none set. The mask is decimal or `0x…`. */
function excludes<T>({ read }: FieldReader<T>, mask: string): Predicate<T> {
  // The schema allows a mask without a digit, and of any length.
  if (!/\d/.test(mask) || /^0x$/i.test(mask)) throw new ItemError('ErrorInvalidExcludesRestriction');
  const bits = BigInt(mask.toLowerCase());
  if (bits > HIGHEST_MASK) throw new ItemError('ErrorInvalidExcludesRestriction');
  return (of) => {
    const value = read(of);
    return typeof value !== 'number' || (BigInt(Math.trunc(value)) & bits) === 0n;
  };
}

function contains<T>(expression: XmlElement, { kind, read }: FieldReader<T>): Predicate<T> {
  if (kind !== 'text') throw new ItemError('ErrorContainsFilterWrongType');
  const mode = expression.attribute('ContainmentMode') ?? 'FullString';
  const exact = (expression.attribute('ContainmentComparison') ?? 'Exact') === 'Exact';
  const fold = (text: string): string => (exact ? text : text.toLowerCase());
  const wanted = fold(expression.child('Constant')?.attribute('Value') ?? '');
  const words = (text: string): string[] => text.split(/[^\p{L}\p{N}]+/u);
  const test: Record<string, (text: string) => boolean> = {
    FullString: (text) => text === wanted,
    Prefixed: (text) => text.startsWith(wanted),
    Substring: (text) => text.includes(wanted),
    PrefixOnWords: (text) => words(text).some((word) => word.startsWith(wanted)),
    ExactPhrase: (text) => ` ${words(text).join(' ')} `.includes(` ${words(wanted).join(' ')} `),
  };
  const matches = test[mode];
  if (!matches) throw schemaFault(`the 'ContainmentMode' attribute is invalid - the value '${mode}' is invalid.`);
  return (of) => {
    const value = read(of);
    if (value === undefined) return false;
    return (isList(value) ? value : [value]).some((single) => matches(fold(String(single))));
  };
}
