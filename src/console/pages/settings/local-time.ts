const two = (value: number) => String(value).padStart(2, '0');

/** A time as `<input type="datetime-local">` holds it, in the browser's time zone. @param ms since 1970 */
export function toLocalInput(ms: number): string {
  const at = new Date(ms);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** What such a field holds, as ISO 8601 in UTC; null when it is empty or no time. */
export function fromLocalInput(text: string): string | null {
  const ms = text === '' ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
