/** Text and HTML into each other, in the simple way a mail server does when a client asks for the one it has not. */

const ENTITIES: Record<string, string> = { nbsp: '\u00a0', lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/** Plain text of an HTML body: block elements become lines, links and images keep their words only. */
export function htmlToText(html: string): string {
  return html
    .replace(/<(head|style|script|title)\b[\s\S]*?<\/\1\s*>/gi, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/\s+/g, ' ')
    .replace(/<br\s*\/?>/gi, '\r\n')
    .replace(/<\/(p|div|tr|li|h[1-6]|table|blockquote)\s*>/gi, '\r\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, decodeEntity)
    .replace(/[ \t]*\r\n[ \t]*/g, '\r\n')
    .replace(/(\r\n){3,}/g, '\r\n\r\n')
    .trim();
}

function decodeEntity(entity: string, hex?: string, decimal?: string, name?: string): string {
  if (name) return ENTITIES[name.toLowerCase()] ?? entity;
  const code = hex ? parseInt(hex, 16) : parseInt(decimal ?? '', 10);
  return code <= 0x10ffff ? String.fromCodePoint(code) : entity;
}

/** An HTML body around plain text, with the comment by which Exchange marks such a conversion. */
export function textToHtml(text: string): string {
  const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const lines = escaped.split(/\r?\n/).join('<br>\r\n');
  return (
    '<html>\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n' +
    `<meta name="Generator" content="Microsoft Exchange Server">\r\n<!-- converted from text -->\r\n</head>\r\n` +
    `<body>\r\n<font size="2"><span style="font-size:10pt;"><div class="PlainText">${lines}</div></span></font>\r\n</body>\r\n</html>\r\n`
  );
}
