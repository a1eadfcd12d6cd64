import { schemaFault } from '../soap/faults.js';
import type { Item } from '../store/item.js';
import type { XmlElement } from '../xml/element.js';
import { type FieldValue, constantOf, fieldReader } from './field-value.js';

type Predicate = (item: Item) => boolean;

/** A restriction ready to run. */
export interface Restriction {
  /** Nothing received before this (epoch ms) matches: lets a search begin in the middle of a folder. */
  readonly receivedFrom: number;
  /** Null when `receivedFrom` is all there is to it. */
  readonly matches: Predicate | null;
}

export const NO_RESTRICTION: Restriction = { receivedFrom: -Infinity, matches: null };

/** Reads the `Restriction` element of FindItem. */
export function readRestriction(request: XmlElement): Restriction {
  const expression = request.child('Restriction')?.children[0];
  if (!expression) return NO_RESTRICTION;
  const since = lowerBound(expression);
  if (since !== undefined) return { receivedFrom: since, matches: null };
  const bounds = expression.name === 'And' ? expression.children.map(lowerBound) : [];
  return {
    receivedFrom: bounds.reduce((highest: number, bound) => Math.max(highest, bound ?? -Infinity), -Infinity),
    matches: predicate(expression),
  };
}

/** The date of `DateTimeReceived >= constant`; undefined for every other expression. */
function lowerBound(expression: XmlElement): number | undefined {
  if (expression.name !== 'IsGreaterThanOrEqualTo') return undefined;
  const [path, operand] = expression.children;
  if (path?.attribute('FieldURI') !== 'item:DateTimeReceived') return undefined;
  const ms = Date.parse(operand?.child('Constant')?.attribute('Value') ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

function predicate(expression: XmlElement): Predicate {
  const [first, second] = expression.children;
  switch (expression.name) {
    case 'And': {
      const all = expression.children.map(predicate);
      return (item) => all.every((matches) => matches(item));
    }
    case 'Or': {
      const any = expression.children.map(predicate);
      return (item) => any.some((matches) => matches(item));
    }
    case 'Not': {
      if (!first) throw incomplete(expression);
      const matches = predicate(first);
      return (item) => !matches(item);
    }
    case 'Exists': {
      if (!first) throw incomplete(expression);
      const field = fieldReader(first);
      return (item) => field.read(item) !== undefined;
    }
    case 'Contains': {
      if (!first) throw incomplete(expression);
      return contains(expression, first);
    }
    default: {
      if (!first || !second) throw incomplete(expression);
      return comparison(expression.name, first, second);
    }
  }
}

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

function comparison(name: string, path: XmlElement, operand: XmlElement): Predicate {
  const test = COMPARISONS[name];
  if (!test) throw schemaFault(`the search expression '${name}' is unexpected.`);
  const field = fieldReader(path);
  const constant = operand.child('Constant');
  const otherPath = operand.children[0];
  if (!otherPath) throw incomplete(operand);
  const fixed = constant ? constantOf(field.kind, constant.attribute('Value')) : undefined;
  const otherField = constant ? null : fieldReader(otherPath);
  return (item) => {
    const value = field.read(item);
    // A property that is not there equals nothing and differs from everything.
    if (value === undefined) return name === 'IsNotEqualTo';
    return test(compareValues(value, otherField ? otherField.read(item) : fixed));
  };
}

/** Ordering of two property values; text without regard to case, as in an Exchange store. */
export function compareValues(a: FieldValue, b: FieldValue): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  if (typeof a === 'string' && typeof b === 'string') {
    const [left, right] = [a.toLowerCase(), b.toLowerCase()];
    return left < right ? -1 : left > right ? 1 : 0;
  }
  return a < b ? -1 : a > b ? 1 : a === b ? 0 : NaN;
}

function contains(expression: XmlElement, path: XmlElement): Predicate {
  const field = fieldReader(path);
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
  return (item) => {
    const value = field.read(item);
    return value !== undefined && matches(fold(String(value)));
  };
}
