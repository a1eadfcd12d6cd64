import fc from 'fast-check';
import { threadKeys, type ThreadKeys } from '../../../src/features/mail/threads/thread-keys.js';
import { partition, recordedKeys, type ThreadCandidate } from '../../../src/features/mail/threads/thread-match.js';

interface Sent {
  readonly own: number | null;
  readonly inReplyTo: number | null;
  readonly references: readonly number[];
  readonly conversation: number | null;
}

const id = (number: number) => `<${number}@x.example>`;
const keysOf = (message: Sent): ThreadKeys =>
  threadKeys({
    internetMessageId: message.own === null ? null : id(message.own),
    inReplyTo: message.inReplyTo === null ? null : id(message.inReplyTo),
    references: message.references.map(id),
    conversationId: message.conversation === null ? null : `c${message.conversation}`,
    people: [],
  });
const candidate = (keys: Partial<ThreadCandidate>): ThreadCandidate => ({
  own: null,
  inReplyTo: [],
  references: [],
  conversation: null,
  tokens: [],
  smart: null,
  isReply: false,
  at: new Date(0),
  ...keys,
});

/** Threads as a store would keep them, fed in batches. @returns for each message the thread it ends up in */
function arrive(messages: readonly Sent[], batches: readonly number[]): string[] {
  const threads = new Map<string, string>();
  const threadOf: string[] = [];
  let begun = 0;
  for (let start = 0, turn = 0; start < messages.length; turn += 1) {
    const size = batches[turn % batches.length] ?? 1;
    const batch = messages.slice(start, start + size).map((message) => candidate(keysOf(message)));
    const first = start;
    const known = { threads: new Map(threads), smart: new Map(), smartWindowMs: 0 };
    for (const group of partition(batch, known, () => `thread ${(begun += 1)}`)) {
      const [winner = ''] = [...group.existing, ...group.begun];
      for (const [key, thread] of threads) if (group.existing.includes(thread)) threads.set(key, winner);
      threadOf.forEach((thread, index) => {
        if (group.existing.includes(thread)) threadOf[index] = winner;
      });
      for (const { index } of group.members) {
        threadOf[first + index] = winner;
        for (const key of recordedKeys(batch[index] ?? candidate({}))) threads.set(key, winner);
      }
    }
    start += size;
  }
  return threadOf;
}

/** The partition as sets of message numbers, whatever the threads are called. */
function shape(order: readonly number[], threads: readonly string[]): string {
  const sets = new Map<string, number[]>();
  threads.forEach((thread, index) => sets.set(thread, [...(sets.get(thread) ?? []), order[index] ?? -1]));
  return JSON.stringify(
    [...sets.values()].map((set) => set.sort((a, b) => a - b)).sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0)),
  );
}

const number = fc.integer({ min: 0, max: 14 });
const sent = fc.record({
  own: fc.option(number, { freq: 8 }),
  inReplyTo: fc.option(number),
  references: fc.array(number, { maxLength: 3 }),
  conversation: fc.option(fc.integer({ min: 0, max: 9 })),
});

it('puts the same messages into the same threads, whatever the order and the batches', () => {
  fc.assert(
    fc.property(
      fc
        .array(sent, { minLength: 1, maxLength: 14 })
        .chain((messages) =>
          fc.tuple(
            fc.constant(messages),
            fc.shuffledSubarray([...messages.keys()], { minLength: messages.length }),
            fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }),
          ),
        ),
      ([messages, order, batches]) => {
        const inOrder = arrive(messages, [1]);
        const shuffled = arrive(
          order.flatMap((index) => messages[index] ?? []),
          batches,
        );
        expect(shape(order, shuffled)).toBe(shape([...messages.keys()], inOrder));
      },
    ),
    { numRuns: 500 },
  );
});

describe('how a message found its thread', () => {
  const known = {
    threads: new Map([
      ['parent', 't1'],
      ['ancestor', 't1'],
      ['token', 't2'],
      ['conversation', 't3'],
    ]),
    smart: new Map([['alike', { thread: 't4', at: new Date(0) }]]),
    smartWindowMs: 1_000,
  };
  it.each([
    ['in-reply-to', { inReplyTo: ['parent'], references: ['ancestor'], conversation: 'conversation' }, ['t1', 't3']],
    ['references', { references: ['unseen', 'ancestor'], tokens: ['token'] }, ['t1', 't2']],
    ['references', { own: 'parent' }, ['t1']],
    ['token', { tokens: ['token'], conversation: 'conversation' }, ['t2', 't3']],
    ['conversation', { conversation: 'conversation', smart: 'alike', isReply: true }, ['t3']],
    ['smart', { smart: 'alike', isReply: true, at: new Date(1_000) }, ['t4']],
    ['new', { smart: 'alike', isReply: true, at: new Date(1_001) }, []],
    ['new', { smart: 'alike' }, []],
    ['new', { own: 'unseen', inReplyTo: ['unseen too'] }, []],
  ])('is %s', (match, keys, existing) => {
    const [group] = partition([candidate(keys)], known, () => 'begun');
    expect(group?.members).toEqual([{ index: 0, match }]);
    expect([...(group?.existing ?? [])].sort()).toEqual(existing);
  });

  it('tells a reply that came in the same batch as its parent', () => {
    const parent = candidate({ own: 'a' });
    const reply = candidate({ own: 'b', inReplyTo: ['a'] });
    const groups = partition([reply, parent], { threads: new Map(), smart: new Map(), smartWindowMs: 0 }, String);
    expect(groups.map(({ members }) => members)).toEqual([
      [
        { index: 0, match: 'new' },
        { index: 1, match: 'references' },
      ],
    ]);
  });
});

describe('the keys of a message', () => {
  const headers = { internetMessageId: null, inReplyTo: null, references: [], conversationId: null, people: [] };
  it('are bounded for thousands of references, the root among them', () => {
    const references = Array.from({ length: 5_000 }, (_, index) => `<${index}@x.example>`);
    const keys = threadKeys({ ...headers, references });
    expect(keys.references).toHaveLength(100);
    const only = (reference: string) => threadKeys({ ...headers, references: [reference] }).references[0];
    expect(keys.references).toContain(only('<0@x.example>'));
    expect(keys.references).toContain(only('<4999@x.example>'));
    expect(keys.references).not.toContain(only('<1@x.example>'));
  });
  it.each([
    ['prose', 'Your message of Monday', 0],
    ['an id in prose', 'Your message of Monday <1@x.example>', 1],
    ['two ids', '<1@x.example> <2@x.example>', 2],
    ['an id without brackets', '1@x.example', 1],
    ['the address of somebody in the mail', '<bob@x.example>', 0],
    ['no id', '<>', 0],
    ['an endless id', `<${'a'.repeat(5_000)}@x.example>`, 0],
  ])('of In-Reply-To with %s', (_, inReplyTo, count) => {
    expect(threadKeys({ ...headers, inReplyTo, people: ['Bob@x.example'] }).inReplyTo).toHaveLength(count);
  });
  it('are the same with and without brackets', () => {
    const own = (internetMessageId: string) => threadKeys({ ...headers, internetMessageId }).own;
    expect(own('<1@x.example>')).toBe(own(' 1@x.example '));
  });
});
