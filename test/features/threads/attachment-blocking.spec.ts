import { simpleParser } from 'mailparser';
import { withoutBlocked } from '../../../src/features/mail/incoming/attachment-blocking.js';
import { blockReason } from '../../../src/features/mail/incoming/attachment-rules.js';
import { attachmentContents, contentOfMime } from '../../../src/features/mail/incoming/message-content.js';
import { mimeLeaves } from '../../../src/features/mail/incoming/mime-parts.js';
import { expectLinear } from '../../support/growth.js';
import { itemProperties } from '../support/item-properties.js';

const rules = { blockedAttachmentExtensions: ['exe', 'tar.gz'], maxAttachmentBytes: null };

async function block(mime: Buffer | string, given = rules) {
  const item = { id: 'i', changeKey: null, mime: Buffer.from(mime), properties: itemProperties() };
  const content = await contentOfMime(item.mime, item.properties);
  return withoutBlocked({ item, content }, given);
}

const part = (headers: string[], body: string) => ['--outer', ...headers, '', body].join('\r\n');
const message = (...parts: string[]) =>
  [
    'Subject: s',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="outer"',
    '',
    'preamble',
    ...parts,
    '--outer--',
    'epilogue',
    '',
  ].join('\r\n');
const text = part(['Content-Type: text/plain'], 'Hello');
const file = (disposition: string, body: string, encoding = 'base64') =>
  part(
    [
      'Content-Type: application/octet-stream',
      `Content-Transfer-Encoding: ${encoding}`,
      `Content-Disposition: attachment; ${disposition}`,
    ],
    body,
  );
const program = Buffer.from('MZ a program').toString('base64');
const note = Buffer.from('harmless').toString('base64');

it.each([
  ['setup.exe', 'extension'],
  ['SETUP.EXE', 'extension'],
  ['setup.exe.', 'extension'],
  ['setup.exe . .', 'extension'],
  ['setup.exe::$DATA', 'extension'],
  ['invoice.pdf.exe', 'extension'],
  ['setup.ex\u202ee', 'extension'],
  ['setup.ｅｘｅ', 'extension'],
  ['backup.tar.gz', 'extension'],
  ['backup.gz', null],
  ['exe', null],
  ['setupexe', null],
  ['setup.exe.txt', null],
  ['', null],
  [null, null],
])('a file called %j: %s', (name, reason) => expect(blockReason(rules, name, 1)).toBe(reason));

it('reads a name without end in time that grows with it', async () => {
  expect(blockReason(rules, 'a'.repeat(1_000_000) + ' '.repeat(100_000), 1)).toBeNull();
  await expectLinear(
    (size) => 'a'.repeat(size) + ' '.repeat(size / 10),
    (name) => blockReason(rules, name, 1),
    1_000_000,
  );
});

it('counts bytes', () => {
  const limited = { blockedAttachmentExtensions: [], maxAttachmentBytes: 10 };
  expect(blockReason(limited, 'a', 10)).toBeNull();
  expect(blockReason(limited, 'a', 11)).toBe('attachment-size');
});

it('cuts the attachment out of the MIME and leaves every other byte', async () => {
  const [before, after] = [message(text, file('filename="a.txt"', note)), file('filename="b.exe"', program)];
  const mime = before.replace('--outer--', `${after}\r\n--outer--`);
  const { item, content } = await block(mime);
  const kept = item.mime?.toString() ?? '';
  const cut = mime.indexOf(after) + '--outer\r\n'.length;
  expect(kept.slice(0, cut)).toBe(mime.slice(0, cut));
  expect(kept.endsWith('\r\n--outer--\r\nepilogue\r\n')).toBe(true);
  expect(kept).not.toContain(program);
  expect(content.attachments.map(({ filename, blocked = null, sizeBytes }) => [filename, blocked, sizeBytes])).toEqual([
    ['a.txt', null, 8],
    ['b.exe', 'extension', 12],
  ]);
  const seen = await simpleParser(kept);
  expect(seen.text).toContain('Hello');
  expect(seen.attachments[0]?.content.toString()).toBe('harmless');
  expect(seen.attachments[1]?.content.toString()).toContain('"b.exe" (12 bytes) was not stored here');
});

it.each([
  ['base64 on one endless line', file('filename="b.exe"', Buffer.alloc(5_000, 'x').toString('base64'))],
  ['quoted-printable', file('filename="b.exe"', 'M=5A a =\r\nprogram', 'quoted-printable')],
  ['no encoding', file('filename="b.exe"', 'MZ a\r\nprogram', '8bit')],
  ['an encoded name', file("filename*=utf-8''b%2Eexe", program)],
  ['a name in pieces', file('filename*0="b.e"; filename*1="xe"', program)],
  ['an encoded word', file('filename="=?utf-8?B?Yi5leGU=?="', program)],
])('finds it written with %s', async (_, attachment) => {
  const { item, content } = await block(message(text, attachment, file('filename="a.txt"', note)));
  expect(content.attachments.map(({ blocked = null }) => blocked)).toEqual(['extension', null]);
  const left = await attachmentContents(item.mime ?? Buffer.alloc(0));
  expect(left[0]?.toString()).toContain('was not stored');
  expect(left[1]?.toString()).toBe('harmless');
});

it('blocks a message that holds one, however deep', async () => {
  let inner = message(text, file('filename="b.exe"', program)).replaceAll('outer', 'inner');
  for (let depth = 0; depth < 3; depth += 1) {
    const { item, content } = await block(message(text, part(['Content-Type: message/rfc822'], inner)));
    expect(content.attachments.map(({ blocked }) => blocked)).toEqual(['contains-blocked']);
    expect(item.mime?.toString()).not.toContain(program);
    inner = message(text, part(['Content-Type: message/rfc822'], inner)).replaceAll('outer', `outer${depth}`);
  }
  const clean = message(text, part(['Content-Type: message/rfc822'], 'Subject: t\r\n\r\nHello'));
  expect((await block(clean)).item.mime?.toString()).toBe(clean);
});

it('stores no MIME where the parts cannot be told apart, and the other attachments by themselves', async () => {
  // The same bytes under two names: what goes in one place would go in both.
  const { item, content } = await block(
    message(text, file('filename="b.exe"', program), file('filename="b.txt"', program)),
  );
  expect(item.mime).toBeNull();
  expect(content.attachments.map(({ blocked = null, bytes }) => [blocked, bytes?.toString() ?? null])).toEqual([
    ['extension', null],
    [null, 'MZ a program'],
  ]);
  // A message that is nothing but the file.
  const bare = await block(
    `Subject: s\r\nContent-Type: application/octet-stream; name=b.exe\r\nContent-Transfer-Encoding: base64\r\n\r\n${program}\r\n`,
  );
  expect(bare.item.mime).toBeNull();
  expect(bare.content.attachments[0]?.blocked).toBe('extension');
});

it('leaves a message alone that has nothing of the kind', async () => {
  const mime = message(text, file('filename="a.txt"', note));
  expect((await block(mime)).item.mime?.toString()).toBe(mime);
});

it.each<[string, (count: number) => string]>([
  [
    'a delimiter in each line',
    (count) => 'Content-Type: multipart/mixed; boundary=x\r\n\r\n' + '--x\r\n\r\na\r\n'.repeat(count),
  ],
  [
    'parts in parts',
    (count) =>
      Array.from(
        { length: count / 12 },
        (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
      ).join(''),
  ],
  ['no end of the header', (count) => 'a'.repeat(80 * count)],
  [
    'one boundary that begins another',
    (count) => 'Content-Type: multipart/mixed; boundary=x\r\n\r\n' + '--xy\r\n'.repeat(5 * count),
  ],
])('walks through hostile MIME with %s in time that grows with it', async (_, make) => {
  await expectLinear((count) => Buffer.from(make(count)), mimeLeaves, 60_000);
});
