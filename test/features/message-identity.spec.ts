import type { MessageContent } from '../../src/features/mail/incoming/message-content.js';
import { contentDigest, messageIdentity } from '../../src/features/mail/incoming/message-identity.js';
import type { ItemProperties } from '../../src/drivers/port/mail-item.js';
import { itemProperties } from './support/item-properties.js';

const content: MessageContent = {
  internetMessageId: '<1@x>',
  inReplyTo: null,
  references: [],
  subject: 'Offer',
  from: { name: 'Anna', address: 'Anna@x' },
  sender: null,
  recipients: { to: [], cc: [], bcc: [], replyTo: [] },
  sentAt: new Date('2026-01-01T00:00:00Z'),
  textBody: 'Dear Ben,\nthe offer.',
  htmlBody: null,
  headers: [],
  attachments: [],
};
const received = new Date('2026-01-01T00:00:05Z');
const identity = (changes: Partial<MessageContent> = {}, properties: Partial<ItemProperties> = {}, at = received) =>
  messageIdentity({ ...content, ...changes }, itemProperties(properties), at).toString('hex');

describe('the same message', () => {
  it.each<[string, Partial<MessageContent>, Partial<ItemProperties>, Date?]>([
    ['received at another time by the server’s reckoning', {}, {}, new Date(0)],
    ['moved, with another search key', {}, { searchKey: 'AB' }],
    ['with its body wrapped anew', { textBody: ' Dear Ben, the\r\noffer.\n\n' }, {}],
    ['with the sender’s address in another case', { from: { name: null, address: 'anna@X' } }, {}],
    ['with headers added on the way', { headers: [{ name: 'X-Spam', value: 'no' }] }, {}],
    ['read', {}, { isRead: true }],
  ])('%s', (...[, changes, properties, at]) => {
    expect(identity(changes, properties, at)).toBe(identity());
  });

  it.each([65_533, 65_534, 65_535, 65_536, 65_537])('laid out in another way, around character %d', (length) => {
    const begun = 'x'.repeat(length);
    expect(identity({ textBody: `${begun}\r\n \u{1f600} y` })).toBe(identity({ textBody: `${begun} \u{1f600}\ty\n` }));
    expect(identity({ textBody: `${begun}\u{1f600}` })).toBe(identity({ textBody: `   ${begun}\u{1f600}` }));
    expect(identity({ textBody: `${begun}\u{1f600}` })).not.toBe(identity({ textBody: `${begun}\u{1f601}` }));
  });

  it('without a Message-ID is known by its search key, wherever it lies', () => {
    const without = { internetMessageId: null };
    expect(identity(without, { searchKey: 'AB' }, new Date(0))).toBe(identity(without, { searchKey: 'AB' }));
  });
});

describe('another message', () => {
  it.each<[string, Partial<MessageContent>, Partial<ItemProperties>, Date?]>([
    ['another Message-ID', { internetMessageId: '<2@x>' }, {}],
    ['the same Message-ID used again for another subject', { subject: 'Invoice' }, {}],
    ['the same Message-ID used again for another text', { textBody: 'No.' }, {}],
    ['the same Message-ID used again by another sender', { from: { name: null, address: 'eve@x' } }, {}],
    ['the same Message-ID used again at another time', { sentAt: new Date(0) }, {}],
    ['no Message-ID', { internetMessageId: null }, {}],
  ])('%s', (...[, changes, properties, at]) => {
    expect(identity(changes, properties, at)).not.toBe(identity());
  });

  it('without a Message-ID by search key, and without both by the time received', () => {
    const without = { internetMessageId: null };
    expect(identity(without, { searchKey: 'AB' })).not.toBe(identity(without, { searchKey: 'CD' }));
    expect(identity(without, {}, new Date(0))).not.toBe(identity(without, {}, new Date(1)));
    expect(identity(without, {}, new Date(0))).toBe(identity(without, {}, new Date(0)));
  });

  it('however parts of one end and begin in another', () => {
    expect(identity({ subject: 'a', textBody: 'b' })).not.toBe(identity({ subject: 'ab', textBody: '' }));
  });
});

describe('the content of one message in two mailboxes', () => {
  const mime = (trace: string, boundary: string, text = 'Dear Ben') =>
    Buffer.from(
      [
        `Received: ${trace}`,
        `Content-Type: multipart/mixed; boundary="${boundary}"`,
        '',
        `--${boundary}`,
        `Content-Type: multipart/alternative; boundary="${boundary}2"`,
        '',
        `--${boundary}2`,
        'Content-Type: text/plain',
        '',
        text,
        `--${boundary}2--`,
        `--${boundary}--`,
        '',
      ].join('\r\n'),
    );
  const digest = (original: Buffer | null, changes: Partial<MessageContent> = {}) =>
    contentDigest(Buffer.alloc(32), { ...content, ...changes }, original).toString('hex');

  it('is one whatever the way left in the headers, and however the parts are delimited', () => {
    expect(digest(mime('by mbx01', 'aaa'))).toBe(digest(mime('by mbx02', 'bbb')));
  });

  it('is another when a byte of it differs', () => {
    expect(digest(mime('by mbx01', 'aaa', 'Dear Ben'))).not.toBe(digest(mime('by mbx01', 'aaa', 'Dear Bem')));
    expect(digest(Buffer.from('Subject: x\n\nbody'))).not.toBe(digest(Buffer.from('Subject: x\n\nbody\n')));
  });

  it('is read from the properties where there is no original', () => {
    expect(digest(null)).toBe(digest(null));
    expect(digest(null)).not.toBe(digest(null, { htmlBody: '<p>x</p>' }));
  });

  it.each(['', '\n', '\r\n\r\n', 'Subject: only a header', '\n\n--', '\n\nboundary='])(
    'stands any bytes: %j',
    (bytes) => {
      expect(digest(Buffer.from(bytes))).toHaveLength(64);
    },
  );
});
