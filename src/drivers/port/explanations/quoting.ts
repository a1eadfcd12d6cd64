/**
 * What must not stand in a line that a person reads or pastes: control characters (a line break ends a
 * command, ESC [201~ ends a paste), marks that turn the direction of text, and halves of a character.
 * The joiners are harmless, and names and emoji need them.
 */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu;

/** Text from outside as one harmless line; what cannot stand in one is shown as U+FFFD. */
export const oneLine = (text: string): string => text.replace(unprintable, '\ufffd');

/** A word of a POSIX shell, quoted only if it must be. */
export function posix(text: string): string {
  const line = oneLine(text);
  return /^[\w@%+=:,./][\w@%+=:,./-]*$/.test(line) ? line : `'${line.replaceAll("'", `'\\''`)}'`;
}
