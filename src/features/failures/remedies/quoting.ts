/**
 * What must not stand in a line that a person reads or pastes: control characters (a line break ends a
 * command, ESC [201~ ends a paste), marks that turn the direction of text, and halves of a character.
 * The joiners are harmless, and names and emoji need them.
 */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu;

/** Text from outside as one harmless line; what cannot stand in one is shown as U+FFFD. */
export const oneLine = (text: string): string => text.replace(unprintable, '\ufffd');

/** PowerShell takes typographic single quotes for quotes, too. */
const powerShellQuotes = /['\u2018\u2019\u201a\u201b]/g;

/** A literal string of PowerShell: nothing in it is expanded, and a doubled quote is a quote. */
export const powerShell = (text: string): string => `'${oneLine(text).replace(powerShellQuotes, '$&$&')}'`;

/** A string inside a filter of Exchange or Active Directory, before the filter itself is quoted. */
export const inFilter = (text: string): string => `'${oneLine(text).replaceAll("'", "''")}'`;

/** A word of a POSIX shell, quoted only if it must be. */
export function posix(text: string): string {
  const line = oneLine(text);
  return /^[\w@%+=:,./][\w@%+=:,./-]*$/.test(line) ? line : `'${line.replaceAll("'", `'\\''`)}'`;
}
