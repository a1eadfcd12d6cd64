/**
 * Builds the `VALUES` of one statement for many rows, so that a batch is one round trip and byte
 * strings travel in binary form (an array parameter would send them as hex text).
 * @param columns name and SQL type of each column; the type is cast in the first row, which types the rest
 * @param first number of the first `$n` to use, behind parameters of the caller's own
 */
export function valuesList<R>(
  rows: readonly R[],
  columns: readonly { readonly type: string; readonly value: (row: R) => unknown }[],
  first = 1,
): { text: string; parameters: unknown[] } {
  const parameters: unknown[] = [];
  const lines = rows.map((row, index) => {
    const cells = columns.map(({ type, value }) => {
      parameters.push(value(row));
      const place = `$${first + parameters.length - 1}`;
      return index === 0 ? `${place}::${type}` : place;
    });
    return `(${cells.join(',')})`;
  });
  return { text: `VALUES ${lines.join(',')}`, parameters };
}
