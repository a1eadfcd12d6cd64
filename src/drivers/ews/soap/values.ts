const DATE_TIME = /^\s*(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?\s*$/;

/** No mail is older; servers say "none" by the years 1 and 1601, and worse by what their clocks make of it. */
const FIRST_YEAR = 1970;
/** How far clocks and time zones may disagree. */
const FUTURE_MS = 2 * 24 * 60 * 60_000;

/**
 * When something happened. Null for a date that lies in the future, too: a server that dates one message to
 * the year 2185 must not make an import by date believe that it has passed everything before.
 */
export function readPastDate(text: string | null, now: Date): Date | null {
  const date = readDate(text);
  return date !== null && date.getTime() <= now.getTime() + FUTURE_MS ? date : null;
}

/**
 * xs:dateTime; one without a zone is taken as UTC, which is what EWS promises. Null when missing,
 * not a real date, or before 1970.
 */
export function readDate(text: string | null): Date | null {
  const match = text === null ? null : DATE_TIME.exec(text);
  if (match === null) return null;
  const part = (index: number) => Number(match[index] ?? 0);
  const millis = Number((match[7] ?? '0').slice(0, 3).padEnd(3, '0'));
  const year = part(1);
  if (year < FIRST_YEAR || part(4) > 24 || part(5) > 59 || part(6) > 60) return null;
  const day = new Date(Date.UTC(year, part(2) - 1, part(3)));
  if (day.getUTCMonth() !== part(2) - 1 || day.getUTCDate() !== part(3)) return null;
  const local = day.getTime() + ((part(4) * 60 + part(5)) * 60 + part(6)) * 1000 + millis;
  return new Date(local - offsetMinutes(match[8]) * 60_000);
}

function offsetMinutes(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return zone.startsWith('-') ? -minutes : minutes;
}

/** xs:dateTime in UTC; milliseconds only where there are some, since old servers choke on a needless fraction. */
export function writeDate(date: Date): string {
  return date.toISOString().replace('.000Z', 'Z');
}

/** xs:int and its kin; null when missing or not a whole number. */
export function readInteger(text: string | null): number | null {
  if (text === null || !/^\s*[+-]?\d+\s*$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

/** xs:boolean (`true`, `1`, `false`, `0`, and .NET's capitals); null when missing or neither. */
export function readBoolean(text: string | null): boolean | null {
  const word = text?.trim().toLowerCase();
  if (word === 'true' || word === '1') return true;
  if (word === 'false' || word === '0') return false;
  return null;
}
