const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/** A span as people say it: `48 s`, `3 min`, `2 h`. Never negative. */
export function spanInWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  for (const [unit, length] of units) {
    // Whole minutes only from two on: `90 s` says more than `1 min`.
    if (seconds >= 2 * length) return `${Math.round(seconds / length)} ${unit}`;
  }
  return `${seconds} s`;
}
