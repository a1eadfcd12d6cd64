/** Types that a browser shows as pictures and nothing else; SVG is a document that can hold scripts. */
const signatures: readonly { readonly type: string; readonly matches: (head: Buffer) => boolean }[] = [
  { type: 'image/png', matches: (head) => head.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n' },
  { type: 'image/jpeg', matches: (head) => head.toString('latin1', 0, 3) === '\xff\xd8\xff' },
  { type: 'image/gif', matches: (head) => /^GIF8[79]a$/.test(head.toString('latin1', 0, 6)) },
  { type: 'image/webp', matches: (head) => /^RIFF[^]{4}WEBP$/.test(head.toString('latin1', 0, 12)) },
];

/** The type of a picture that may be shown within a page, by its own first bytes: what mail says of it is a stranger's word. */
export function inlineImageType(bytes: Buffer): string | null {
  return signatures.find(({ matches }) => matches(bytes))?.type ?? null;
}
