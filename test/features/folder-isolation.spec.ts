import { failure, fault, responses } from '../drivers/ews/support/answers.js';
import { SpoilingProxy, type Spoil } from '../support/spoiling-proxy.js';
import { TimelineReader } from './support/timeline-stage.js';
import { succeeded, WholeStage } from './support/whole-stage.js';

const minute = 60_000;
let stage: WholeStage;
let proxy: SpoilingProxy;
let address: string;
let projects: string;
let mailbox: string;
let turn = 0;
const timeline = new TimelineReader(() => stage);
const control = () => stage.sandbox.control;

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
  address = `box${turn}@example.com`;
  control().addMailbox({ address });
  projects = control().addFolder(address, { name: 'Projects' });
  const profileId = await stage.makeProfile({ ewsUrl: proxy.url, name: `Profile ${turn}` });
  mailbox = await stage.makeMailbox(address, {
    profileId,
    folders: [{ path: 'inbox' }, { path: 'Projects' }, { path: 'sentitems' }],
  });
  await drain();
});
afterEach(async () => {
  succeeded(await stage.client().post(`/v1/mailboxes/${mailbox}/pause`));
});

const drain = async () => {
  for (let rounds = 0; (await stage.round()) > 0; rounds += 1) if (rounds > 60) throw new Error('it does not end');
};
const pass = async (ms: number, stepMs = 30_000) => {
  for (let passed = 0; passed < ms; passed += stepMs) {
    stage.clock.advance(stepMs);
    await drain();
  }
};
const subjects = async () => (await stage.messagesOf(mailbox)).map(({ subject }) => subject).sort();
const folder = async (path: string) =>
  succeeded(await stage.client().get(`/v1/mailboxes/${mailbox}/folders`)).items.find(
    (one: { path: string }) => one.path === path,
  );
const notices = async () =>
  (await stage.client().all(`/v1/incidents?open=true`)).filter(({ code }) => code === 'FolderUnreadable');

/** Calls about the folder fail: those that list it, and those that open it where `opening` says so. */
const failing =
  (id: () => string, answer: (operation: string) => Awaited<ReturnType<Spoil>> | 'cut', opening = true): Spoil =>
  ({ operation, body, socket }) => {
    const isAbout = body.includes(`Id="${id()}"`) && !body.includes('<m:GetItem>');
    if (!isAbout || (operation === 'GetFolder' && !opening)) return undefined;
    const answered = answer(operation);
    if (answered !== 'cut') return answered;
    socket.destroy();
    return new Promise(() => undefined);
  };
const refusal = (code: string) => (operation: string) => ({
  status: 200,
  headers: { 'content-type': 'text/xml' },
  body: responses(operation, failure(operation, code)),
});

describe('a watched folder that cannot be read', () => {
  it.each<[string, (operation: string) => Awaited<ReturnType<Spoil>> | 'cut', boolean]>([
    ['is denied', refusal('ErrorAccessDenied'), true],
    ['is denied to listings only', refusal('ErrorAccessDenied'), false],
    ['is damaged', refusal('ErrorFolderCorrupt'), true],
    ['fails with an unknown code', refusal('ErrorOfTheFuture'), true],
    ['has its store away', refusal('ErrorMailboxStoreUnavailable'), true],
    ['is refused by a scanner', () => ({ status: 403, headers: {}, body: 'no' }), false],
    ['is answered 502', () => ({ status: 502, headers: {}, body: '' }), true],
    ['has its calls cut', () => 'cut', false],
    [
      'asks for quiet',
      () => ({
        status: 500,
        headers: { 'content-type': 'text/xml' },
        body: fault('ErrorServerBusy', 'Busy.', { BackOffMilliseconds: '15000' }),
      }),
      true,
    ],
    ['is answered 503 with a time to wait', () => ({ status: 503, headers: { 'retry-after': '15' }, body: '' }), true],
    ['is answered 401', () => ({ status: 401, headers: { 'www-authenticate': 'Basic realm="x"' }, body: '' }), true],
    [
      'gives web pages',
      () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>x</html>' }),
      true,
    ],
  ])('does not stop the others: it %s', async (_name, answer, opening) => {
    proxy.spoil = failing(() => projects, answer, opening);
    await control().deliver(address, { subject: 'in the inbox' });
    await control().deliver(address, { subject: 'in Projects', folder: projects });
    await pass(3 * minute);
    expect(await subjects()).toEqual(['in the inbox']);
    expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', lastError: null });
    expect(await folder('Projects')).toMatchObject({ failing: { attempts: expect.any(Number) }, missing: false });
    expect(await folder('inbox')).toMatchObject({ failing: null });
    const status = await timeline.status(mailbox);
    expect(status).toMatchObject({ well: false, reasons: [{ code: 'folder-unreadable' }, {}, {}] });
    expect(status.verdict).toContain('Projects');

    proxy.spoil = () => undefined;
    await pass(6 * minute);
    expect(await subjects()).toEqual(['in Projects', 'in the inbox']);
    expect(await folder('Projects')).toMatchObject({ failing: null });
    expect(await timeline.status(mailbox)).toMatchObject({ well: true });
  });

  it('is tried again after growing waits, told of when it lasts, and that ends with it', async () => {
    proxy.spoil = failing(() => projects, refusal('ErrorAccessDenied'));
    await pass(20 * minute);
    expect(await notices()).toEqual([]);
    await pass(60 * minute);
    expect(await notices()).toMatchObject([{ scope: 'notice' }]);
    expect((await stage.mailbox(mailbox)).state).toBe('active');
    proxy.calls.length = 0;
    await pass(60 * minute);
    const { failing: trouble } = await folder('Projects');
    expect(trouble).toMatchObject({ code: 'ErrorAccessDenied', title: expect.any(String) });
    // Four or five tries an hour, each of a few calls.
    expect(proxy.count('GetFolder')).toBeLessThan(20);

    proxy.spoil = () => undefined;
    await pass(20 * minute);
    expect(await notices()).toEqual([]);
    expect(await timeline.titles(mailbox, 'run')).toContainEqual('1 folder could not be read');
  });

  it('ends its notice when it is watched no more', async () => {
    proxy.spoil = failing(() => projects, refusal('ErrorAccessDenied'));
    await pass(80 * minute, minute);
    expect(await notices()).toHaveLength(1);
    succeeded(await stage.client().patch(`/v1/mailboxes/${mailbox}`, { folders: [{ path: 'inbox' }] }));
    await pass(3 * minute);
    expect(await notices()).toEqual([]);
    expect(await timeline.status(mailbox)).toMatchObject({ well: true });
  });

  it('can be the inbox: the others go on, and it is told of soon', async () => {
    proxy.spoil = failing(() => 'inbox', refusal('ErrorAccessDenied'));
    await control().deliver(address, { subject: 'in the inbox' });
    await control().deliver(address, { subject: 'in Projects', folder: projects });
    await pass(12 * minute);
    expect(await subjects()).toEqual(['in Projects']);
    expect((await stage.mailbox(mailbox)).state).toBe('active');
    expect(await notices()).toHaveLength(1);
    expect(await timeline.status(mailbox)).toMatchObject({ well: false });
    proxy.spoil = () => undefined;
    await pass(20 * minute);
    expect(await subjects()).toEqual(['in Projects', 'in the inbox']);
    expect(await notices()).toEqual([]);
  });

  it('is the mailbox’s trouble where every folder meets it', async () => {
    proxy.spoil = ({ operation }) =>
      operation === 'FindItem' || operation === 'SyncFolderItems' ? refusal('ErrorOfTheFuture')(operation) : undefined;
    await pass(2 * minute);
    expect((await stage.mailbox(mailbox)).lastError).toMatchObject({ code: 'ErrorOfTheFuture' });
    expect(await folder('Projects')).toMatchObject({ failing: null });
    proxy.spoil = () => undefined;
    await pass(5 * minute);
    expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', lastError: null });
  });

  it.each(['ErrorItemNotFound', 'ErrorFolderNotFound', 'ErrorSyncFolderNotFound', 'ErrorInvalidFolderId'])(
    'is missing where it answers %s, and not well then',
    async (code) => {
      proxy.spoil = failing(() => projects, refusal(code));
      await control().deliver(address, { subject: 'in the inbox' });
      await pass(minute);
      await pass(minute);
      expect(await subjects()).toEqual(['in the inbox']);
      expect((await stage.mailbox(mailbox)).state).toBe('active');
      proxy.spoil = () => undefined;
      await control().deliver(address, { subject: 'later', folder: projects });
      await pass(20 * minute);
      expect(await subjects()).toEqual(['in the inbox', 'later']);
    },
  );

  it('is not well where its path leads nowhere', async () => {
    succeeded(
      await stage.client().patch(`/v1/mailboxes/${mailbox}`, { folders: [{ path: 'inbox' }, { path: 'Nowhere' }] }),
    );
    await pass(2 * minute);
    expect(await timeline.status(mailbox)).toMatchObject({
      well: false,
      verdict: 'The folder Nowhere is not on the server',
      reasons: [{ code: 'folder-missing' }, { code: 'next-poll', title: expect.stringMatching(/^Syncs every/) }, {}],
    });
  });
});
