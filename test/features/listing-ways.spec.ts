import { failure, fault, responses } from '../drivers/ews/support/answers.js';
import { SpoilingProxy, type ProxiedCall, type Spoil } from '../support/spoiling-proxy.js';
import { TimelineReader } from './support/timeline-stage.js';
import { succeeded, WholeStage } from './support/whole-stage.js';

const headers = { 'content-type': 'text/xml; charset=utf-8' };
const refusal = (operation: string, code: string) => ({
  status: 200,
  headers,
  body: responses(operation, failure(operation, code)),
});
const minute = 60_000;

let stage: WholeStage;
let proxy: SpoilingProxy;
let profileId: string;
let address: string;
let mailbox: string;
let turn = 0;
const timeline = new TimelineReader(() => stage);

beforeAll(async () => {
  stage = await WholeStage.open();
  proxy = await SpoilingProxy.start(stage.sandbox.ewsUrl);
});
afterAll(async () => {
  await proxy?.close();
  await stage?.close();
});
beforeEach(async () => {
  turn += 1;
  proxy.spoil = () => undefined;
  proxy.calls.length = 0;
  // What a server does not understand is remembered for each profile's connection.
  profileId = await stage.makeProfile({ ewsUrl: proxy.url, name: `Profile ${turn}` });
  address = `box${turn}@example.com`;
  stage.sandbox.control.addMailbox({ address });
});
afterEach(async () => {
  succeeded(await stage.client().post(`/v1/mailboxes/${mailbox}/pause`));
});

const control = () => stage.sandbox.control;
const drain = async () => {
  let runs = 0;
  while ((await stage.round()) > 0) {
    runs += 1;
    // A pass that gets nowhere must not be followed by the next at once.
    if (runs > 60) throw new Error('the mailbox is looked at again and again');
  }
};
const begin = async (more: object = {}) => {
  mailbox = await stage.makeMailbox(address, { profileId, ...more });
  await drain();
};
const pass = async (ms: number, stepMs = 20_000) => {
  for (let passed = 0; passed < ms; passed += stepMs) {
    stage.clock.advance(stepMs);
    await drain();
  }
};
const subjects = async () => (await stage.messagesOf(mailbox)).map(({ subject }) => subject).sort();
const folders = async () => succeeded(await stage.client().get(`/v1/mailboxes/${mailbox}/folders`)).items;
const deliver = (subject: string, more: object = {}) => control().deliver(address, { subject, ...more });

/** Replaces parts of what the server answers to an operation. */
const rewriting =
  (operation: string, change: (body: string, call: ProxiedCall) => string): Spoil =>
  async (call) => {
    if (call.operation !== operation) return undefined;
    const answer = await call.forward();
    return { ...answer, body: change(answer.body, call) };
  };

describe('a listing with a change that names no item', () => {
  it.each([
    ['a creation of nothing', '<t:Create/>'],
    ['an item without an id', '<t:Create><t:Item><t:ItemClass>IPM.Odd</t:ItemClass></t:Item></t:Create>'],
    ['a deletion of nothing', '<t:Delete/>'],
    ['a read flag of nothing', '<t:ReadFlagChange><t:IsRead>true</t:IsRead></t:ReadFlagChange>'],
    ['a change of an unknown kind', '<t:Novelty/>'],
  ])('takes the others, with %s, and shows it', async (_name, odd) => {
    await deliver('before');
    proxy.spoil = rewriting('SyncFolderItems', (body) =>
      body.replace('<m:Changes>', `<m:Changes>${odd}`).replace('<m:Changes/>', `<m:Changes>${odd}</m:Changes>`),
    );
    await begin();
    await deliver('after');
    await stage.poll();
    expect(await subjects()).toEqual(['after', 'before']);
    expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', lastError: null });
    expect(await folders()).toMatchObject([{ path: 'inbox', unlistedChanges: { count: 2 } }]);
  });

  it('finds by date what the change was that the server did not name', async () => {
    await deliver('before');
    await begin();
    await deliver('hidden');
    await control()
      .deliver(address, { subject: 'moved in', folder: 'junkemail', receivedAt: '2026-01-05T00:00:00Z' })
      .then(([id = '']) => control().moveItem(address, id, 'inbox'));
    // Once, and then the sync state has passed them.
    let hides = true;
    proxy.spoil = rewriting('SyncFolderItems', (body) => {
      if (!hides || !body.includes('<t:Create>')) return body;
      hides = false;
      return body.replace(/<t:Create>.*?<\/t:Create>/gs, '<t:Create/>');
    });
    await stage.poll();
    await stage.poll();
    expect(await subjects()).toEqual(['before', 'hidden', 'moved in']);
    expect(await timeline.titles(mailbox, 'run')).toContainEqual(expect.stringContaining('named no item'));
  });

  it('asks no more than twice as much while every answer holds one', async () => {
    await deliver('before', { count: 30 });
    await begin();
    proxy.spoil = rewriting('SyncFolderItems', (body) =>
      body.replace('<m:Changes/>', '<m:Changes><t:Create/></m:Changes>'),
    );
    await pass(10 * minute);
    proxy.calls.length = 0;
    await pass(60 * minute);
    expect(proxy.count('SyncFolderItems')).toBeGreaterThan(40);
    expect(proxy.count('FindItem')).toBeLessThanOrEqual(proxy.count('SyncFolderItems') + 1);
  });

  it('skips rows of a listing by date that name no item', async () => {
    await deliver('sound', { count: 3 });
    proxy.spoil = rewriting('FindItem', (body) => body.replace('<t:Items>', '<t:Items><t:Message/>'));
    await begin();
    expect(await subjects()).toEqual(['sound 1', 'sound 2', 'sound 3']);
  });
});

describe('pages that are too large for the server', () => {
  const sizeOf = (body: string) =>
    Number(/MaxEntriesReturned="(\d+)"/.exec(body)?.[1] ?? /MaxChangesReturned>(\d+)/.exec(body)?.[1] ?? 0);
  const asked: number[] = [];
  const tooLarge =
    (
      operations: readonly string[],
      most: number,
      answer: (operation: string) => Awaited<ReturnType<Spoil>> | 'cut',
    ): Spoil =>
    ({ operation, body, socket }) => {
      if (!operations.includes(operation)) return undefined;
      asked.push(sizeOf(body));
      if (sizeOf(body) <= most) return undefined;
      const answered = answer(operation);
      if (answered !== 'cut') return answered;
      socket.destroy();
      return new Promise(() => undefined);
    };
  const listings = ['FindItem', 'SyncFolderItems'];

  it.each<[string, readonly string[], number, (operation: string) => Awaited<ReturnType<Spoil>> | 'cut']>([
    ['ErrorTimeoutExpired over 50 rows', listings, 50, (operation) => refusal(operation, 'ErrorTimeoutExpired')],
    [
      'ErrorInsufficientResources over 3 rows',
      listings,
      3,
      (operation) => refusal(operation, 'ErrorInsufficientResources'),
    ],
    [
      'ErrorInternalServerError for changes',
      ['SyncFolderItems'],
      20,
      (operation) => refusal(operation, 'ErrorInternalServerError'),
    ],
    ['ErrorTooManyObjectsOpened', listings, 20, (operation) => refusal(operation, 'ErrorTooManyObjectsOpened')],
    ['HTTP 504 for listings by date', ['FindItem'], 20, () => ({ status: 504, headers: {}, body: '' })],
    ['HTTP 500', listings, 50, () => ({ status: 500, headers: {}, body: '' })],
    ['cut connections', listings, 50, () => 'cut'],
  ])('shrink until they come through: %s', async (_name, operations, most, answer) => {
    await deliver('many', { count: 120, receivedAt: '2026-02-01T00:00:00Z' });
    proxy.spoil = tooLarge(operations, most, answer);
    await begin();
    expect(await subjects()).toHaveLength(120);
    expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', lastError: null });
    // The size is remembered: the next listing does not begin with the full one.
    asked.length = 0;
    await deliver('later');
    await stage.poll();
    expect(await subjects()).toHaveLength(121);
    expect(Math.max(...asked)).toBeLessThan(operations.length === 1 && operations[0] === 'FindItem' ? 1_000 : 512);
  });

  it('also shrink where the server asks for quiet over each that is large', async () => {
    await deliver('many', { count: 60, receivedAt: '2026-02-01T00:00:00Z' });
    const busy = fault('ErrorServerBusy', 'Busy.', { BackOffMilliseconds: '5000' });
    proxy.spoil = tooLarge(listings, 50, () => ({ status: 500, headers, body: busy }));
    await begin();
    // A size a poll, by date and by changes, and how long each is put off varies.
    const isWell = async () => (await subjects()).length === 60 && (await stage.mailbox(mailbox)).lastError === null;
    for (let minutes = 0; minutes < 30 && !(await isWell()); minutes += 1) await pass(minute);
    expect(await subjects()).toHaveLength(60);
    expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', lastError: null });
  });

  it('grow back when the server has recovered', async () => {
    await deliver('many', { count: 40, receivedAt: '2026-02-01T00:00:00Z' });
    proxy.spoil = tooLarge(listings, 10, (operation) => refusal(operation, 'ErrorTimeoutExpired'));
    await begin();
    proxy.spoil = tooLarge(listings, 1_000, () => undefined);
    asked.length = 0;
    await pass(8 * 60 * minute, 5 * minute);
    expect(asked.at(-1)).toBe(512);
    expect(asked[0]).toBeLessThan(50);
  });

  it('at the smallest size are the mailbox’s trouble, and end with it', async () => {
    await begin();
    proxy.spoil = tooLarge(listings, 0, (operation) => refusal(operation, 'ErrorTimeoutExpired'));
    await stage.poll();
    expect((await stage.mailbox(mailbox)).lastError).toMatchObject({ code: 'ErrorTimeoutExpired' });
    proxy.spoil = () => undefined;
    await deliver('after');
    await pass(20 * minute);
    expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', lastError: null });
    expect(await subjects()).toEqual(['after']);
  });
});

/** Calls an hour of a mailbox that is polled each minute, when everything works: one listing a poll. */
const pollsAnHour = 60;

describe('a server with which listing does not get on', () => {
  const neverLast = (body: string) =>
    body.replace(/<m:IncludesLastItemInRange>true/, '<m:IncludesLastItemInRange>false');
  let counter = 0;
  const newState = (body: string) => {
    counter += 1;
    return body.replace(/<m:SyncState>[^<]*/, `<m:SyncState>made-up-${counter}`);
  };
  const page = (operation: string, withId = false): Spoil => {
    let kept: Awaited<ReturnType<ProxiedCall['forward']>> | null = null;
    return async (call) => {
      if (call.operation !== operation) return undefined;
      kept ??= await call.forward();
      const body = neverLast(kept.body).replace('IncludesLastItemInRange="true"', 'IncludesLastItemInRange="false"');
      const { 'client-request-id': _, ...headers } = kept.headers;
      return {
        ...kept,
        headers: withId ? kept.headers : headers,
        body: operation === 'SyncFolderItems' ? newState(body) : body,
      };
    };
  };

  const cases: readonly (readonly [name: string, spoil: () => Spoil, code: string, listedBy: 'date' | 'changes'])[] = [
    [
      'refuses every sync state that it gave',
      () =>
        ({ operation, body }) =>
          operation === 'SyncFolderItems' && body.includes('SyncState>')
            ? refusal(operation, 'ErrorInvalidSyncStateData')
            : undefined,
      'SyncStateRefused',
      'date',
    ],
    [
      'fails over every sync state that it gave',
      () =>
        ({ operation, body }) =>
          operation === 'SyncFolderItems' && body.includes('SyncState>')
            ? refusal(operation, 'ErrorInternalServerError')
            : undefined,
      'SyncStateRefused',
      'date',
    ],
    ['gives new sync states with the same page', () => page('SyncFolderItems'), 'SyncStateStuck', 'date'],
    [
      'never says that changes are the last',
      () => rewriting('SyncFolderItems', (body) => neverLast(body)),
      'SyncStateStuck',
      'date',
    ],
    [
      'answers empty pages of changes that are not the last',
      () =>
        rewriting('SyncFolderItems', (body) => neverLast(body).replace(/<m:Changes>.*<\/m:Changes>/s, '<m:Changes/>')),
      'SyncStateStuck',
      'date',
    ],
    ['lists its first page by date for ever', () => page('FindItem'), 'ListingStuck', 'changes'],
    ['gives an old answer for each listing by date', () => page('FindItem', true), 'UnexpectedAnswer', 'changes'],
    ['gives an old answer for changes', () => page('SyncFolderItems', true), 'UnexpectedAnswer', 'date'],
    [
      'has changes refused by a scanner',
      () =>
        ({ operation }) =>
          operation === 'SyncFolderItems' ? { status: 403, headers: {}, body: 'blocked' } : undefined,
      'Http403',
      'date',
    ],
    [
      'fails over every listing by date',
      () =>
        ({ operation }) =>
          operation === 'FindItem' ? refusal(operation, 'ErrorInternalServerError') : undefined,
      'ErrorInternalServerError',
      'changes',
    ],
    [
      'lists empty pages by date that are not the last',
      () =>
        rewriting('FindItem', (body) =>
          body
            .replace(/<t:Items>.*<\/t:Items>/s, '<t:Items/>')
            .replace('IncludesLastItemInRange="true"', 'IncludesLastItemInRange="false"'),
        ),
      'ListingStuck',
      'changes',
    ],
    [
      'ignores the offset',
      () =>
        rewriting('FindItem', (body) =>
          body
            .replace(/<t:DateTimeReceived>[^<]*<\/t:DateTimeReceived>/g, '')
            .replace('IncludesLastItemInRange="true"', 'IncludesLastItemInRange="false"'),
        ),
      'ListingStuck',
      'changes',
    ],
  ];

  it.each(cases)(
    '%s: mail keeps coming in, within a bound of calls, and it shows',
    async (_name, spoil, code, listedBy) => {
      await deliver('before', { count: 12 });
      proxy.spoil = spoil();
      await begin();
      await pass(10 * minute);
      expect(await subjects()).toHaveLength(12);
      const [folder] = await folders();
      if (listedBy === 'date') expect(folder).toMatchObject({ listedBy: { way: 'date', code } });
      expect(await timeline.titles(mailbox, 'run')).toContainEqual(
        expect.stringMatching(/Receiving failed|refuses|again and again/),
      );

      proxy.calls.length = 0;
      await deliver('after');
      await pass(3 * minute);
      expect(await subjects()).toContain('after');
      await pass(57 * minute);
      const listings = proxy.count('FindItem') + proxy.count('SyncFolderItems');
      expect(listings).toBeGreaterThan(0);
      expect(listings).toBeLessThan(pollsAnHour * 2);
      expect((await stage.mailbox(mailbox)).state).toBe('active');
    },
  );

  it('and fails with a status over a sync state that it has lost, is enumerated anew', async () => {
    await deliver('before', { count: 3 });
    await begin();
    // The sandbox gives the same state again for the same folder.
    let isLost = true;
    proxy.spoil = ({ operation, body }) => {
      if (operation !== 'SyncFolderItems') return undefined;
      if (!body.includes('SyncState>') && !body.includes('MaxChangesReturned>1<')) isLost = false;
      return isLost && body.includes('SyncState>') ? { status: 500, headers: {}, body: 'lost' } : undefined;
    };
    await pass(3 * minute);
    expect(await folders()).toMatchObject([{ listedBy: null }]);
    const [item = ''] = control()
      .listItems(address)
      .map(({ id }) => id);
    control().markRead(address, item);
    await stage.poll();
    expect((await stage.messagesOf(mailbox)).filter(({ isRead }) => isRead)).toHaveLength(1);
    expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', lastError: null });
  });

  it('is followed in the usual way again when it has recovered', async () => {
    await deliver('before');
    proxy.spoil = cases[0]![1]();
    await begin();
    await pass(5 * minute);
    expect(await folders()).toMatchObject([{ listedBy: { way: 'date', code: 'SyncStateRefused' } }]);
    expect(await timeline.status(mailbox)).toMatchObject({
      well: false,
      reasons: [{ code: 'folder-fallback' }, {}, {}],
    });
    proxy.spoil = () => undefined;
    await pass(65 * minute);
    expect(await folders()).toMatchObject([{ listedBy: null }]);
    expect(await timeline.status(mailbox)).toMatchObject({ well: true });
    const [item = ''] = control()
      .listItems(address)
      .map(({ id }) => id);
    control().markRead(address, item);
    await stage.poll();
    expect(await stage.messagesOf(mailbox)).toMatchObject([{ isRead: true }]);
  });

  it('finishes an import that goes on by offset for longer than a run', async () => {
    // Neither sorted nor restricted, in pages of ten rows: 120 messages are more than one run lists.
    proxy.spoil = async (call) => {
      if (call.operation !== 'FindItem') return undefined;
      if (call.body.includes('SortOrder') || call.body.includes('Restriction'))
        return refusal('FindItem', 'ErrorUnsupportedPathForQuery');
      if (Number(/MaxEntriesReturned="(\d+)"/.exec(call.body)?.[1]) > 10)
        return refusal('FindItem', 'ErrorTimeoutExpired');
      return call.forward();
    };
    await deliver('many', { count: 120, receivedAt: '2026-02-01T00:00:00Z' });
    await begin();
    expect(await subjects()).toHaveLength(120);
    expect((await folders())[0].importedAt).not.toBeNull();
  });
});

describe('a server that refuses queries', () => {
  it.each([
    ['IsGreaterThanOrEqualTo', ['IsGreaterThanOrEqualTo'], 'ErrorInvalidRestriction'],
    ['sorting', ['SortOrder'], 'ErrorUnsupportedPathForSortGroup'],
    ['every restriction', ['Restriction'], 'ErrorInvalidRestriction'],
    ['restrictions on dates', ['Restriction'], 'ErrorUnsupportedPathForQuery'],
    ['restrictions and sorting', ['Restriction', 'SortOrder'], 'ErrorInvalidRestriction'],
    ['FindItem altogether', ['FindItem'], 'ErrorInvalidRequest'],
  ])('receives all the same: %s', async (_name, words, code) => {
    await deliver('too old', { receivedAt: '2025-12-01T00:00:00Z' });
    await deliver('before', { count: 5, receivedAt: '2026-02-01T00:00:00Z' });
    proxy.spoil = ({ operation, body }) =>
      operation === 'FindItem' && words.some((word) => body.includes(word)) ? refusal('FindItem', code) : undefined;
    await begin();
    await deliver('after');
    await stage.poll();
    expect(await subjects()).toEqual(['after', 'before 1', 'before 2', 'before 3', 'before 4', 'before 5']);
    expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', lastError: null });
    expect(await timeline.status(mailbox)).toMatchObject({ well: true });
  });
});

describe('impossible dates', () => {
  it('let the import jump over nothing', async () => {
    await deliver('early', { count: 260, receivedAt: '2026-02-01T00:00:00Z' });
    await deliver('far off', { receivedAt: '2185-01-01T00:00:00Z' });
    await begin();
    await deliver('after');
    await stage.poll();
    expect((await subjects()).filter((subject) => subject.startsWith('early'))).toHaveLength(260);
    expect(await subjects()).toEqual(expect.arrayContaining(['after', 'far off']));
    const [row] = await stage.dataSource.query('SELECT import_reached FROM mailbox_folders WHERE mailbox_id = $1', [
      mailbox,
    ]);
    expect(row.import_reached.getTime()).toBeLessThan(stage.clock.now().getTime());
  });
});
