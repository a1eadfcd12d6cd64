import { randomBytes } from 'node:crypto';
import { withMime } from '../../src/features/mail/incoming/mime-reading.js';
import { mimeTasks } from '../../src/features/mail/incoming/mime-tasks.js';
import { MimeTooComplex } from '../../src/features/mail/incoming/mime-structure.js';
import { itemProperties } from './support/item-properties.js';

const now = new Date('2026-11-30T00:00:00Z');
const rules = { blockedAttachmentExtensions: ['exe'], maxAttachmentBytes: null };
const input = {
  item: { id: 'item', changeKey: 'key', properties: itemProperties({ receivedAt: now }) },
  rules,
  incomplete: null,
  now,
};

const base64 = (content: Buffer) => content.toString('base64').replace(/.{76}/g, '$&\r\n');
const file = (name: string, content: Buffer) =>
  `--b\r\nContent-Type: application/x; name="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(content)}\r\n`;
const large = (...files: string[]) =>
  Buffer.from(
    `From: Åsa <asa@x.example>\r\nDate: Mon, 30 Nov 2026 10:00:00 +0100\r\nSubject: Large\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n${files.join('')}--b--\r\n`,
  );

it('lets the process go on between small messages', async () => {
  const order: string[] = [];
  setImmediate(() => order.push('something else'));
  await withMime('message', large(), input);
  order.push('read');
  expect(order).toEqual(['something else', 'read']);
});

describe('reading on another thread', () => {
  const content = randomBytes(200_000);
  const mime = large(file('a.bin', content), file('b.exe', randomBytes(10)));

  it('comes to the same message as reading at once', async () => {
    const { id: _id, contentId: _contentId, ...read } = await withMime('message', mime, input);
    const { id: _own, contentId: _ownContent, ...expected } = await mimeTasks.message(mime, input);
    expect(read).toEqual(expected);
    expect(read.item.mime?.toString()).toContain('X-Postroom-Blocked');
    expect(Buffer.isBuffer(read.identity)).toBe(true);
    expect(read.content.sentAt).toEqual(new Date('2026-11-30T09:00:00Z'));
  });

  it('leaves the original where it is, when nothing of it is blocked', async () => {
    const whole = large(file('a.bin', content));
    expect((await withMime('message', whole, input)).item.mime).toBe(whole);
  });

  it('gives the bytes of an attachment', async () => {
    expect(await withMime('attachment', mime, { position: 0 })).toEqual(content);
    expect(await withMime('attachment', mime, { position: 7 })).toBeNull();
  });

  it('tells what an attached message holds, and what a report says', async () => {
    expect(await withMime('holdsBlocked', mime, { rules })).toBe(true);
    expect((await withMime('reportParts', mime, {})).map(({ contentType }) => contentType)).toEqual([
      'application/x',
      'application/x',
    ]);
  });

  it('refuses what takes too much, and goes on with the next', async () => {
    const parts = large('--b\r\nContent-Type: text/x\r\n\r\na\r\n'.repeat(150_000));
    await expect(withMime('message', parts, input)).rejects.toThrow(MimeTooComplex);
    expect((await withMime('message', mime, input)).content.subject).toBe('Large');
  });

  it('reads several at once', async () => {
    const subjects = await Promise.all(
      Array.from({ length: 6 }, async () => (await withMime('message', mime, input)).content.subject),
    );
    expect(subjects).toEqual(Array(6).fill('Large'));
  });

  it('lets the process go on meanwhile', async () => {
    const dashes = large('--\n'.repeat(4_000_000));
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await withMime('message', dashes, input);
    clearInterval(timer);
    // Read on this thread, it would come to none.
    expect(turns).toBeGreaterThan(20);
  });
});
