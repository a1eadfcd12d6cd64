const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * UTC offsets in hours of the zone names in RFC 5322, 4.3, and of other unambiguous names. Any other name is treated as
 * UTC.
 */
const zones: Readonly<Record<string, number>> = {
  est: -5,
  edt: -4,
  cst: -6,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
  akst: -9,
  akdt: -8,
  hst: -10,
  west: 1,
  cet: 1,
  cest: 2,
  met: 1,
  mest: 2,
  eet: 2,
  eest: 3,
  msk: 3,
  jst: 9,
  kst: 9,
  aest: 10,
  aedt: 11,
  nzst: 12,
  nzdt: 13,
};

const time = String.raw`(?<hour>\d{1,2})[:.](?<minute>\d{2})(?:[:.](?<second>\d{2}))?(?:[.,]\d{1,9})?(?:\s?(?<half>[ap])\.?m\b\.?)?`;
const offset = String.raw`(?:utc|gmt)?\s?(?<zoneSign>[+-])\s?(?<zoneHours>\d{1,2}):?(?<zoneMinutes>\d{2})?(?!\d)`;
const zone = String.raw`(?:\s?(?:${offset}|(?<zoneName>[a-z]{1,20})))?`;
const weekday = String.raw`(?:[a-z]{2,9}\.?(?:,\s?|\s))?`;
const month = String.raw`(?<month>[a-z]{3})[a-z]{0,9}\.?`;
const end = String.raw`(?![\d:])`;

/**
 * Date formats, with white space reduced to single spaces. The first is the one allowed in messages; the others occur
 * in practice.
 */
const patterns = [
  new RegExp(
    String.raw`^${weekday}(?<day>\d{1,2})[\s-]{1,3}${month}[\s-]{1,3}(?<year>\d{2,4}),?\s${time}${zone}${end}`,
    'i',
  ),
  // `Mon Mar  2 10:00:00 2026`, with an optional zone before or after the year: asctime, and the output of `date`.
  new RegExp(
    String.raw`^${weekday}${month}\s(?<day>\d{1,2}),?\s${time}(?:\s(?<zoneBefore>[a-z]{1,5}))?\s(?<year>\d{4})${zone}${end}`,
    'i',
  ),
  new RegExp(String.raw`^${weekday}${month}\s(?<day>\d{1,2}),?\s(?<year>\d{4}),?\s(?:at\s)?${time}${zone}${end}`, 'i'),
  // ISO 8601 and RFC 3339, and near misses
  new RegExp(String.raw`^(?<year>\d{4})[-/](?<monthNumber>\d{1,2})[-/](?<day>\d{1,2})[t\s]${time}${zone}${end}`, 'i'),
];

/**
 * The time in a Date header, old and slightly wrong forms included (RFC 5322, 3.3 and 4.3). JavaScript's
 * own reading takes far too much ("hello 1" is a day in 2001) and means local time where no zone is given.
 * @returns null for what is no date
 */
export function parseMailDate(header: string | null): Date | null {
  if (header === null) return null;
  const text = withoutComments(header.slice(0, longest)).replace(/\s+/g, ' ').trim();
  for (const pattern of patterns) {
    const parts = pattern.exec(text)?.groups;
    if (parts) return dateOf(parts);
  }
  return null;
}

const longest = 1_000;

function dateOf(parts: Readonly<Record<string, string | undefined>>): Date | null {
  const day = Number(parts['day']);
  const month =
    parts['monthNumber'] === undefined
      ? months.indexOf(parts['month']?.toLowerCase() ?? '')
      : Number(parts['monthNumber']) - 1;
  const date = new Date(0);
  date.setUTCFullYear(fullYear(parts['year'] ?? ''), month, day);
  // The 31st of a shorter month would silently become another day.
  if (month < 0 || date.getUTCMonth() !== month || date.getUTCDate() !== day) return null;
  const hour = hourOf(Number(parts['hour']), parts['half']);
  const [minute, second] = [Number(parts['minute']), Number(parts['second'] ?? 0)];
  // A leap second is the next second, as everywhere in Unix time.
  if (hour > 23 || minute > 59 || second > 60) return null;
  date.setUTCHours(hour, minute, second);
  return new Date(date.getTime() - offsetMinutes(parts) * 60_000);
}

/** On a 12-hour clock, 12 comes before 1. In a time like 14:30 PM the letters are ignored. */
function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined || hour > 12) return hour;
  return (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
}

/** Two digits: 2000 to 2049, then 1950 to 1999; three: since 1900 (RFC 5322, 4.3). */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 2) return year < 50 ? 2000 + year : 1900 + year;
  return text.length === 3 ? 1900 + year : year;
}

/** `+0100` and variants such as `+01`, `+1:00` and `GMT+1`; without a number, the offset of the zone name. */
function offsetMinutes(parts: Readonly<Record<string, string | undefined>>): number {
  const hours = parts['zoneHours'];
  if (hours === undefined) return (zones[(parts['zoneName'] ?? parts['zoneBefore'])?.toLowerCase() ?? ''] ?? 0) * 60;
  const size = Number(hours) * 60 + Number(parts['zoneMinutes'] ?? 0);
  return parts['zoneSign'] === '-' ? -size : size;
}

/** Comments may be nested; what is inside, a person reads and nobody else. */
function withoutComments(text: string): string {
  let depth = 0;
  let kept = '';
  for (const char of text) {
    if (char === '(') depth += 1;
    else if (char === ')') depth = Math.max(0, depth - 1);
    else if (depth === 0) kept += char;
  }
  return kept;
}
