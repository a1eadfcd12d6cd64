/**
 * What XML 1.0 forbids (production 2, `Char`), lone surrogates included. Real mail holds such
 * characters in subjects and names; a server refuses a whole request for one of them.
 */
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\p{Cs}]/gu;
const SPECIAL_IN_TEXT = /[&<>\r]/g;
const SPECIAL_IN_ATTRIBUTE = /[&<>"'\t\n\r]/g;

const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // A parser turns a raw CR into LF, and raw white space of an attribute into blanks.
  '\r': '&#xD;',
  '\n': '&#xA;',
  '\t': '&#x9;',
};

const reference = (character: string) => REFERENCES[character] ?? character;

/** `value` without the characters that no XML 1.0 document may hold. */
export function stripForbidden(value: string): string {
  return value.replace(FORBIDDEN, '');
}

/** `value` as element content; forbidden characters are dropped. */
export function escapeText(value: string): string {
  return stripForbidden(value).replace(SPECIAL_IN_TEXT, reference);
}

/** `value` as the inside of a quoted attribute; forbidden characters are dropped. */
export function escapeAttribute(value: string): string {
  return stripForbidden(value).replace(SPECIAL_IN_ATTRIBUTE, reference);
}
