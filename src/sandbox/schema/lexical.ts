import type { Schema, SimpleType } from './notation.js';

/** The built-in types of XML Schema used in requests: the name in .NET error messages, and the lexical form. */
const BUILT_IN: Readonly<Record<string, readonly [name: string, test: (text: string) => boolean]>> = {
  string: ['String', () => true],
  anyURI: ['Uri', () => true],
  boolean: ['Boolean', (text) => /^(?:true|false|0|1)$/.test(text)],
  int: ['Int32', (text) => isWhole(text, -(2n ** 31n), 2n ** 31n - 1n)],
  long: ['Int64', (text) => isWhole(text, -(2n ** 63n), 2n ** 63n - 1n)],
  unsignedInt: ['UInt32', (text) => isWhole(text, 0n, 2n ** 32n - 1n)],
  unsignedShort: ['UInt16', (text) => isWhole(text, 0n, 2n ** 16n - 1n)],
  nonNegativeInteger: ['NonNegativeInteger', (text) => /^(?:\+?\d+|-0+)$/.test(text)],
  double: ['Double', (text) => /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[Ee][+-]?\d+)?|-?INF|NaN)$/.test(text)],
  base64Binary: ['Base64', isBase64],
  language: ['Language', (text) => /^[A-Za-z]{1,8}(?:-[A-Za-z\d]{1,8})*$/.test(text)],
  duration: ['TimeSpan', isDuration],
  dateTime: ['DateTime', (text) => isDate(text, 'T')],
  date: ['Date', (text) => isDate(text, '')],
  time: ['Time', (text) => isTime(text)],
};

/** The name of a type in error messages; built-in types are in the namespace of XML Schema. */
export function qualifiedName(type: string, namespace: string): string {
  return type in BUILT_IN ? `http://www.w3.org/2001/XMLSchema:${type}` : `${namespace}:${type.replace(/^m\./, '')}`;
}

/** Trims the white space of XML, which is less than `trim` removes. */
function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const isSpace = (code: number): boolean => code === 32 || code === 9 || code === 10 || code === 13;

/** Why a text is not a value of a simple or built-in type, in the wording of .NET; undefined if it is one. */
export function whyNoValue(schema: Schema, name: string, text: string): string | undefined {
  const type = schema.type(name);
  if (type?.kind === 'simple') return whyNotOf(schema, type, text);
  const builtIn = BUILT_IN[name];
  if (!builtIn) throw new Error(`The schema has no simple type ${name}`);
  const [label, test] = builtIn;
  // White space around a value counts in strings only.
  const value = name === 'string' ? text : trimmed(text);
  return test(value) ? undefined : `The string '${cut(text)}' is not a valid ${label} value.`;
}

function whyNotOf(schema: Schema, type: SimpleType, text: string): string | undefined {
  if (type.values) return type.values.has(text) ? undefined : 'The Enumeration constraint failed.';
  if (type.union.length > 0) {
    const fits = type.union.some((member) => whyNoValue(schema, member, text) === undefined);
    return fits ? undefined : `The string '${cut(text)}' is not a valid value of any member of the union.`;
  }
  if (type.list !== undefined) {
    const entry = type.list;
    return text
      .split(/[ \t\r\n]+/)
      .filter((word) => word !== '')
      .map((word) => whyNoValue(schema, entry, word))
      .find((why) => why !== undefined);
  }
  const inBase = whyNoValue(schema, type.base, text);
  if (inBase !== undefined) return inBase;
  if (text.length < type.minLength) return 'The actual length is less than the MinLength value.';
  if (Number(text) < type.min) return 'The MinInclusive constraint failed.';
  if (Number(text) > type.max) return 'The MaxInclusive constraint failed.';
  return type.pattern && !type.pattern.test(text) ? 'The Pattern constraint failed.' : undefined;
}

const MOST_QUOTED = 400;

/** A value as quoted in an error, truncated because attachments can have megabytes. */
export const cut = (text: string): string => (text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}…` : text);

/** All integers may have a sign: .NET accepts one for the unsigned types, too. */
function isWhole(text: string, min: bigint, max: bigint): boolean {
  if (!/^[+-]?\d+$/.test(text) || Math.abs(Number(text)) > 2 ** 64) return false;
  const number = BigInt(text);
  return number >= min && number <= max;
}

function isBase64(text: string): boolean {
  const bare = /[ \t\r\n]/.test(text) ? text.replace(/[ \t\r\n]+/g, '') : text;
  return bare.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(bare);
}

function isDuration(text: string): boolean {
  const shape = /^-?P(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/;
  return shape.test(text) && /\d/.test(text) && !text.endsWith('T');
}

const ZONE = /^(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?$/;

function isDate(text: string, separator: 'T' | ''): boolean {
  const [, year = '', month = '', day = '', rest = ''] =
    /^(-?(?:\d{4}|[1-9]\d{4,8}))-(\d\d)-(\d\d)(.*)$/.exec(text) ?? [];
  if (year === '' || Number(year) === 0) return false;
  const days = new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate();
  const inMonth = Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= days;
  if (!inMonth) return false;
  return separator === '' ? ZONE.test(rest) : rest.startsWith('T') && isTime(rest.slice(1));
}

function isTime(text: string): boolean {
  const [whole = '', hours = '', minutes = '', seconds = '', fraction = ''] =
    /^(\d\d):(\d\d):(\d\d)(\.\d+)?/.exec(text) ?? [];
  if (whole === '' || !ZONE.test(text.slice(whole.length))) return false;
  if (hours === '24') return minutes === '00' && seconds === '00' && !/[1-9]/.test(fraction);
  return Number(hours) <= 23 && Number(minutes) <= 59 && Number(seconds) <= 59;
}
