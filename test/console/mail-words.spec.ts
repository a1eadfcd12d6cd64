import { roughLines } from '../../src/console/parts/mail/mail-document.js';
import { outgoingStates, standingOf, stateWords } from '../../src/console/parts/mail/outgoing-words.js';
import { picturesToFetch } from '../../src/console/parts/mail/pictures-to-fetch.js';
import { sizeWords } from '../../src/console/parts/mail/size-words.js';
import { journalOf } from '../../src/console/pages/outgoing/journal.js';
import { repliesTo } from '../../src/console/pages/outgoing/replies-to.js';
import { isBounce, reportWords } from '../../src/console/pages/outgoing/report-words.js';
import { outgoingStates as statesOfTheApi } from '../../src/features/mail/outgoing/outgoing-state.js';

it.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1_000, '1.0 KB'],
  [9_949, '9.9 KB'],
  [9_951, '10 KB'],
  [999_499, '999 KB'],
  [999_500, '1.0 MB'],
  [45_000_000, '45 MB'],
  [2_000_000_000_000, '2000 GB'],
])('%d bytes are %s', (bytes, words) => expect(sizeWords(bytes)).toBe(words));

it('has words for every state of the API, and for those to come', () => {
  expect(outgoingStates).toEqual([...statesOfTheApi]);
  expect(stateWords('constructor')).toEqual({ label: 'constructor', color: 'gray', means: '' });
});

describe('how a message stands', () => {
  const at = '2026-03-01T08:00:00.000Z';
  const base = {
    state: 'pending' as const,
    waitingFor: null,
    nextAttemptAt: null,
    failure: null,
    mayHaveBeenSent: false,
    sentAt: null,
    updatedAt: at,
  };
  const failure = { title: 'The reason', at } as NonNullable<Parameters<typeof standingOf>[0]['failure']>;

  it.each([
    [{}, 'Goes out as soon as its mailbox sends'],
    [{ state: 'sending' as const }, 'On its way'],
    [{ waitingFor: 'retry' as const, nextAttemptAt: at }, 'Next try:'],
    [{ waitingFor: 'send-time' as const, nextAttemptAt: at }, 'Waits for the time it was asked to go out at:'],
    [
      { state: 'sending' as const, waitingFor: 'outcome' as const, nextAttemptAt: at },
      'It may have gone out; Postroom looks for it on the server:',
    ],
  ])('%j: %s', (patch, words) =>
    expect(standingOf({ ...base, ...patch })).toEqual({
      words,
      at: base.nextAttemptAt ?? (patch as { nextAttemptAt?: string }).nextAttemptAt ?? null,
      why: null,
    }),
  );

  it('tells of a failure why, and whether it may have gone out', () => {
    const failed = { ...base, state: 'failed' as const, failure };
    expect(standingOf(failed)).toEqual({ words: 'Given up', at, why: 'The reason' });
    expect(standingOf({ ...failed, mayHaveBeenSent: true }).words).toBe('May have been delivered; a person decides');
  });
});

it('has words for reports, also for those that a stranger made up', () => {
  expect(reportWords({ kind: 'delivery', action: 'failed' })).toBe('Could not be delivered');
  expect(reportWords({ kind: 'disposition', action: 'displayed' })).toBe('Read');
  expect(reportWords({ kind: 'delivery', action: 'constructor' })).toBe('A mail server reports: constructor');
  expect(isBounce({ kind: 'disposition', action: 'failed' })).toBe(false);
});

it('tells what happened in the order of the times', () => {
  const message = {
    createdAt: '2026-03-01T08:00:00.000Z',
    sentAt: '2026-03-01T08:05:00.000Z',
    updatedAt: '2026-03-01T09:00:00.000Z',
    state: 'sent',
    attempts: 2,
    failure: { title: 'Busy', at: '2026-03-01T08:02:00.000Z' },
    deliveryReports: [{ kind: 'delivery', action: 'failed', recipient: 'x@y', at: '2026-03-01T08:06:00.000Z' }],
  } as unknown as Parameters<typeof journalOf>[0];
  expect(journalOf(message).map(({ title, detail }) => [title, detail])).toEqual([
    ['Accepted', 'Given to Postroom to send.'],
    ['A try failed', 'Busy (2 tries in all)'],
    ['Sent', 'The server has taken it.'],
    ['Could not be delivered', 'x@y'],
  ]);
});

it('holds for answers what names the message, but neither reports about it nor its own copy', () => {
  const own = '<own@x>';
  const one = (id: string, more: object) => ({
    id,
    inReplyTo: null,
    references: [],
    internetMessageId: `<${id}>`,
    ...more,
  });
  const messages = [
    one('late', { inReplyTo: own, receivedAt: '2026-03-02T00:00:00Z' }),
    one('early', { references: ['<a@b>', own], receivedAt: '2026-03-01T00:00:00Z' }),
    one('report', { inReplyTo: own, receivedAt: '2026-03-01T00:00:00Z' }),
    one('copy', { internetMessageId: own, references: [own], receivedAt: '2026-03-01T00:00:00Z' }),
    one('other', { inReplyTo: '<a@b>', receivedAt: '2026-03-01T00:00:00Z' }),
  ] as unknown as Parameters<typeof repliesTo>[1];
  const reports = [{ messageId: 'report' }] as Parameters<typeof repliesTo>[0]['deliveryReports'];
  expect(repliesTo({ internetMessageId: own, deliveryReports: reports }, messages).map(({ id }) => id)).toEqual([
    'early',
    'late',
  ]);
});

describe('the pictures that a mail brought along', () => {
  const attachment = (position: number, more: object = {}) => ({
    position,
    filename: null,
    contentType: 'image/png',
    contentId: `c${position}`,
    isInline: true,
    sizeBytes: 1_000,
    blocked: null,
    unavailable: null,
    ...more,
  });
  const all = ['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'none'];

  it('are fetched if they are pictures, are here, and are small enough', () => {
    const chosen = picturesToFetch(
      [
        attachment(0, { contentType: 'IMAGE/JPEG; name=x' }),
        attachment(1, { contentType: 'image/svg+xml' }),
        attachment(2, { contentType: 'text/html' }),
        attachment(3, { blocked: { reason: 'extension' as const, note: '' } }),
        attachment(4, { sizeBytes: 3_000_001 }),
        attachment(5, { isInline: false }),
      ],
      all,
    );
    expect(chosen).toEqual([
      { contentId: 'c0', position: 0, type: 'image/jpeg' },
      { contentId: 'c5', position: 5, type: 'image/png' },
    ]);
  });

  it('are fetched up to a size of all together', () => {
    const large = [0, 1, 2, 3, 4, 5].map((position) => attachment(position, { sizeBytes: 2_900_000 }));
    expect(picturesToFetch(large, all)).toHaveLength(4);
  });
});

it('guesses the height of a mail by what is read of it', () => {
  expect(roughLines('<p>Hello</p>')).toBe(2);
  expect(roughLines(`<style>${'p { color: red } '.repeat(500)}</style><p>Hello</p>`)).toBe(2);
  expect(roughLines(`<p><img src="data:image/png;base64,${'A'.repeat(100_000)}"></p>`)).toBe(7);
  expect(roughLines('<p><img alt="blocked"></p>')).toBe(1);
  expect(roughLines('<p>x</p>'.repeat(40))).toBe(41);
});
