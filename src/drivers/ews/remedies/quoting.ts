import { oneLine } from '../../port/explanations/quoting.js';

/** PowerShell takes typographic single quotes for quotes, too. */
const powerShellQuotes = /['\u2018\u2019\u201a\u201b]/g;

/** A literal string of PowerShell: nothing in it is expanded, and a doubled quote is a quote. */
export const powerShell = (text: string): string => `'${oneLine(text).replace(powerShellQuotes, '$&$&')}'`;

/** A string inside a filter of Exchange or Active Directory, before the filter itself is quoted. */
export const inFilter = (text: string): string => `'${oneLine(text).replaceAll("'", "''")}'`;
