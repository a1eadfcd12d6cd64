import fc from 'fast-check';
import { containsBlocked, withoutBlocked } from '../../src/features/mail/incoming/attachment-blocking.js';
import { looksCut } from '../../src/features/mail/incoming/cut-mime.js';
import { parseMailDate } from '../../src/features/mail/incoming/mail-date.js';
import { contentOfMime } from '../../src/features/mail/incoming/message-content.js';
import { mimeLeaves } from '../../src/features/mail/incoming/mime-parts.js';
import { MimeTooComplex } from '../../src/features/mail/incoming/mime-structure.js';
import { newMessage } from '../../src/features/mail/incoming/stored-message.js';
import { parseReport } from '../../src/features/mail/delivery-reports/delivery-report.js';
import { searchQuery, searchWords } from '../../src/features/mail/search/search-words.js';
import { readSubject } from '../../src/features/mail/threads/subject.js';
import { threadKeys } from '../../src/features/mail/threads/thread-keys.js';
import { alone, costOf, expectLinear, repetition } from '../support/growth.js';
import { itemProperties } from './support/item-properties.js';

const properties = itemProperties();

/** All that is done with the MIME of an item until it is stored. @throws MimeTooComplex */
async function takeWhole(mime: Buffer): Promise<void> {
  looksCut(mime, mime.length * 2);
  const item = { id: 'item', changeKey: null, mime, properties };
  const content = await contentOfMime(mime, properties);
  const rules = { blockedAttachmentExtensions: ['exe'], maxAttachmentBytes: 1 };
  const kept = await withoutBlocked({ item, content }, rules);
  const message = newMessage(kept.item, kept.content, new Date());
  const { from, sender, recipients, subject } = message.content;
  searchWords({
    mailboxId: '1',
    profileId: '2',
    subject,
    people: [from, sender, ...recipients.to, ...recipients.cc],
  });
}

async function take(mime: Buffer): Promise<void> {
  try {
    await takeWhole(mime);
  } catch (error) {
    // Set aside before it cost anything: that is bounded as well.
    if (!(error instanceof MimeTooComplex)) throw error;
  }
}

const head = 'From: a@b.c\r\nTo: d@e.f\r\nSubject: x\r\nMIME-Version: 1.0\r\n';
const inParts = 'Content-Type: multipart/mixed; boundary=b\r\n\r\n';

/** Where in a message something can be long. */
const places: Record<string, (long: string) => string | Buffer> = {
  'header lines': (long) => `${head}${long}\r\n\r\nx`,
  Subject: (long) => `Subject: ${long}\r\n\r\nx`,
  From: (long) => `From: ${long}\r\n\r\nx`,
  To: (long) => `To: ${long} <a@b.c>\r\n\r\nx`,
  References: (long) => `References: ${long}\r\nIn-Reply-To: ${long}\r\nMessage-ID: ${long}\r\n\r\nx`,
  Date: (long) => `Date: ${long}\r\n\r\nx`,
  'Content-Type': (long) => `${head}Content-Type: text/plain; ${long}\r\n\r\nx`,
  boundary: (long) =>
    `${head}Content-Type: multipart/mixed; boundary="${long}"\r\n\r\n--${long}\r\n\r\n${long}\r\n--${long}--`,
  filename: (long) => `${head}${inParts}--b\r\nContent-Disposition: attachment; filename="${long}"\r\n\r\nx\r\n--b--`,
  'filename without quotes': (long) =>
    `${head}${inParts}--b\r\nContent-Disposition: attachment; filename=a${long}\r\n\r\nx\r\n--b--`,
  'raw bytes in a header': (long) => Buffer.from(`Subject: \xe4 ${long}\r\n\r\nx`, 'latin1'),
  'text in no charset': (long) => Buffer.from(`${head}Content-Type: text/plain\r\n\r\n${long} \xe4\xf6`, 'latin1'),
  'parts without a boundary': (long) => `${head}Content-Type: multipart/mixed\r\n\r\n${long}`,
  'Content-ID': (long) => `${head}${inParts}--b\r\nContent-Type: image/png\r\nContent-ID: <${long}>\r\n\r\nx\r\n--b--`,
  text: (long) => `${head}Content-Type: text/plain\r\n\r\n${long}`,
  'flowed text': (long) => `${head}Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\n${long}`,
  HTML: (long) => `${head}Content-Type: text/html\r\n\r\n${long}`,
  'HTML beside text': (long) =>
    `${head}${inParts}--b\r\n\r\nx\r\n--b\r\nContent-Type: text/html\r\n\r\n${long}\r\n--b--`,
  'text beside HTML': (long) =>
    `${head}${inParts}--b\r\nContent-Type: text/html\r\n\r\n<b>\r\n--b\r\n\r\n${long}\r\n--b--`,
  'quoted-printable': (long) => `${head}Content-Transfer-Encoding: quoted-printable\r\n\r\n${long}`,
  base64: (long) => `${head}Content-Transfer-Encoding: base64\r\n\r\n${long}`,
  'a file': (long) =>
    `${head}${inParts}--b\r\nContent-Type: text/csv; name=a.csv\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${long}\r\n--b--`,
  'a calendar': (long) => `${head}${inParts}--b\r\nContent-Type: text/calendar\r\n\r\n${long}\r\n--b--`,
  'an attached message': (long) =>
    `${head}${inParts}--b\r\nContent-Type: message/rfc822\r\n\r\n${head}${inParts}${long}\r\n--b--`,
  parts: (long) => `${head}${inParts}--b\r\n${long}\r\n--b--`,
  'behind the parts': (long) => `${head}${inParts}--b\r\n\r\nx\r\n--b--\r\n${long}`,
};

const eachPlace = Object.entries(places);
const size = 25_000;

describe('mail that grows', () => {
  it.each(eachPlace)(
    'takes time in proportion to its size, with any one thing repeated in: %s',
    async (_name, place) => {
      await fc.assert(
        fc.asyncProperty(repetition, (long) =>
          expectLinear((length) => Buffer.from(place(long(length)) as string), take, size),
        ),
        { numRuns: alone.length + 8, examples: alone },
      );
    },
  );

  it('takes time in proportion to its parts, up to the most that are read', async () => {
    const part = '--b\r\nContent-Type: text/x\r\n\r\na\r\n';
    await expectLinear((count) => Buffer.from(`${head}${inParts}${part.repeat(count)}--b--`), takeWhole, 1_200);
  });

  it.each<[string, (length: number) => string]>([
    [
      'nested parts',
      (length) => {
        const boundaries = Array.from({ length: 59 }, (_, index) => `${'b'.repeat(60)}${index}`);
        const open = boundaries.map((name) => `Content-Type: multipart/mixed; boundary=${name}\r\n\r\n--${name}\r\n`);
        return `${head}${open.join('')}\r\n${`--${'b'.repeat(60)}\n`.repeat(length / 63)}`;
      },
    ],
    [
      'parts of parts that never come',
      (length) =>
        `${head}${inParts}${'--b\nContent-Type: multipart/mixed; boundary=c\n\n'.repeat(4_000)}${'a'.repeat(length)}`,
    ],
    [
      'pictures that a long text may refer to',
      (length) => {
        const picture = (index: number) => `--b\r\nContent-Type: image/png\r\nContent-ID: <${index}@x>\r\n\r\nx\r\n`;
        const pictures = Array.from({ length: 4_000 }, (_, index) => picture(index)).join('');
        return `${head}${inParts}--b\r\nContent-Type: text/html\r\n\r\n${'cid:'.repeat(length / 4)}\r\n${pictures}--b--`;
      },
    ],
    [
      'attachments that are blocked and alike',
      (length) => {
        const file = (index: number) =>
          `--b\r\nContent-Type: application/x; name=${index % 2 ? 'a.exe' : 'a.txt'}\r\n\r\n${'x'.repeat(length / 4_000)}${index}\r\n`;
        return `${head}${inParts}${Array.from({ length: 4_000 }, (_, index) => file(index)).join('')}--b--`;
      },
    ],
  ])('takes time in proportion to its size: %s', async (_name, make) => {
    await expectLinear((length) => Buffer.from(make(length)), takeWhole, 500_000);
  });

  it('finds the words of a person once, however often a header names them', async () => {
    const words = (count: number) =>
      searchWords({
        mailboxId: '1',
        profileId: '2',
        subject: '',
        people: Array(count).fill({ name: 'x y', address: 'a@b.c' }),
      });
    const few = await costOf(() => words(2_000));
    expect(await costOf(() => words(400_000))).toBeLessThan(10 * Math.max(few, 40));
  });

  it('looks into thousands of attached messages without a guess at the charset of each', async () => {
    const messages = (text: string) => {
      const one = `--b\r\nContent-Type: message/rfc822\r\n\r\nX: ${text}\r\n\r\n${text}\r\n`;
      return Buffer.from(`${head}${inParts}${one.repeat(3_000)}--b--`, 'latin1');
    };
    const rules = { blockedAttachmentExtensions: ['exe'], maxAttachmentBytes: null };
    await containsBlocked(messages('a'), rules);
    const plain = await costOf(() => containsBlocked(messages('a'), rules));
    const raw = await costOf(() => containsBlocked(messages('\xe4'), rules));
    expect(raw).toBeLessThan(3 * Math.max(plain, 200));
  });

  it('finds the parts of a message of any size', async () => {
    const mime = (length: number) =>
      Buffer.from(
        `${head}${inParts}${'--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n'.repeat(8_000)}${'-'.repeat(length)}`,
      );
    await expectLinear(mime, mimeLeaves, 4_000_000);
  });

  // Below the length at which a name is cut, and of as many people as a message may name.
  it.each(['\u0301\u0316', '\uff9e\u0301', '\u0345\u0301\u0316\u0334'])(
    'sorts marks in a row in proportion to their number: %j',
    async (marks) => {
      const words = (name: string) =>
        searchWords({
          mailboxId: '1',
          profileId: '2',
          subject: name,
          people: Array(100).fill({ name, address: null }),
        });
      await expectLinear((length) => `a${marks.repeat(length / marks.length)}`, words, 2_400);
    },
  );

  it.each<[string, (text: string) => unknown]>([
    ['the words of a subject', (text) => searchWords({ mailboxId: '1', profileId: '2', subject: text, people: [] })],
    [
      'the words of a name',
      (text) => searchWords({ mailboxId: '1', profileId: '2', subject: null, people: [{ name: text, address: text }] }),
    ],
    ['a search', (text) => searchQuery(text, { mailboxId: null, profileIds: null })],
    ['a date', parseMailDate],
    ['a subject', readSubject],
    [
      'ids',
      (text) =>
        threadKeys({ internetMessageId: text, inReplyTo: text, references: [text], conversationId: text, people: [] }),
    ],
    [
      'a delivery report',
      (text) =>
        parseReport({
          itemClass: 'REPORT.IPM.Note.NDR',
          inReplyTo: text,
          references: [text],
          parts: ['message/delivery-status', 'message/disposition-notification', 'message/rfc822'].map(
            (contentType) => ({
              contentType,
              content: Buffer.from(`Status: ${text}\n\nFinal-Recipient: rfc822; ${text}\nStatus: 5.1.1\n`),
            }),
          ),
        }),
    ],
  ])('reads in proportion to its length: %s', async (_name, read) => {
    await fc.assert(
      fc.asyncProperty(repetition, (long) => expectLinear(long, read, size)),
      { numRuns: alone.length + 20, examples: alone },
    );
  });
});
