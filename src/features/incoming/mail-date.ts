const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Hours from UTC of the names that RFC 5322, 4.3 knows; any other name means nothing, and UTC is assumed. */
const zones: Readonly<Record<string, number>> = {
  est: -5,
  edt: -4,
  cst: -6,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
};

const pattern =
  /^(?:[a-z]{2,9}\.?,?\s+)?(\d{1,2})[\s-]+([a-z]{3})[a-z]*\.?[\s-]+(\d{2,4}),?\s+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\.\d+)?(?:\s*(?:(?:utc|gmt)?([+-]\d{2}):?(\d{2})|([a-z]+)))?(?![\d:])/i;

/**
 * The time in a Date header, old and slightly wrong forms included (RFC 5322, 3.3 and 4.3). JavaScript's
 * own reading takes far too much ("hello 1" is a day in 2001) and means local time where no zone is given.
 * @returns null for what is no date
 */
export function parseMailDate(header: string | null): Date | null {
  if (header === null) return null;
  const match = pattern.exec(withoutComments(header).replace(/\s+/g, ' ').trim());
  if (!match) return null;
  const [
    ,
    day = '',
    monthName = '',
    yearText = '',
    hour = '',
    minute = '',
    second = '0',
    zoneHours,
    zoneMinutes,
    zone,
  ] = match;
  const month = months.indexOf(monthName.toLowerCase());
  const date = new Date(0);
  date.setUTCFullYear(fullYear(yearText), month, Number(day));
  // The 31st of a shorter month would silently become another day.
  if (month < 0 || date.getUTCMonth() !== month || date.getUTCDate() !== Number(day)) return null;
  // A leap second is the next second, as everywhere in Unix time.
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null;
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  const offset = offsetMinutes(zoneHours, zoneMinutes, zone);
  return new Date(date.getTime() - offset * 60_000);
}

/** Two digits: 2000 to 2049, then 1950 to 1999; three: since 1900 (RFC 5322, 4.3). */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 2) return year < 50 ? 2000 + year : 1900 + year;
  return text.length === 3 ? 1900 + year : year;
}

function offsetMinutes(hours: string | undefined, minutes: string | undefined, name: string | undefined): number {
  if (hours === undefined) return (zones[name?.toLowerCase() ?? ''] ?? 0) * 60;
  const size = Math.abs(Number(hours)) * 60 + Number(minutes);
  return hours.startsWith('-') ? -size : size;
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
