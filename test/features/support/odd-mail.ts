import iconv from 'iconv-lite';

/** What a message says, in the words of a person who reads it. */
export interface Meaning {
  readonly subject?: string;
  readonly from?: { readonly name: string; readonly address: string };
  readonly to?: readonly { readonly name: string; readonly address: string }[];
  readonly date?: string;
  readonly text?: string;
  readonly html?: string;
  /** Names and contents. */
  readonly attachments?: Readonly<Record<string, string>>;
}

type Reader = 'mailparser' | 'python';

export interface OddMail {
  readonly name: string;
  readonly mime: Buffer;
  /** Written down by hand; nobody's reading. */
  readonly means: Meaning;
  /** What other readers make something else of, and why that is wrong. */
  readonly misread?: Partial<Record<Reader, Partial<Record<keyof Meaning, string>>>>;
}

const defaults = {
  From: 'Ann <ann@ext.example>',
  To: 'box@bug.example',
  Subject: 'x',
  Date: 'Mon, 02 Mar 2026 10:00:00 +0100',
  'MIME-Version': '1.0',
};

/** A message of raw bytes: headers and body in Latin-1 stand for their bytes. */
function mail(headers: Readonly<Record<string, string | Buffer>>, body: string | Buffer): Buffer {
  const all: Record<string, string | Buffer> = { ...defaults, ...headers };
  const lines = Object.entries(all).map(([name, value]) =>
    Buffer.concat([
      Buffer.from(`${name}: `),
      typeof value === 'string' ? Buffer.from(value, 'latin1') : value,
      Buffer.from('\r\n'),
    ]),
  );
  return Buffer.concat([...lines, Buffer.from('\r\n'), typeof body === 'string' ? Buffer.from(body, 'latin1') : body]);
}

const text = (charset: string | null, body: string | Buffer) =>
  mail({ 'Content-Type': charset === null ? 'text/plain' : `text/plain; charset=${charset}` }, body);

const file = (disposition: string) =>
  mail(
    { 'Content-Type': 'multipart/mixed; boundary=b' },
    `--b\r\nContent-Type: text/plain\r\n\r\nsee file\r\n--b\r\nContent-Type: application/x-f\r\nContent-Disposition: ${disposition}\r\n\r\ndata\r\n--b--\r\n`,
  );

const label = 'does not know the label';
const undeclared = 'knows no charset but those that are named';
const believes = 'believes the label, against the bytes';
const commas = 'takes the comma for the end of the first address';
const scheme = 'takes the scheme for part of the address, or for a group';

/**
 * One message of each kind that has been read wrongly, made up. The meaning is what counts; the other readers are
 * asked so that nobody has to take our word for what is common ground.
 */
export const oddMail: readonly OddMail[] = [
  {
    name: 'ISO-2022-JP under a converter’s label',
    mime: text('"_iso-2022-jp$ESC"', '\x1b$B2q5D$O?eMKF|\x1b(B\r\n'),
    means: { text: '会議は水曜日' },
    misread: { mailparser: { text: label }, python: { text: label } },
  },
  {
    name: 'ISO-2022-JP without a label',
    mime: text(null, '\x1b$B2q5D$O?eMKF|\x1b(B\r\n'),
    means: { text: '会議は水曜日' },
    misread: { mailparser: { text: undeclared }, python: { text: undeclared } },
  },
  {
    name: 'ISO-2022-KR',
    mime: text('iso-2022-kr', '\x1b$)C\r\n\x0eGQ1[\x0f ok\r\n'),
    means: { text: '한글 ok' },
    misread: { mailparser: { text: label } },
  },
  {
    name: 'HZ',
    mime: text('hz-gb-2312', '~{;aRi~} at 3\r\n'),
    means: { text: '会议 at 3' },
    misread: { mailparser: { text: label } },
  },
  { name: 'UTF-7', mime: text('utf-7', 'Hi Mom -+Jjo--!\r\n'), means: { text: 'Hi Mom -☺-!' } },
  { name: 'cp850', mime: text('cp850', 'Gr\x94\xe1e\r\n'), means: { text: 'Größe' } },
  {
    name: 'GB 18030',
    mime: text('gb18030', iconv.encode('会议改到星期三\r\n', 'gb18030')),
    means: { text: '会议改到星期三' },
  },
  {
    name: 'parameters in the label’s quotes',
    mime: text('"utf-8; format=flowed"', Buffer.from('Größe\r\n')),
    means: { text: 'Größe' },
  },
  {
    name: 'UTF-8 under the label of Latin-1',
    mime: text('iso-8859-1', Buffer.from('Größe für 5 €\r\n')),
    means: { text: 'Größe für 5 €' },
    misread: { mailparser: { text: believes }, python: { text: believes } },
  },
  {
    name: 'Latin-1 under the label of UTF-8',
    mime: text('utf-8', 'Gr\xfc\xdfe aus K\xf6ln\r\n'),
    means: { text: 'Grüße aus Köln' },
    misread: { mailparser: { text: believes }, python: { text: believes } },
  },
  {
    name: 'Russian without a label',
    mime: text(null, iconv.encode('Встреча переносится на среду, на два часа дня.\r\n', 'koi8-r')),
    means: { text: 'Встреча переносится на среду, на два часа дня.' },
    misread: { mailparser: { text: undeclared }, python: { text: undeclared } },
  },
  {
    name: 'the charset in HTML’s meta element only',
    mime: mail(
      { 'Content-Type': 'text/html' },
      iconv.encode('<meta charset="windows-1251"><p>Привет</p>', 'windows-1251'),
    ),
    means: { html: '<meta charset="windows-1251"><p>Привет</p>' },
    misread: { mailparser: { html: undeclared }, python: { html: undeclared } },
  },
  {
    name: 'emoji as two surrogate references',
    mime: mail({ 'Content-Type': 'text/html; charset=us-ascii' }, '<p>&#55357;&#56832; &#xD83D;&#xDE00;</p>'),
    means: { html: '<p>😀 😀</p>' },
    misread: {
      mailparser: { html: 'leaves it to the browser, which shows two replacement characters' },
      python: { html: 'leaves it to the browser, which shows two replacement characters' },
    },
  },
  {
    name: 'raw UTF-8 in headers',
    mime: mail({ Subject: Buffer.from('Grüße'), From: Buffer.from('Jörg <j@ext.example>') }, 'x'),
    means: { subject: 'Grüße', from: { name: 'Jörg', address: 'j@ext.example' } },
    misread: { python: { from: 'reads the name, and not that it is one of UTF-8' } },
  },
  {
    name: 'raw Chinese in headers',
    mime: mail(
      { Subject: iconv.encode('季度报表(请查收附件)', 'gb18030'), 'Content-Type': 'text/plain; charset=gb18030' },
      iconv.encode('会议', 'gb18030'),
    ),
    means: { subject: '季度报表(请查收附件)', text: '会议' },
    misread: { mailparser: { subject: undeclared }, python: { subject: undeclared } },
  },
  {
    name: 'raw Japanese of 7 bits in headers',
    mime: mail({ Subject: '\x1b$B2q5D\x1b(B' }, 'x'),
    means: { subject: '会議' },
    misread: { mailparser: { subject: undeclared }, python: { subject: undeclared } },
  },
  {
    name: 'an emoji cut in two by encoded words',
    mime: mail({ Subject: '=?utf-8?B?8J+Y?=\r\n =?utf-8?B?gA==?= done' }, 'x'),
    means: { subject: '😀 done' },
  },
  {
    name: 'an encoded word in a code page of DOS',
    mime: mail({ Subject: '=?cp850?Q?Gr=94=E1e?=' }, 'x'),
    means: { subject: 'Größe' },
  },
  {
    name: 'a sender with a comma in the name',
    mime: mail({ From: 'Doe, Jane <jane@ext.example>' }, 'x'),
    means: { from: { name: 'Doe, Jane', address: 'jane@ext.example' } },
    misread: { mailparser: { from: commas }, python: { from: commas } },
  },
  {
    name: 'recipients with commas in their names',
    mime: mail({ To: 'Doe, Jane <jane@ext.example>, Roe, Rick <rick@ext.example>' }, 'x'),
    means: {
      to: [
        { name: 'Doe, Jane', address: 'jane@ext.example' },
        { name: 'Roe, Rick', address: 'rick@ext.example' },
      ],
    },
    misread: { mailparser: { to: commas }, python: { to: commas } },
  },
  {
    name: 'addresses with their schemes',
    mime: mail({ From: '<mailto:ann@ext.example>', To: 'Box [SMTP:box@bug.example]' }, 'x'),
    means: { from: { name: '', address: 'ann@ext.example' }, to: [{ name: 'Box', address: 'box@bug.example' }] },
    misread: { mailparser: { from: scheme, to: scheme }, python: { from: scheme, to: scheme } },
  },
  {
    name: 'a sender by X.500 name whom the directory knows',
    mime: mail({ From: '"Box" </O=CORP/OU=EXCHANGE ADMINISTRATIVE GROUP/CN=RECIPIENTS/CN=JDOE>' }, 'x'),
    means: { from: { name: 'Box', address: 'jdoe@example.com' } },
    misread: { mailparser: { from: 'cannot ask the directory' }, python: { from: 'cannot ask the directory' } },
  },
  {
    name: 'a sender by X.500 name whom nobody knows',
    mime: mail({ From: '"Doe, Jim" </O=CORP/OU=EX/CN=RECIPIENTS/CN=GONE>' }, 'x'),
    means: { from: { name: 'Doe, Jim', address: '' } },
    misread: { mailparser: { from: 'takes it for an address' }, python: { from: 'takes it for an address' } },
  },
  {
    name: 'a time in the afternoon',
    mime: mail({ Date: '03 Feb 02 09:41:05 PM' }, 'x'),
    means: { date: '2002-02-03T21:41:05Z' },
    misread: {
      python: { date: 'takes PM for the name of a time zone' },
    },
  },
  {
    name: 'the date of a Unix mailbox',
    mime: mail({ Date: 'Mon Mar  2 10:00:00 2026' }, 'x'),
    means: { date: '2026-03-02T10:00:00Z' },
  },
  {
    name: 'a multipart without a boundary',
    mime: mail({ 'Content-Type': 'multipart/mixed' }, 'just text\r\n'),
    means: { text: 'just text' },
    misread: { mailparser: { text: 'loses the text' }, python: { text: 'loses the text' } },
  },
  {
    name: 'a multipart whose header lost the boundary',
    mime: mail({ 'Content-Type': 'multipart/mixed' }, '--b\r\nContent-Type: text/plain\r\n\r\nthe text\r\n--b--\r\n'),
    means: { text: 'the text', attachments: {} },
    misread: {
      mailparser: { text: 'loses the text' },
      python: { text: 'loses the text', attachments: 'takes the whole for one part without a type of its own' },
    },
  },
  {
    name: 'a multipart whose boundary never comes',
    mime: mail({ 'Content-Type': 'multipart/alternative; boundary=elsewhere' }, 'just text\r\n'),
    means: { text: 'just text' },
    misread: { mailparser: { text: 'loses the text' }, python: { text: 'loses the text' } },
  },
  {
    name: 'NUL in text and subject',
    mime: mail({ Subject: 'nul\0here' }, 'text \0 more\r\n'),
    means: { subject: 'nulhere', text: 'text more' },
  },
  {
    name: 'a name in sections',
    mime: file("attachment; filename*0*=utf-8''%E2%82; filename*1*=%AC; filename*2=.txt"),
    means: { attachments: { '€.txt': 'data' } },
  },
  {
    name: 'a name of 3,000 letters',
    mime: file(`attachment; filename*=utf-8''${'%E8%A6%8B'.repeat(3_000)}.txt`),
    means: { attachments: { [`${'見'.repeat(3_000)}.txt`]: 'data' } },
  },
  {
    name: 'a name in a code page of DOS',
    mime: file("attachment; filename*=cp850''Gr%94%E1e.txt"),
    means: { attachments: { 'Größe.txt': 'data' } },
  },
  {
    name: 'a raw name of 8 bits',
    mime: mail(
      { 'Content-Type': 'multipart/mixed; boundary=b' },
      Buffer.concat([
        Buffer.from(
          '--b\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\nx\r\n--b\r\nContent-Type: application/x-f; name="',
        ),
        iconv.encode('отчёт.bin', 'koi8-r'),
        Buffer.from('"\r\nContent-Disposition: attachment\r\n\r\ndata\r\n--b--\r\n'),
      ]),
    ),
    means: { attachments: { 'отчёт.bin': 'data' } },
    misread: { mailparser: { attachments: undeclared }, python: { attachments: undeclared } },
  },
];
