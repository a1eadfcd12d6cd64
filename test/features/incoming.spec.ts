import { success } from '../drivers/ews/support/answers.js';
import { eventually } from '../support/eventually.js';
import { WholeStage, succeeded } from './support/whole-stage.js';

let stage: WholeStage;
let address: string;
let mailbox: string;
let turn = 0;

beforeAll(async () => {
  stage = await WholeStage.open();
});
afterAll(() => stage?.close());
beforeEach(async () => {
  turn += 1;
  address = `box${turn}@example.com`;
  stage.sandbox.control.addMailbox({ address });
  await stage.dataSource.query(`UPDATE profile_pacing SET hold_until = '-infinity', suspended_cause = NULL`);
});
afterEach(async () => {
  stage.sandbox.control.clearFaults();
  if (mailbox) succeeded(await stage.client().post(`/v1/mailboxes/${mailbox}/pause`));
});

const begin = async (more: object = {}) => {
  mailbox = await stage.makeMailbox(address, more);
  while ((await stage.round()) > 0);
};
const subjects = async () => (await stage.messagesOf(mailbox)).map(({ subject }) => subject).sort();
const received = async (): Promise<number> => {
  const [row] = await stage.dataSource.query(
    `SELECT count(*)::int AS n FROM events WHERE type = 'message.received' AND mailbox_id = $1`,
    [mailbox],
  );
  return row.n;
};
const failures = () => stage.client().all(`/v1/mailboxes/${mailbox}/item-failures`);

describe('receiving', () => {
  it('takes what arrived from processEmailsFrom on, once, and tells each once', async () => {
    const { control } = stage.sandbox;
    await control.deliver(address, { subject: 'too old', receivedAt: '2025-12-31T23:59:59Z' });
    await control.deliver(address, { subject: 'first', receivedAt: '2026-01-01T00:00:00Z' });
    await control.deliver(address, { subject: 'many', count: 30, receivedAt: '2026-02-01T00:00:00Z' });
    await begin();
    await stage.poll();
    expect((await stage.messagesOf(mailbox)).map(({ subject }) => subject)).not.toContain('too old');
    expect(await stage.messagesOf(mailbox)).toHaveLength(31);
    expect(await received()).toBe(31);
    await control.deliver(address, { subject: 'later' });
    await stage.poll();
    await stage.poll();
    expect(await stage.messagesOf(mailbox)).toHaveLength(32);
    expect(await received()).toBe(32);
  });

  it('of more mail than one run takes goes on by itself until all is there', async () => {
    await stage.sandbox.control.deliver(address, { subject: 'bulk', count: 700, receivedAt: '2026-02-01T00:00:00Z' });
    await begin();
    expect(await stage.messagesOf(mailbox)).toHaveLength(700);
    expect(new Set((await stage.messagesOf(mailbox)).map(({ id }) => id)).size).toBe(700);
  });

  it('follows what becomes of a message: read, moved away, moved back, deleted', async () => {
    const { control } = stage.sandbox;
    const [id = ''] = await control.deliver(address, { subject: 'followed' });
    await begin();
    const look = async () => (await stage.messagesOf(mailbox))[0];
    expect(await look()).toMatchObject({ isRead: false, folder: 'inbox' });
    control.markRead(address, id);
    await stage.poll();
    expect(await look()).toMatchObject({ isRead: true });
    const moved = control.moveItem(address, id, 'junkemail');
    await stage.poll();
    expect(await look()).toMatchObject({ folder: null });
    const back = control.moveItem(address, moved, 'inbox');
    await stage.poll();
    expect(await look()).toMatchObject({ folder: 'inbox' });
    control.deleteItem(address, back);
    await stage.poll();
    expect(await look()).toMatchObject({ folder: null, subject: 'followed' });
    expect([await received(), (await stage.messagesOf(mailbox)).length]).toEqual([1, 1]);
  });

  it('takes a message that is moved in with an old date, within processEmailsFrom', async () => {
    const { control } = stage.sandbox;
    const [late = ''] = await control.deliver(address, {
      subject: 'late',
      folder: 'junkemail',
      receivedAt: '2026-01-15T00:00:00Z',
    });
    const [old = ''] = await control.deliver(address, {
      subject: 'old',
      folder: 'junkemail',
      receivedAt: '2025-01-15T00:00:00Z',
    });
    await begin();
    control.moveItem(address, late, 'inbox');
    control.moveItem(address, old, 'inbox');
    await stage.poll();
    expect(await subjects()).toEqual(['late']);
  });

  it('stores copies and a lost sync state’s repetitions once', async () => {
    const { control } = stage.sandbox;
    const [id = ''] = await control.deliver(address, { subject: 'copied' });
    await control.deliver(address, { subject: 'other', count: 5 });
    await begin();
    control.copyItem(address, id, 'inbox');
    await stage.poll();
    expect([await received(), (await stage.messagesOf(mailbox)).length]).toEqual([6, 6]);
    control.invalidateSyncStates(address);
    await control.deliver(address, { subject: 'new' });
    await stage.poll();
    await stage.poll();
    expect([await received(), (await stage.messagesOf(mailbox)).length]).toEqual([7, 7]);
    expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', lastError: null });
  });

  it('sets one item aside in sight of everybody, takes the others, and takes it when it is mended', async () => {
    const { control } = stage.sandbox;
    const [bad = ''] = await control.deliver(address, { subject: 'damaged' });
    await control.deliver(address, { subject: 'sound', count: 12 });
    control.corruptItem(address, bad, 'ErrorItemCorrupt');
    await begin();
    expect(await stage.messagesOf(mailbox)).toHaveLength(12);
    expect(await failures()).toMatchObject([{ itemId: bad, code: 'ErrorItemCorrupt', attempts: 1 }]);
    expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', lastError: null });
    control.corruptItem(address, bad, null);
    stage.clock.advance(3_600_000);
    await stage.poll();
    expect(await stage.messagesOf(mailbox)).toHaveLength(13);
    expect(await failures()).toEqual([]);
  });

  it.each([
    ['an answer that breaks off', { truncate: true }],
    ['a connection that is cut', { dropBefore: true }],
    ['a page that is no SOAP', { html: true }],
    ['a server in trouble', { code: 'ErrorInternalServerTransientError' }],
    ['an HTTP error', { http: 502 }],
  ] as const)('after %s goes on where it stood and fails no mailbox', async (_what, fault) => {
    const { control } = stage.sandbox;
    await control.deliver(address, { subject: 'before' });
    await begin();
    await control.deliver(address, { subject: 'during', count: 25 });
    // A listing counts as failed after three sizes of pages, each of which is asked for anew after a cut.
    control.injectFault({ operation: 'SyncFolderItems', address, times: 'html' in fault ? 2 : 6, fault });
    control.injectFault({ operation: 'GetItem', address, times: 2, fault });
    stage.clock.advance(70_000);
    await stage.round();
    expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', failure: null });
    expect((await stage.mailbox(mailbox)).lastError).not.toBeNull();
    for (let minute = 0; minute < 10; minute += 1) await stage.poll();
    expect([await received(), (await stage.messagesOf(mailbox)).length]).toEqual([26, 26]);
    expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', lastError: null });
  });

  it('backs off from a server that gives ever the same sync state, takes what it tells, and goes on when it is mended', async () => {
    const { control } = stage.sandbox;
    await control.deliver(address, { subject: 'before' });
    await begin();
    const [{ sync_state: stuck }] = await stage.dataSource.query(
      'SELECT sync_state FROM mailbox_folders WHERE mailbox_id = $1',
      [mailbox],
    );
    const [told = ''] = await control.deliver(address, { subject: 'told again and again' });
    const raw = success(
      'SyncFolderItems',
      `<m:SyncState>${stuck}</m:SyncState><m:IncludesLastItemInRange>false</m:IncludesLastItemInRange>
       <m:Changes><t:Create><t:Message><t:ItemId Id="${told}" ChangeKey="CQAAAA=="/></t:Message></t:Create></m:Changes>`,
    );
    control.injectFault({ operation: 'SyncFolderItems', address, times: 1_000, fault: { raw } });
    const calls = () => control.counts().calls.byOperation['SyncFolderItems'] ?? 0;
    const before = calls();
    stage.clock.advance(70_000);
    for (let round = 0; round < 20; round += 1) await stage.round();
    expect(calls() - before).toBe(1);
    const shown = await stage.mailbox(mailbox);
    expect(shown).toMatchObject({
      state: 'active',
      lastError: { code: 'SyncStateStuck', operation: 'SyncFolderItems' },
    });
    expect(Date.parse(shown.nextSyncAt)).toBeGreaterThan(stage.clock.now().getTime());
    expect(await subjects()).toEqual(['before', 'told again and again']);

    control.clearFaults();
    stage.clock.advance(900_000);
    await stage.poll();
    expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', lastError: null });
    expect(await received()).toBe(2);
  });

  it('cut off in mid-run loses nothing and repeats nothing', async () => {
    await stage.sandbox.control.deliver(address, { subject: 'cut', count: 60, receivedAt: '2026-02-01T00:00:00Z' });
    mailbox = await stage.makeMailbox(address);
    for (let cut = 0; cut < 6; cut += 1) {
      const [claim] = (await stage.claim()).filter(({ mailboxId }) => mailboxId === mailbox);
      if (!claim) break;
      const shutdown = new AbortController();
      const before = await received();
      let ended = false;
      const run = stage.receive(claim, shutdown.signal).finally(() => (ended = true));
      await eventually(async () => ended || (await received()) > before);
      shutdown.abort();
      await run;
    }
    while ((await stage.round()) > 0);
    await stage.poll();
    expect([await received(), (await stage.messagesOf(mailbox)).length]).toEqual([60, 60]);
  });

  it('keeps its place when the mailbox is paused, and goes on from there', async () => {
    await stage.sandbox.control.deliver(address, { subject: 'one' });
    await begin();
    succeeded(await stage.client().post(`/v1/mailboxes/${mailbox}/pause`));
    await stage.sandbox.control.deliver(address, { subject: 'two' });
    await stage.poll();
    expect(await subjects()).toEqual(['one']);
    succeeded(await stage.client().post(`/v1/mailboxes/${mailbox}/resume`));
    await stage.round();
    expect(await subjects()).toEqual(['one', 'two']);
    expect(await received()).toBe(2);
  });
});
