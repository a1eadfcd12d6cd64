import { fetchAttachments } from '../../src/features/mail/incoming/attachment-fetch.js';
import { FolderListing } from '../../src/features/mail/incoming/folder-listing.js';
import { IsolatedReading } from '../../src/features/mail/incoming/isolated-reading.js';
import type { FetchedItem } from '../../src/drivers/port/mail-item.js';
import type { MailErrorDetails, MailServerError } from '../../src/drivers/port/mail-error.js';
import type { MailboxSession } from '../../src/drivers/port/mail-server.js';
import { ManualClock } from '../../src/platform/clock/clock.js';
import { mailError } from '../support/mail-errors.js';

const errorOf = (code: string, more: Partial<MailErrorDetails> = {}) => mailError(code, { origin: 'http', ...more });
const ids = Array.from({ length: 10 }, (_, place) => `item ${place}`);
const signal = new AbortController().signal;

/** A folder that opens, and calls about items of which some make each call fail; `log` has `!` for a failed one. */
function folderWith(isBad: (itemId: string) => boolean, error: MailServerError) {
  const log: string[] = [];
  const openFolder = () => {
    log.push('open');
    return Promise.resolve({ id: 'inbox', displayName: 'Inbox', totalCount: 10 });
  };
  const call = (part: readonly string[]) => {
    const fails = part.some(isBad);
    log.push(fails ? `${part.length}!` : `${part.length}`);
    return fails
      ? Promise.reject(error)
      : Promise.resolve(part.map((itemId) => ({ ok: true as const, itemId, item: { id: itemId } as FetchedItem })));
  };
  return { log, call, run: { session: { openFolder } as unknown as MailboxSession, signal } };
}

describe.each([
  ['the sign-in refused', errorOf('Http401')],
  ['a time to wait', errorOf('Http503', { backOffMs: 20_000 })],
])('an item that is answered with %s', (_what, error) => {
  it.each([0, 3, 9])('ends the run at first, and stands alone when it is met again, at place %d', async (at) => {
    const folder = folderWith((itemId) => itemId === ids[at], error);
    await expect(new IsolatedReading(folder.run).fetch('inbox', ids, folder.call)).rejects.toBe(error);
    expect(folder.log.splice(0)).toEqual(['10!']);

    const results = await new IsolatedReading(folder.run, [error.code]).fetch('inbox', ids, folder.call);
    expect(results.map(({ ok }) => ok)).toEqual(ids.map((_id, place) => place !== at));
    // No account is locked: refusals do not follow one another.
    if (error.code === 'Http401') expect(folder.log.join(' ')).not.toMatch(/! \d+!/);
  });
});

it.each([
  ['Http401', 3],
  ['Http503', 8],
])('gives up on a server that answers every call with %s after %d calls', async (code, calls) => {
  const folder = folderWith(() => true, errorOf(code, { backOffMs: 1_000 }));
  const results = await new IsolatedReading(folder.run, [code]).fetch('inbox', ids, folder.call);
  expect(results.every(({ ok }) => !ok)).toBe(true);
  expect(folder.log.filter((call) => call.endsWith('!'))).toHaveLength(calls);
});

it('takes pages of mail that is too old for progress, and the same page again for none', async () => {
  const listing = (rowOf: (offset: number) => string) => {
    const findReceivedSince: MailboxSession['findReceivedSince'] = (_folder, _since, { offset }) =>
      Promise.resolve({
        items: [],
        older: [rowOf(offset)],
        last: false,
        nextOffset: offset + 1,
        unreadable: 0,
        limitation: 'no-restrictions',
      });
    const session = { findReceivedSince } as MailboxSession;
    const run = { session, signal, checkpoint: () => undefined };
    return new FolderListing(run, { distinguished: 'inbox' }, undefined, new ManualClock(new Date('2026-03-01')));
  };
  const goesOn = listing((offset) => `row ${offset}`);
  for (let offset = 0; offset < 20; offset += 1) await goesOn.findReceivedSince(new Date('2026-01-01'), offset);
  const repeats = listing(() => 'row');
  const pages = async () => {
    for (let offset = 0; offset < 20; offset += 1) await repeats.findReceivedSince(new Date('2026-01-01'), offset);
  };
  await expect(pages()).rejects.toMatchObject({ code: 'ListingStuck' });
});

it('asks for no more attachments of an item once five in a row have failed, nor for one without an id', async () => {
  const ref = (id: string) =>
    ({ id, kind: 'file', name: id, contentType: null, contentId: null, isInline: false, size: 1 }) as const;
  let calls = 0;
  const session: Pick<MailboxSession, 'fetchAttachment'> = {
    fetchAttachment: () => {
      calls += 1;
      return Promise.reject(errorOf('TimedOut', { origin: 'transport' }));
    },
  };
  const rules = { blockedAttachmentExtensions: [], maxAttachmentBytes: null };
  const refs = [ref(''), ...Array.from({ length: 20 }, (_, place) => ref(`${place}`))];
  const attachments = await fetchAttachments({ session, signal, throwUnlessOwn: () => Promise.resolve() }, refs, {
    ...rules,
    blockArchives: false,
  } as Parameters<typeof fetchAttachments>[2]);
  expect(attachments.map(({ unavailable }) => unavailable?.code)).toEqual([
    'AttachmentWithoutId',
    ...Array<string>(20).fill('TimedOut'),
  ]);
  expect(calls).toBeLessThanOrEqual(5);
});
