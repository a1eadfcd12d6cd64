/** Text and HTML into each other, in the simple way a mail server does when a client asks for the one it has not. */

const ENTITIES: Record<string, string> = { nbsp: '\u00a0', lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/** The start and end of elements that are not displayed. */
const hidden: readonly (readonly [RegExp, RegExp])[] = [
  [/<head\b/gi, /<\/head\s*>/gi],
  [/<style\b/gi, /<\/style\s*>/gi],
  [/<script\b/gi, /<\/script\s*>/gi],
  [/<title\b/gi, /<\/title\s*>/gi],
  [/<!--/g, /-->/g],
];

/** An unclosed element stays. One pattern for both ends would search for the end from each start. */
function withoutBlocks(html: string, open: RegExp, close: RegExp): string {
  const kept: string[] = [];
  let at = 0;
  for (;;) {
    open.lastIndex = at;
    close.lastIndex = open.test(html) ? open.lastIndex : html.length;
    const start = open.lastIndex;
    if (start === 0 || !close.test(html)) return kept.join('') + html.slice(at);
    kept.push(html.slice(at, html.lastIndexOf('<', start - 1)));
    at = close.lastIndex;
  }
}

/** Plain text of an HTML body: block elements become lines, links and images keep their words only. */
export function htmlToText(html: string): string {
  return hidden
    .reduce((kept, [open, close]) => withoutBlocks(kept, open, close), html)
    .replace(/\s+/g, ' ')
    .replace(/<br\s*\/?>/gi, '\r\n')
    .replace(/<\/(p|div|tr|li|h[1-6]|table|blockquote)\s*>/gi, '\r\n')
    .replace(/<[^<>]*>/g, '')
    .replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, decodeEntity)
    .replace(/(?<![ \t])[ \t]*\r\n[ \t]*/g, '\r\n')
    .replace(/(\r\n){3,}/g, '\r\n\r\n')
    .trim();
}

function decodeEntity(entity: string, hex?: string, decimal?: string, name?: string): string {
  if (name) return ENTITIES[name.toLowerCase()] ?? entity;
  const code = hex ? parseInt(hex, 16) : parseInt(decimal ?? '', 10);
  return code <= 0x10ffff ? String.fromCodePoint(code) : entity;
}

/** Text as part of an HTML body. */
export const linesToHtml = (text: string, lineBreak = '<br>'): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').split(/\r?\n/).join(lineBreak);

/** An HTML body around plain text, with the comment by which Exchange marks such a conversion. */
export function textToHtml(text: string): string {
  return (
    '<html>\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n' +
    `<meta name="Generator" content="Microsoft Exchange Server">\r\n<!-- converted from text -->\r\n</head>\r\n` +
    `<body>\r\n<font size="2"><span style="font-size:10pt;"><div class="PlainText">${linesToHtml(text, '<br>\r\n')}</div></span></font>\r\n</body>\r\n</html>\r\n`
  );
}
