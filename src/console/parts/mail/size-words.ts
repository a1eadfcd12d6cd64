const units = ['KB', 'MB', 'GB'] as const;

/** A number of bytes as people read it: `512 bytes`, `1.4 MB`. */
export function sizeWords(bytes: number): string {
  if (bytes === 1) return '1 byte';
  if (bytes < 1_000) return `${bytes} bytes`;
  let size = bytes;
  let unit: string = units[0];
  for (unit of units) {
    size /= 1_000;
    if (size < 999.5) break;
  }
  return `${size < 9.95 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}
