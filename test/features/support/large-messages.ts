const size = 4 * 1024 * 1024;

const head = (type: string, more = '') =>
  `From: Ada <ada@x.example>\r\nTo: b@x.example\r\nSubject: Large\r\nMIME-Version: 1.0\r\nContent-Type: ${type}\r\n${more}\r\n`;
const filled = (piece: string) => piece.repeat(Math.ceil(size / piece.length)).slice(0, size);
const text = (body: string, charset = 'utf-8') =>
  Buffer.from(`${head(`text/plain; charset=${charset}`)}${body}`, 'latin1');
const html = (body: string) => Buffer.from(`${head('text/html; charset=utf-8')}${body}`);
const base64 = (content: Buffer) => content.toString('base64').replace(/.{76}/g, '$&\r\n');
const inParts = (...parts: string[]) =>
  Buffer.from(`${head('multipart/mixed; boundary=b')}${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`);
const picture = (id: string) => `Content-Type: image/png\r\nContent-ID: <${id}>\r\n\r\nx`;

/** 251 is no multiple of anything that a reader takes at a time. */
const words = `${'The meeting has been moved to Thursday. '.repeat(6)}\r\n`;

export interface LargeMessage {
  readonly name: string;
  readonly mime: () => Buffer;
  /** Two bytes a character in memory, in a message that has one for each. */
  readonly isWide?: true;
}

/** Messages of about 4 MB each, in which another part of reading is asked for most. */
export const largeMessages: readonly LargeMessage[] = [
  { name: 'text', mime: () => text(filled(words)) },
  { name: 'line feeds', mime: () => text(filled('\n')) },
  { name: 'text in Latin-1', mime: () => text(filled(words.replaceAll('e', '\xe9')), 'iso-8859-1') },
  {
    name: 'text in Cyrillic',
    mime: () => text(filled(words.replaceAll(/[a-z]/g, '\xe0')), 'windows-1251'),
    isWide: true,
  },
  {
    name: 'text in Cyrillic as UTF-8',
    mime: () => Buffer.from(`${head('text/plain; charset=utf-8')}${'Привет, мир. '.repeat(size / 24)}`),
    isWide: true,
  },
  { name: 'text with one curly quote', mime: () => text(`\x93${filled(words)}`, 'windows-1252'), isWide: true },
  { name: 'text in no charset', mime: () => text(filled(words.replaceAll('e', '\xe9')), 'x-none') },
  {
    name: 'quoted-printable',
    mime: () =>
      Buffer.from(
        `${head('text/plain; charset=utf-8', 'Content-Transfer-Encoding: quoted-printable\r\n')}${filled('=41=42=43=\r\n')}`,
      ),
  },
  { name: 'HTML', mime: () => html(filled('<p>The meeting has been moved</p>\r\n')) },
  { name: 'surrogates by reference', mime: () => html(filled('&#55357;&#56832;')) },
  {
    name: 'HTML of short words beside a picture that it does not show',
    mime: () => inParts(`Content-Type: text/html\r\n\r\n${filled('a b ')}`, picture('a@b')),
  },
  {
    name: 'references to pictures',
    mime: () => inParts(`Content-Type: text/html\r\n\r\n${filled('<img src="cid:a@b">')}`, picture('a@b')),
  },
  {
    name: 'references to different pictures',
    mime: () =>
      inParts(
        `Content-Type: text/html\r\n\r\n${Array.from({ length: 200_000 }, (_, index) => `<img src="cid:${index}">`).join('')}`,
        picture('7'),
      ),
  },
  {
    name: 'a file in base64',
    mime: () =>
      inParts(
        `Content-Type: application/x; name=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(Buffer.alloc((size * 3) / 4, 7))}`,
      ),
  },
  {
    name: 'a table as it is',
    mime: () => inParts(`Content-Type: text/csv; name=a.csv\r\n\r\n${filled('a;b;c;d;e;f\r\n')}`),
  },
  {
    name: 'an attached message',
    mime: () => inParts(`Content-Type: message/rfc822\r\n\r\n${head('text/plain')}${filled(words)}`),
  },
  {
    name: 'as many parts as are read',
    mime: () =>
      inParts(...Array.from({ length: 4_900 }, () => `Content-Type: application/x; name=a\r\n\r\n${'x'.repeat(800)}`)),
  },
  {
    name: 'one long file name',
    mime: () =>
      inParts(`Content-Type: application/x; name="${'=?utf-8?Q?=41?= '.repeat(12_000)}"\r\n\r\n${filled(words)}`),
  },
];
