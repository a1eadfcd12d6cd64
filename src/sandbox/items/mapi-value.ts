import { ItemError } from '../soap/faults.js';
import { isTrue } from '../xml/element.js';
import { readDateTime } from '../xml/read-date-time.js';
import { dateTime } from '../xml/write-xml.js';

const INVALID = 'ErrorInvalidExtendedPropertyValue';

/** Ranges of integer types. Long is a 64-bit integer, Currency counts ten-thousandths. */
const RANGES: Readonly<Record<string, readonly [min: bigint, max: bigint]>> = {
  Short: [-(2n ** 15n), 2n ** 15n - 1n],
  Integer: [-(2n ** 31n), 2n ** 31n - 1n],
  Long: [-(2n ** 63n), 2n ** 63n - 1n],
  Currency: [-(2n ** 63n), 2n ** 63n - 1n],
};

/**
 * A value of an extended property in the format of the store: numbers without leading zeros, times in UTC in whole
 * seconds, booleans as `true` or `false`. Throws an `ItemError` if the text is not a value of the type (`…Array`: of
 * one entry).
 */
export function storedForm(type: string, text: string): string {
  const kind = type.replace(/Array$/, '');
  const value = text.trim();
  const range = RANGES[kind];
  if (range) return wholeNumber(value, range);
  switch (kind) {
    case 'Boolean':
      return flag(value);
    case 'SystemTime':
      return time(value);
    case 'Binary':
      return base64(value);
    case 'CLSID':
      return match(value, /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i).toLowerCase();
    case 'Double':
    case 'Float':
    case 'ApplicationTime':
      return String(Number(match(value, /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i)));
    default:
      return text;
  }
}

function match(value: string, shape: RegExp): string {
  if (!shape.test(value)) throw new ItemError(INVALID);
  return value;
}

function wholeNumber(value: string, [min, max]: readonly [bigint, bigint]): string {
  const number = BigInt(match(value, /^[+-]?\d{1,30}$/));
  if (number < min || number > max) throw new ItemError(INVALID);
  return String(number);
}

function flag(value: string): string {
  return String(isTrue(match(value.toLowerCase(), /^(?:true|false|0|1)$/)));
}

function time(value: string): string {
  const ms = readDateTime(match(value, /T/));
  if (Number.isNaN(ms)) throw new ItemError(INVALID);
  return dateTime(ms);
}

function base64(value: string): string {
  const bare = value.replace(/\s+/g, '');
  if (bare.length % 4 !== 0) throw new ItemError(INVALID);
  return match(bare, /^[A-Za-z\d+/]*={0,2}$/);
}
