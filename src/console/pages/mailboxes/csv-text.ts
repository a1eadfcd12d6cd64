const newline = '\r\n';

/** What a spreadsheet would take for a formula, and run. */
const looksLikeFormula = /^[=+\-@\t\r]/;

function cell(value: string): string {
  const harmless = looksLikeFormula.test(value) ? `'${value}` : value;
  return /[",;\r\n\t]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** A CSV file as spreadsheets read it: commas, quotes where they are needed, and a mark that it is UTF-8. */
export const csvText = (rows: readonly (readonly string[])[]): string =>
  `\uFEFF${rows.map((row) => row.map(cell).join(',')).join(newline)}${newline}`;
