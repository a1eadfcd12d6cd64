import { auditInWords } from '../../src/console/pages/mailboxes/audit-words.js';
import { backfillInWords, percentOf } from '../../src/console/pages/mailboxes/backfill-words.js';
import { nothingYet, withChunk } from '../../src/console/pages/mailboxes/bulk-outcome.js';
import { endsInWords } from '../../src/console/pages/mailboxes/ends-in-words.js';
import { everyPage } from '../../src/console/pages/mailboxes/every-page.js';
import { inChunks } from '../../src/console/pages/mailboxes/in-chunks.js';
import { listQuery, matching, readFilters, writeFilters } from '../../src/console/pages/mailboxes/list-filters.js';
import { directionsInWords, reasonInWords } from '../../src/console/pages/mailboxes/mailbox-words.js';
import { directionInWords, shownSteps } from '../../src/console/pages/mailboxes/test-words.js';
import { detailsOf } from '../../src/console/pages/mailboxes/timeline-words.js';
import { mailboxNotApproved } from '../../src/features/mailboxes/approvals.js';
import { mailboxPaused } from '../../src/features/mailboxes/mailboxes.js';
import { directionReasons, stateReason } from '../../src/features/insight/timeline/mailbox-reasons.js';
import type { StandingFacts } from '../../src/features/insight/timeline/standing.js';

describe('a mailbox in words', () => {
  const well = {
    state: 'active',
    incoming: true,
    outgoing: true,
    approvedAt: '2026-01-01T00:00:00Z',
    failure: null,
    lastError: null,
    lastTest: null,
  } as const;
  const trouble = { title: 'The server is busy' } as NonNullable<Parameters<typeof reasonInWords>[0]['lastError']>;
  const test = { result: 'failure' } as NonNullable<Parameters<typeof reasonInWords>[0]['lastTest']>;

  it.each<[reason: string | null, mailbox: Partial<Parameters<typeof reasonInWords>[0]>]>([
    [null, {}],
    ['The server is busy; it is tried again', { lastError: trouble }],
    ['The server is busy', { state: 'failed', failure: trouble }],
    ['Waits for an approval', { state: 'paused', approvedAt: null }],
    ['Its last test failed', { state: 'paused', lastTest: test }],
    [null, { state: 'paused', lastError: trouble }],
    ['Neither receives nor sends', { incoming: false, outgoing: false }],
  ])('says %p', (reason, mailbox) => {
    expect(reasonInWords({ ...well, ...mailbox })).toBe(reason);
  });

  it('says what it does', () => {
    const of = (incoming: boolean, outgoing: boolean) => directionsInWords({ incoming, outgoing });
    expect([of(true, true), of(true, false), of(false, true), of(false, false)]).toEqual([
      'receives and sends',
      'receives only',
      'sends only',
      'neither receives nor sends',
    ]);
  });
});

describe('the filters of the list', () => {
  it('live in the address, and leave what else stands there', () => {
    const filters = readFilters(new URLSearchParams('q=ada&state=failed,attic,paused,failed&approved=maybe&tab=x'));
    expect(filters).toEqual({ q: 'ada', states: ['failed', 'paused'], profileId: '', cause: '', approved: '' });
    expect(listQuery(filters)).toEqual({ q: 'ada', state: 'failed,paused' });
    const after = writeFilters(new URLSearchParams('q=ada&tab=x'), { q: '', states: ['active'], approved: 'false' });
    expect(after.toString()).toBe('tab=x&approved=false&state=active');
  });

  it('count what they match', () => {
    const counts = { total: 10, byState: { active: 4, verifying: 3, failed: 2, paused: 1 } };
    expect(matching(readFilters(new URLSearchParams()), counts)).toBe(10);
    expect(matching(readFilters(new URLSearchParams('state=failed,paused')), counts)).toBe(3);
  });
});

describe('a deed to many', () => {
  it('goes chunk by chunk, and stops when it is told to', async () => {
    const chunks: number[][] = [];
    const stop = new AbortController();
    const work = (from?: number) =>
      inChunks({
        items: [1, 2, 3, 4, 5],
        size: 2,
        signal: stop.signal,
        ...(from === undefined ? {} : { from }),
        report: (done) => done === 4 && stop.abort(),
        act: async (chunk) => void chunks.push([...chunk]),
      });
    expect(await work()).toBe(4);
    expect(chunks).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(await work(4)).toBe(4);
  });

  it('walks all pages of a list', async () => {
    const pages = new Map<string | undefined, { items: number[]; nextCursor: string | null }>([
      [undefined, { items: [1, 2], nextCursor: 'b' }],
      ['b', { items: [3], nextCursor: null }],
    ]);
    const read = async (cursor?: string) => pages.get(cursor) ?? { items: [], nextCursor: null };
    const seen: number[] = [];
    expect(await everyPage(read, (rows) => seen.push(...rows), new AbortController().signal)).toBe(true);
    expect(seen).toEqual([1, 2, 3]);
    expect(await everyPage(read, () => undefined, AbortSignal.abort())).toBe(false);
  });

  it('is summed up by why it was refused', () => {
    const problem = { code: 'mailbox-paused', title: 'The mailbox is paused', remediation: 'Resume it first.' };
    const named = (id: string) => ({ id, emailAddress: `${id}@example.com` });
    const first = withChunk(nothingYet, [named('a'), named('b'), named('c')], {
      done: 1,
      failed: 2,
      results: [
        { id: 'a', result: 'done' },
        { id: 'b', result: 'refused', problem },
        { id: 'c', result: 'not-found' },
      ],
    });
    const both = withChunk(first, [named('d'), named('e')], {
      done: 0,
      failed: 1,
      results: [
        { id: 'd', result: 'unchanged' },
        { id: 'e', result: 'refused', problem },
      ],
    });
    expect(both).toMatchObject({ done: 1, unchanged: 1 });
    expect(
      both.refusals.map(({ code, mailboxes }) => [code, mailboxes.map(({ emailAddress }) => emailAddress)]),
    ).toEqual([
      ['mailbox-paused', ['b@example.com', 'e@example.com']],
      ['not-found', ['c@example.com']],
    ]);
  });
});

describe('the API’s own texts', () => {
  it('name buttons in place of calls', () => {
    const facts = {
      state: 'paused',
      stateSince: new Date(0),
      changedBy: null,
      failure: null,
      incident: null,
      isApproved: true,
      incoming: false,
      outgoing: false,
    } as unknown as StandingFacts;
    const ends = [
      stateReason(facts, new Date())?.ends,
      stateReason({ ...facts, isApproved: false }, new Date())?.ends,
      ...[facts, { ...facts, incoming: true }, { ...facts, outgoing: true }].map(
        (one) => directionReasons(one)[0]?.ends,
      ),
      'A probe that succeeds; it comes by itself, or at once by POST /v1/mailboxes/{id}/sync. The same cause stops others.',
      'Ask for one: POST /v1/mailboxes/{id}/sync.',
      mailboxPaused.remediation,
      mailboxNotApproved.remediation,
    ];
    expect(ends.map((text) => endsInWords(text ?? ''))).toEqual([
      'Somebody resumes it with “Resume”.',
      'Somebody approves it and resumes it then.',
      'Somebody switches it on with the switches above.',
      'Somebody switches it on with the switches above.',
      'Somebody switches it on with the switches above.',
      'A probe that succeeds; it comes by itself, or at once with “Sync now”. The same cause stops others.',
      'Ask for one with “Sync now”.',
      'Resume it first with “Resume”.',
      'Have it approved by an administrator.',
    ]);
  });
});

describe('a test in words', () => {
  const step = { direction: 'incoming', status: 'success', ms: 12, detail: null, code: null, requestId: null } as const;
  const test = { directions: ['incoming', 'outgoing'], incoming: null, outgoing: null } satisfies Partial<
    Parameters<typeof shownSteps>[0]
  >;

  it('shows the steps that are done, the one under way, and those to come', () => {
    const steps = shownSteps({
      ...test,
      directions: [...test.directions],
      state: 'running',
      steps: [{ ...step, step: 'open' }],
    });
    expect(steps.map(({ status }) => status)).toEqual([
      'success',
      'running',
      'to-come',
      'to-come',
      'to-come',
      'to-come',
    ]);
  });

  it('leaves out what was not reached', () => {
    const steps = shownSteps({
      ...test,
      directions: ['incoming'],
      state: 'ended',
      steps: [
        { ...step, step: 'open' },
        { ...step, step: 'list', status: 'failure', code: 'ErrorAccessDenied' },
      ],
    });
    expect(steps.map(({ status }) => status)).toEqual(['success', 'failure', 'left-out']);
  });

  it('says what came of a direction', () => {
    expect(directionInWords('incoming', { status: 'success', failure: null, skipped: null })).toBe('Receiving passed');
    expect(directionInWords('outgoing', { status: 'skipped', failure: null, skipped: 'server-away' })).toBe(
      'Sending was not tried: the server does not answer',
    );
  });
});

it('counts what a backfill has brought', () => {
  const counts = { total: 400, stored: 120, known: 80, failed: 0 };
  expect(percentOf(counts)).toBe(50);
  expect(percentOf({ ...counts, total: null })).toBeNull();
  expect(percentOf({ ...counts, total: 0 })).toBe(100);
  expect(backfillInWords(counts)).toBe('120 stored, 80 known already, of 400');
  expect(backfillInWords({ ...counts, total: null, failed: 2 })).toBe('120 stored, 80 known already, 2 not readable');
});

it('says what an audit found', () => {
  expect(auditInWords({ missing: 0, surplus: 0, misplaced: 0, unreadable: 0, recurring: false })).toBe(
    'Nothing differs',
  );
  expect(auditInWords({ missing: 2, surplus: 0, misplaced: 1, unreadable: 2, recurring: false })).toBe(
    '2 had not been stored, 1 lay in another folder: put right; 2 could not be read, see “Failed items”',
  );
});

it('lays out what a timeline entry knows', () => {
  expect(
    detailsOf({ requestId: 'r-1', nextAt: '2026-03-01T08:00:00Z', counts: { stored: 3 }, by: null, setAside: false }),
  ).toEqual([
    { name: 'request ID', value: 'r-1', isTime: false },
    { name: 'next at', value: '2026-03-01T08:00:00Z', isTime: true },
    { name: 'stored', value: '3', isTime: false },
  ]);
});
