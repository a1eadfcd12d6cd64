const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** How long something lasted, by its two largest units: `41 minutes`, `2 days 1 hour`. @param ms at least 0 */
export function durationWords(ms: number): string {
  const largest = units.findIndex(([, size]) => ms >= size);
  if (largest === -1) return 'less than a minute';
  let rest = ms;
  return units
    .slice(largest, largest + 2)
    .map(([unit, size]) => {
      const count = Math.floor(rest / size);
      rest -= count * size;
      return count === 0 ? '' : `${count} ${unit}${count === 1 ? '' : 's'}`;
    })
    .filter((part) => part !== '')
    .join(' ');
}
