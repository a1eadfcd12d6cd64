const DATE_TIME = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * A time in a request, in ms since 1970. Without a zone it is read as UTC, as Exchange does without a TimeZoneContext;
 * `Date.parse` would use the local zone, and accept much that is not an xs:dateTime.
 * @returns NaN if it is invalid, or its year does not have four digits, the limit of the store
 */
export function readDateTime(text: string): number {
  const [, date, time = 'T00:00:00', zone = 'Z'] = DATE_TIME.exec(text.trim()) ?? [];
  return date === undefined ? NaN : Date.parse(`${date}${time}${zone}`);
}
