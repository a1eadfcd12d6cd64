import {
  attachmentBytes,
  contentOfMime,
  contentOfProperties,
  messageIds,
} from '../../src/features/mail/incoming/message-content.js';
import { parseMailDate } from '../../src/features/mail/incoming/mail-date.js';
import { decodeQuotedPrintable } from '../../src/features/mail/incoming/quoted-printable.js';
import { itemProperties } from './support/item-properties.js';

const crlf = (text: string) => Buffer.from(text.replace(/\r?\n/g, '\r\n'), 'latin1');
const read = (text: string | Buffer, properties = itemProperties()) =>
  contentOfMime(typeof text === 'string' ? crlf(text) : text, properties);

const withFile = (headers: string, body: string | Buffer) =>
  Buffer.concat([
    crlf(
      `Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\nContent-Disposition: attachment; filename=f\n${headers}\n\n`,
    ),
    Buffer.from(body),
    crlf('\n--b--\n'),
  ]);

describe('an attachment comes out byte for byte', () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
  it.each([
    ['binary', Buffer.concat([bytes, bytes]), bytes.toString('latin1') + bytes.toString('latin1')],
    ['7bit, lines of Windows', 'one\r\ntwo\r\n', 'one\r\ntwo\r\n'],
    ['7bit, lines of Unix', 'one\ntwo', 'one\ntwo'],
    ['8bit', 'gr\u00fcn', Buffer.from('gr\u00fcn').toString('latin1')],
    ['x-uuencode', 'begin 644 f\r\n', 'begin 644 f\r\n'],
    ['7bit, blank lines at the end', 'text\r\n\r\n', 'text\r\n\r\n'],
    ['7bit, nothing', '', ''],
    ['7bit, what looks like a boundary', '--c\r\n--bee', '--c\r\n--bee'],
    ['base64', `${bytes.toString('base64')}\r\n`, bytes.toString('latin1')],
    ['quoted-printable', 'a,b=0D=0A=\r\nc =3D d  \r\ne', 'a,b\r\nc = d\r\ne'],
  ])('%s', async (encoding, body, expected) => {
    const mime = withFile(`Content-Transfer-Encoding: ${encoding.split(',')[0]}`, body);
    const { attachments } = await read(mime);
    expect((await attachmentBytes(mime, 0))?.toString('latin1')).toBe(expected);
    expect(attachments).toMatchObject([{ filename: 'f', sizeBytes: expected.length }]);
  });

  it('of a message that is nothing but the file', async () => {
    const mime = crlf('Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: binary\n\n%PDF\n1\n');
    expect((await attachmentBytes(mime, 0))?.toString()).toBe('%PDF\r\n1\r\n');
  });

  it('of an attached message, which stays one file', async () => {
    const inner = 'Subject: inner\r\nContent-Type: text/plain\r\n\r\ninner text\r\n';
    const mime = withFile('Content-Type: message/rfc822', inner);
    const content = await read(mime);
    expect(content.textBody?.trim()).toBe('hello');
    expect((await attachmentBytes(mime, 0))?.toString()).toBe(inner);
  });

  it('of a calendar invitation in a charset of its own', async () => {
    const mime = withFile(
      'Content-Type: text/calendar; charset=iso-8859-1; method=REQUEST',
      Buffer.from('SUMMARY:\xfc\r\n', 'latin1'),
    );
    expect((await attachmentBytes(mime, 0))?.toString('latin1')).toBe('SUMMARY:\xfc\r\n');
  });

  it('says that there is none at a position behind the last', async () => {
    expect(await attachmentBytes(withFile('X: y', 'z'), 1)).toBeNull();
  });
});

describe('text', () => {
  it.each([
    ['no charset, UTF-8', '', Buffer.from('grün'), 'grün'],
    ['no charset, Latin-1', '', Buffer.from('grün', 'latin1'), 'grün'],
    ['us-ascii that is UTF-8', '; charset=us-ascii', Buffer.from('grün'), 'grün'],
    ['an unknown charset that is UTF-8', '; charset=X-UNKNOWN', Buffer.from('grün'), 'grün'],
    ['Windows', '; charset=windows-1251', Buffer.from([0xcf, 0xf0]), 'Пр'],
    ['UTF-16 as it is', '; charset=utf-16le', Buffer.from('a\r\nb', 'utf16le'), 'a\r\nb'],
    ['a UTF-8 with a broken byte', '; charset=utf-8', Buffer.from([0x61, 0xff]), 'a\ufffd'],
  ])('%s', async (_what, charset, body, expected) => {
    const mime = Buffer.concat([
      crlf(
        `Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain${charset}\nContent-Transfer-Encoding: 8bit\n\n`,
      ),
      body,
      crlf('\n--b--\n'),
    ]);
    expect((await read(mime)).textBody?.trim()).toBe(expected);
  });

  it('is taken as it was sent, HTML and plain apart', async () => {
    const content = await read(
      'Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\nContent-Type: text/html\n\n<p>rich</p>\n--b--\n',
    );
    expect([content.textBody?.trim(), content.htmlBody?.trim()]).toEqual(['plain', '<p>rich</p>']);
  });
});

describe('inline files', () => {
  const picture = (headers: string, html: string) =>
    `Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n${html}\n--b\nContent-Type: image/png\n${headers}\n\nx\n--b--\n`;
  it.each([
    ['by disposition', 'Content-Disposition: inline', 'text', true],
    [
      'referred to although marked as attached',
      'Content-Disposition: attachment\nContent-ID: <p1>',
      '<img src="cid:p1">',
      true,
    ],
    ['with an id that nobody refers to', 'Content-Disposition: attachment\nContent-ID: <p1>', 'text', false],
    ['attached', 'Content-Disposition: attachment', 'text', false],
  ])('%s', async (_what, headers, html, isInline) => {
    expect((await read(picture(headers, html))).attachments).toMatchObject([{ isInline, contentType: 'image/png' }]);
  });
});

describe('headers', () => {
  it('names people, members of groups too', async () => {
    const { from, sender, recipients } = await read(
      'From: =?utf-8?q?J=C3=B6rg?= <j@x>\nSender: s@x\nTo: team: a@x, "B, B" <b@x>;, c@x\nCc: undisclosed:;\nReply-To: <r@x>\n\n',
    );
    expect(from).toEqual({ name: 'Jörg', address: 'j@x' });
    expect(sender).toEqual({ name: null, address: 's@x' });
    expect(recipients.to).toEqual([
      { name: null, address: 'a@x' },
      { name: 'B, B', address: 'b@x' },
      { name: null, address: 'c@x' },
    ]);
    expect(recipients.cc).toEqual([]);
    expect(recipients.replyTo).toEqual([{ name: null, address: 'r@x' }]);
  });

  it('lets the server say what the message does not', async () => {
    const sentAt = new Date('2026-02-01T00:00:00Z');
    const bcc = [{ name: 'Hidden', address: 'h@x' }];
    const properties = itemProperties({ sentAt, bcc, subject: 'kept by the server', internetMessageId: '<1@x>' });
    const content = await read('X: y\n\n', properties);
    expect(content).toMatchObject({ sentAt, subject: 'kept by the server', internetMessageId: '<1@x>' });
    expect(content.recipients.bcc).toEqual(bcc);
  });

  it('keeps every header in order, doubled ones too', async () => {
    const { headers } = await read('Received: one\nReceived: two\nX-Folded: a\n b\n\n');
    expect(headers).toEqual([
      { name: 'Received', value: 'one' },
      { name: 'Received', value: 'two' },
      { name: 'X-Folded', value: 'a b' },
    ]);
  });

  it.each([
    [null, []],
    ['', []],
    ['<a@x> <b@x>', ['<a@x>', '<b@x>']],
    ['<a@x>,<b@x>', ['<a@x>', '<b@x>']],
    ['junk <a@x>', ['<a@x>']],
    ['a@x b@x', ['a@x', 'b@x']],
  ])('finds the ids in the References %j', (header, ids) => {
    expect(messageIds(header)).toEqual(ids);
  });
});

describe('a text whose Content-Type is not quite one', () => {
  it.each<[type: string, body: string, text: string | null, html: string | null]>([
    ['', 'Gr\xc3\xb6\xc3\x9fe', 'Größe', null],
    ['text', 'x', 'x', null],
    ['; charset=iso-8859-1', 'Gr\xf6\xdfe', 'Größe', null],
    ['text/plain charset=koi8-r', '\xf0\xd2\xc9\xd7\xc5\xd4', 'Привет', null],
    ['text/plain, charset="koi8-r"', '\xf0\xd2\xc9\xd7\xc5\xd4', 'Привет', null],
    ['Text / Plain', 'x', 'x', null],
    ['text/html charset=utf-8', '<p>\xc3\xb6', null, '<p>ö'],
    ['html', '<p>x', null, '<p>x'],
  ])('is shown: %j', async (type, body, text, html) => {
    const { textBody, htmlBody, attachments } = await read(Buffer.from(`Content-Type: ${type}\n\n${body}`, 'latin1'));
    expect([textBody?.trim() ?? null, htmlBody?.trim() ?? null, attachments]).toEqual([text, html, []]);
  });

  it.each(['; name=a.pdf', 'application/x', 'text/x', 'image'])('is a file: %j', async (type) => {
    expect((await read(`Content-Type: ${type}\n\nx`)).attachments).toHaveLength(1);
  });
});

describe('a multipart', () => {
  const within = (type: string, body: string) =>
    read(`Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: ${type}\n\n${body}\n--o--\n`);

  it('without a boundary, or with one that never comes, is a text, at any depth', async () => {
    expect((await read('Content-Type: multipart/mixed\n\njust text\n')).textBody?.trim()).toBe('just text');
    expect((await read('Content-Type: multipart/mixed; boundary=b\n\njust text\n')).textBody?.trim()).toBe('just text');
    expect((await within('multipart/alternative', 'inner text')).textBody?.trim()).toBe('inner text');
    const file = '\n--o\nContent-Disposition: attachment; filename=f\n\nx';
    for (const boundary of ['', '; boundary=b']) {
      const { textBody, attachments } = await within(`multipart/alternative${boundary}`, `inner text${file}`);
      expect([textBody?.trim(), attachments.map(({ filename }) => filename)]).toEqual(['inner text', ['f']]);
    }
    expect((await read('Content-Type: multipart/mixed\n\n<html><p>x</p></html>\n')).htmlBody?.trim()).toBe(
      '<html><p>x</p></html>',
    );
  });

  it.each([
    ['is found', '--b\nContent-Type: text/plain\n\nfirst\n--b\n\nsecond\n--b--'],
    ['is not there either', 'first second'],
  ])('leaves a line like the boundary that never came to the part it stands in, where another %s', async (_, parts) => {
    const { textBody } = await read(
      `Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; boundary=wrong\n\n${parts}\n--o\n\nbefore\n--wrong\nafter\n--o--\n`,
    );
    expect(textBody?.split(/\s+/).filter(Boolean)).toEqual(['first', 'second', 'before', '--wrong', 'after']);
  });

  it('whose boundary got lost is taken apart all the same', async () => {
    const { textBody, attachments } = await read(
      'Content-Type: multipart/mixed; boundary=wrong\n\n--b\nContent-Type: text/plain\n\nhello\n--b\nContent-Disposition: attachment; filename=f\n\nx\n--b--\n',
    );
    expect([textBody?.trim(), attachments.map(({ filename }) => filename)]).toEqual(['hello', ['f']]);
  });
});

describe('hostile MIME', () => {
  it('is refused when nested beyond reason, so that the other way of reading is tried', async () => {
    const open = Array.from(
      { length: 400 },
      (_, level) => `Content-Type: multipart/mixed; boundary=b${level}\n\n--b${level}\n`,
    );
    await expect(read(open.join(''))).rejects.toThrow(/nesting/);
  });

  it('with thousands of parts is read, and refused with more parts or headers than mail has', async () => {
    const parts = (count: number) =>
      read(`Content-Type: multipart/mixed; boundary=b\n\n${'--b\nContent-Type: a/b\n\nx\n'.repeat(count)}--b--\n`);
    expect((await parts(4_900)).attachments).toHaveLength(4_900);
    await expect(parts(20_000)).rejects.toThrow(/parts/);
    await expect(read(`${'X: y\n'.repeat(40_000)}\n`)).rejects.toThrow(/header lines/);
    await expect(read(`X: ${'('.repeat(3_000_000)}\n\n`)).rejects.toThrow(/header size/i);
  });

  it.each([
    ['7bit', '1234567\r\n', '1234567\n'],
    ['quoted-printable', '=41=42=\r\nC\r\n', 'ABC\n'],
    ['base64', Buffer.from('ABCDEFGH\n').toString('base64'), 'ABCDEFGH\n'],
  ])('is cut at the end of a line where its text is too long, and says so: %s', async (encoding, line, shown) => {
    const long = (bytes: number) =>
      contentOfMime(
        Buffer.from(`Content-Transfer-Encoding: ${encoding}\r\n\r\n${line.repeat(Math.floor(bytes / shown.length))}`),
        itemProperties(),
      );
    const limit = 4 * 1024 * 1024;
    const { textBody, omitted } = await long(limit + 100);
    expect(omitted).toMatchObject({ reason: 'body-size', limitBytes: limit });
    expect(textBody?.length).toBeLessThanOrEqual(limit);
    expect(textBody?.length).toBeGreaterThan(limit - 100);
    expect(textBody?.endsWith(shown)).toBe(true);
    expect((await long(limit - 100)).omitted).toBeNull();
  });

  it('may be empty, or no message at all', async () => {
    expect(await read(Buffer.alloc(0))).toMatchObject({ subject: null, textBody: null, attachments: [] });
    expect((await read(Buffer.from([0xff, 0x00, 0x0a, 0x0a, 0x01]))).attachments).toEqual([]);
  });
});

it('takes the server’s own reading where there is no MIME', () => {
  const properties = itemProperties({ subject: 's', textBody: 't', htmlBody: 'h', references: '<a@x> <b@x>' });
  const item = { id: 'i', changeKey: null, mime: null, properties };
  expect(contentOfProperties(item, [])).toMatchObject({
    subject: 's',
    textBody: 't',
    htmlBody: 'h',
    references: ['<a@x>', '<b@x>'],
  });
});

describe('a Date header', () => {
  it.each([
    ['Fri, 21 Nov 1997 09:55:06 -0600', '1997-11-21T15:55:06.000Z'],
    ['21 Nov 1997 09:55 -0600', '1997-11-21T15:55:00.000Z'],
    ['Fri, 21 Nov 97 09:55:06 GMT', '1997-11-21T09:55:06.000Z'],
    ['Fri, 21 Nov 97 09:55:06 EST', '1997-11-21T14:55:06.000Z'],
    ['21 Nov 49 0:00:00 Z', '2049-11-21T00:00:00.000Z'],
    ['21 Nov 50 0:00:00 Z', '1950-11-21T00:00:00.000Z'],
    ['21 Nov 103 0:00:00 +0000', '2003-11-21T00:00:00.000Z'],
    ['Thu,  13 (the) Feb (of) 1969\t23:32 -0330 (Newfoundland (Time))', '1969-02-14T03:02:00.000Z'],
    ['Tue, 10 May 2005 15:27:03 -0500 (EST)', '2005-05-10T20:27:03.000Z'],
    ['Tue, 10 May 2005 15:27:03', '2005-05-10T15:27:03.000Z'],
    ['Tue, 10 May 2005 15:27:03 +05:30', '2005-05-10T09:57:03.000Z'],
    ['Tue, 10 May 2005 15:27:03 GMT+0200', '2005-05-10T13:27:03.000Z'],
    ['Tue, 10 May 2005 15:27:03 GMT +0200', '2005-05-10T13:27:03.000Z'],
    ['Tue, 10 May 2005 15:27:03 UTC-5:30', '2005-05-10T20:57:03.000Z'],
    ['Tue, 10 May 2005 15:27:03 GMT+1', '2005-05-10T14:27:03.000Z'],
    ['Tue, 10 May 2005 15:27:03 +200', '2005-05-10T13:27:03.000Z'],
    ['Tue, 10 May 2005 15:27:03 - 0500', '2005-05-10T20:27:03.000Z'],
    ['Tue,10 May 2005 15:27:03 +0200', '2005-05-10T13:27:03.000Z'],
    ['2005-05-10T15:27:03+02', '2005-05-10T13:27:03.000Z'],
    ['Tues, 10-May-2005 15:27:03 UTC', '2005-05-10T15:27:03.000Z'],
    ['30 Jun 2012 23:59:60 +0000', '2012-07-01T00:00:00.000Z'],
    ['29 Feb 2024 00:00:00 +0000', '2024-02-29T00:00:00.000Z'],
    ['03 Feb 02 09:41:05 PM', '2002-02-03T21:41:05.000Z'],
    ['3 Feb 2026 12:05 AM -0500', '2026-02-03T05:05:00.000Z'],
    ['3 Feb 2026 12:05 p.m. EST', '2026-02-03T17:05:00.000Z'],
    ['3 Feb 2026 14:05 PM', '2026-02-03T14:05:00.000Z'],
    ['Mon, 2 Mar 2026 10:00:00 CET', '2026-03-02T09:00:00.000Z'],
    ['Mon Mar  2 10:00:00 2026', '2026-03-02T10:00:00.000Z'],
    ['Mon Mar  2 10:00:00 CET 2026', '2026-03-02T09:00:00.000Z'],
    ['Mon Mar  2 10:00:00 2026 +0100', '2026-03-02T09:00:00.000Z'],
    ['March 2, 2026 at 10:00 AM', '2026-03-02T10:00:00.000Z'],
    ['2026-03-02T10:00:00.123+01:00', '2026-03-02T09:00:00.000Z'],
    ['2026-03-02 10:00:00', '2026-03-02T10:00:00.000Z'],
    ['2026/3/2 10:00', '2026-03-02T10:00:00.000Z'],
  ])('%s', (header, time) => {
    expect(parseMailDate(header)?.toISOString()).toBe(time);
  });

  it.each([
    '',
    'hello 1',
    'now',
    '31 Feb 2024 00:00:00 +0000',
    '1 Foo 2024 00:00:00',
    '1 Jan 2024 24:61:00',
    '1 Jan 99999 00:00:00',
    '2026-02-31T00:00:00Z',
    '03/02/2026 10:00',
    '2024',
  ])('is none: %j', (header) => {
    expect(parseMailDate(header)).toBeNull();
  });
});

it.each([
  ['', ''],
  ['a=', 'a'],
  ['a=\n', 'a'],
  ['a= \t\r\nb', 'ab'],
  ['=C3=bc', '\xc3\xbc'],
  ['=XY=4', '=XY=4'],
  ['a b \t\r\n c\t', 'a b\r\n c'],
  ['a\rb', 'a\rb'],
])('reads quoted-printable %j', (encoded, decoded) => {
  expect(Buffer.from(decodeQuotedPrintable(new Uint8Array(Buffer.from(encoded)))).toString('latin1')).toBe(decoded);
});

it('reads a megabyte of blanks in quoted-printable in one go', () => {
  const blanks = new Uint8Array(1_000_000).fill(0x20);
  expect(decodeQuotedPrintable(blanks)).toHaveLength(0);
  expect(decodeQuotedPrintable(new Uint8Array([...blanks, 0x21]))).toHaveLength(1_000_001);
});
