const two = (number: number): string => String(number).padStart(2, '0');

/** A point in time as a field for local date and time has it, to the minute. @param iso ISO 8601 */
export function localOf(iso: string): string {
  const at = new Date(iso);
  const day = `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** The other way round: ISO 8601 in UTC. What is no time stays as it is, for the API to refuse. */
export function isoOf(local: string): string {
  const ms = Date.parse(local);
  return Number.isNaN(ms) ? local : new Date(ms).toISOString();
}
