import { eventually } from '../support/eventually.js';
import { describeOnPostgres } from '../support/queues.js';
import { addressOf, Road } from '../support/road.js';

const inbox = addressOf(1);
const oldest = '2024-01-01T00:00:00Z';

describeOnPostgres('backfill', (queue) => {
  let road: Road;

  afterEach(() => road.close());

  const path = () => `/v1/mailboxes/${road.mailboxIds[0]}`;
  const start = async (body: Record<string, unknown> = { from: oldest }) => {
    const answer = await road.api.post(`${path()}/backfill`, body);
    expect(answer).toMatchObject({ status: 202, body: { state: 'active', stored: 0, finishedAt: null } });
    return answer.body.id as string;
  };
  const read = async (id: string) => (await road.api.get(`${path()}/backfills/${id}`)).body;
  const ended = (id: string, state: string) => eventually(async () => expect(await read(id)).toMatchObject({ state }));

  async function stored(): Promise<{ all: number; distinct: number; announced: number }> {
    const [row] = await road.database.dataSource.query(
      `SELECT count(*)::int AS all, count(DISTINCT internet_message_id)::int AS distinct,
         (SELECT count(DISTINCT subject_id)::int FROM events WHERE type = 'message.received') AS announced
       FROM messages WHERE mailbox_id = $1`,
      [road.mailboxIds[0]],
    );
    return row;
  }

  it('brings 2,000 old messages once each across a worker that dies, while polls go on', async () => {
    // One place beside the one that hangs: whatever the backfill takes of it, the polls lack.
    road = await Road.open(queue, { profile: { maxConcurrentConnections: 2 } });
    await road.exchange.deliver(inbox, { count: 2_000, subject: 'old', receivedAt: oldest });
    await road.exchange.deliver(inbox, { subject: 'after the range', receivedAt: '2025-01-01T00:00:00Z' });
    await road.synced();
    const id = await start({ from: '2024-01-01T00:00:01Z', to: '2025-01-01T00:00:00Z' });
    await eventually(async () => (await read(id)).stored >= 200);
    expect(await read(id)).toMatchObject({ total: 1_999, folder: 'inbox' });

    // The run hangs in a call, its lease runs out, and another one takes the work over.
    road.exchange.injectFault({ operation: 'GetItem', times: 1, fault: { delayMs: 4_000 } });
    let [last, still] = [-1, 0];
    await eventually(async () => {
      const { all } = await stored();
      still = all === last ? still + 1 : 0;
      last = all;
      return still > 25;
    });
    road.clock.advance(50_000);
    await road.exchange.deliver(inbox, { subject: 'urgent' });
    await eventually(async () => (await road.subjects(road.mailboxIds[0])).includes('urgent'));
    expect((await read(id)).state).toBe('active');

    await ended(id, 'completed');
    await eventually(() => road.postroom.logged().includes('a run lost its lease'));
    const done = await read(id);
    expect(done).toMatchObject({
      total: 1_999,
      failed: 0,
      folder: null,
      reachedAt: '2025-01-01T00:00:00.000Z',
      messagesPerMinute: expect.any(Number),
      lastFailure: null,
      finishedAt: expect.any(String),
    });
    expect(done.stored + done.known).toBe(1_999);
    expect(await stored()).toEqual({ all: 2_000, distinct: 2_000, announced: 2_000 });
    expect(await road.subjects(road.mailboxIds[0])).not.toContain('after the range');
    expect(await road.feed('backfill.completed')).toMatchObject([
      { subjectId: id, mailboxId: road.mailboxIds[0], data: { stored: done.stored, failed: 0 } },
    ]);

    // Once more: everything is known, and nothing is announced again.
    const again = await start();
    await ended(again, 'completed');
    expect(await read(again)).toMatchObject({ stored: 2, known: 1_999, failed: 0 });
    expect(await stored()).toEqual({ all: 2_002, distinct: 2_002, announced: 2_002 });
    expect((await road.api.get(`${path()}/backfills`)).body.items.map((row: { id: string }) => row.id)).toEqual([
      again,
      id,
    ]);
  });

  it('goes on where it stood in a process that is started anew', async () => {
    road = await Road.open(queue);
    await road.exchange.deliver(inbox, { count: 1_000, subject: 'old', receivedAt: oldest });
    await road.synced();
    road.exchange.slowDown(20);
    const id = await start();
    await eventually(async () => (await read(id)).stored >= 200);
    await road.restart();
    road.exchange.slowDown(0);
    const before = await read(id);
    expect(before.state).toBe('active');
    await ended(id, 'completed');
    const after = await read(id);
    expect(after.stored + after.known).toBe(1_000);
    // A page is what a crash repeats; a stop lets it finish.
    expect(after.known).toBeLessThanOrEqual(100);
    expect(await stored()).toEqual({ all: 1_000, distinct: 1_000, announced: 1_000 });
  });

  it('is one at a time, can be cancelled, and is not disturbed by items that cannot be read', async () => {
    road = await Road.open(queue);
    await road.exchange.deliver(inbox, { count: 600, subject: 'old', receivedAt: oldest });
    const [bad] = await road.exchange.deliver(inbox, { subject: 'bad', receivedAt: oldest });
    road.exchange.corruptItem(inbox, bad ?? '', 'ErrorCorruptData');
    await road.synced();
    road.exchange.slowDown(30);
    const id = await start();
    expect(await road.api.post(`${path()}/backfill`, { from: oldest })).toMatchObject({
      status: 409,
      body: { code: 'backfill-active', detail: expect.stringContaining(id) },
    });
    await eventually(async () => (await read(id)).stored > 0);
    const cancelled = await road.api.post(`${path()}/backfills/${id}/cancel`);
    expect(cancelled).toMatchObject({ status: 200, body: { state: 'cancelled', finishedAt: expect.any(String) } });
    expect(await road.api.post(`${path()}/backfills/${id}/cancel`)).toMatchObject({
      status: 409,
      body: { code: 'backfill-over' },
    });
    road.exchange.slowDown(0);

    const next = await start();
    await ended(next, 'completed');
    const after = await read(next);
    expect(after).toMatchObject({ total: 601, failed: 1 });
    expect(after.stored + after.known).toBe(600);
    expect(await read(id)).toMatchObject({ state: 'cancelled' });
    expect(await stored()).toMatchObject({ all: 600, distinct: 600 });
    expect(await road.feed('backfill.completed', 'backfill.failed')).toHaveLength(1);
  });

  it('stops with the mailbox that it finds denied, and goes on by itself when that is well again', async () => {
    road = await Road.open(queue);
    await road.exchange.deliver(inbox, { count: 500, subject: 'old', receivedAt: oldest });
    await road.synced();
    road.exchange.slowDown(20);
    const id = await start();
    await eventually(async () => (await read(id)).stored > 0);
    road.exchange.revoke('svc-postroom', [inbox]);
    await road.deniedOnce(road.mailboxIds);
    await eventually(async () => expect(await road.mailbox(road.mailboxIds[0])).toMatchObject({ state: 'failed' }));
    expect(await road.mailbox(road.mailboxIds[0])).toMatchObject({ failure: { during: 'incoming' } });
    expect(await work()).toMatchObject({ due_at: null });
    expect((await read(id)).state).toBe('active');

    // A person's pause on top of it, and a backfill waits for both to end.
    await road.api.post(`${path()}/pause`);
    road.exchange.grant('svc-postroom', [inbox]);
    road.exchange.slowDown(0);
    expect(await work()).toMatchObject({ due_at: null });
    await road.api.post(`${path()}/resume`);
    await ended(id, 'completed');
    expect(await stored()).toMatchObject({ all: 500, distinct: 500 });
  });

  it('is given up when the mailbox is let in and the backfill is not, instead of stopping mail again and again', async () => {
    road = await Road.open(queue);
    await road.synced();
    await eventually(() => calls('SyncFolderItems') > 2);
    road.exchange.injectFault({ operation: 'FindItem', times: 1_000, fault: { code: 'ErrorAccessDenied' } });
    const id = await start();
    for (let times = 1; times <= 2; times += 1) {
      await eventually(async () =>
        expect(await road.mailbox(road.mailboxIds[0])).toMatchObject({ state: 'verifying' }),
      );
      await road.api.post(`${path()}/sync`);
      await eventually(async () => expect((await road.mailbox(road.mailboxIds[0])).state).not.toBe('verifying'));
    }
    await ended(id, 'failed');
    expect(await read(id)).toMatchObject({ lastFailure: { code: 'ErrorAccessDenied', title: expect.any(String) } });
    expect(await road.feed('backfill.failed')).toMatchObject([{ subjectId: id, data: { code: 'ErrorAccessDenied' } }]);
    await eventually(async () => expect(await road.mailbox(road.mailboxIds[0])).toMatchObject({ state: 'active' }));
  });

  it('brings the folders that are asked for, of those that are synced', async () => {
    road = await Road.open(queue);
    road.exchange.addFolder(inbox, { name: 'Projects' });
    await road.exchange.deliver(inbox, { count: 3, subject: 'inbox', receivedAt: oldest });
    await road.exchange.deliver(inbox, { count: 150, subject: 'project', receivedAt: oldest, folder: 'Projects' });
    const folders = [{ path: 'inbox' }, { path: 'Projects', subfolders: true }];
    expect(await road.api.patch(path(), { folders })).toMatchObject({ status: 200 });
    const id = await start({ from: oldest, folders: ['projects'] });
    await ended(id, 'completed');
    expect(await read(id)).toMatchObject({ folders: ['Projects'], total: 150, stored: 150, known: 0 });
    const all = await start();
    await ended(all, 'completed');
    expect(await read(all)).toMatchObject({ total: 153, stored: 3, known: 150 });
    expect(await stored()).toEqual({ all: 153, distinct: 153, announced: 153 });
  });

  it('refuses a range that makes no sense', async () => {
    road = await Road.open(queue);
    const refused = async (body: Record<string, unknown>, field: string) =>
      expect(await road.api.post(`${path()}/backfill`, body)).toMatchObject({
        status: 400,
        body: { code: 'invalid-request', errors: [{ field }] },
      });
    await refused({ from: '2190-01-01T00:00:00Z' }, 'from');
    await refused({ from: road.clock.in(-60_000).toISOString() }, 'from');
    await refused({ from: oldest, to: oldest }, 'to');
    await refused({ from: oldest, to: '2190-01-01T00:00:00Z' }, 'to');
    await refused({ from: oldest, folders: ['inbox', 'inbox'] }, 'folders');
    await refused({ from: oldest, folders: [] }, 'folders');
    await refused({ from: oldest, folders: ['inbox', 'Projects'] }, 'folders.1');
    await refused({ from: oldest, folders: ['junkemail'] }, 'folders.0');
    expect((await road.api.get(`${path()}/backfills`)).body.items).toEqual([]);
  });

  const calls = (operation: string) => road.exchange.counts().calls.byOperation[operation] ?? 0;

  async function work(): Promise<{ due_at: Date | null }> {
    const [row] = await road.database.dataSource.query(
      `SELECT due_at FROM mailbox_work WHERE mailbox_id = $1 AND kind = 'backfill'`,
      [road.mailboxIds[0]],
    );
    return row;
  }
});
