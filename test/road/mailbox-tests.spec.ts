import type { ApiAnswer } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { describeOnPostgres } from '../support/queues.js';
import { addressOf, Road, service } from '../support/road.js';

type Body = ApiAnswer['body'];

/** Of the sandbox; the first one is a mailbox of ours from the beginning. */
const sandbox = { mailboxes: [1, 2, 3, 4].map((number) => ({ address: addressOf(number) })) };

describeOnPostgres('tests of mailboxes', (queue) => {
  let road: Road;

  beforeEach(async () => {
    road = await Road.open(queue, { mailboxes: 1, sandbox });
  });
  afterEach(() => road.close());

  const first = () => road.mailboxIds[0] ?? '';
  const inbox = addressOf(1);

  /** A mailbox that waits for its test. */
  async function added(number: number, more: object = {}): Promise<string> {
    const emailAddress = addressOf(number);
    const answer = await road.api.post('/v1/mailboxes', {
      profileId: road.profileId,
      emailAddress,
      start: 'after-test',
      ...more,
    });
    expect(answer).toMatchObject({ status: 201, body: { state: 'paused', lastTest: null } });
    return answer.body.id;
  }

  const ask = (id: string, body?: object, query = '?waitSeconds=20') =>
    road.api.post(`/v1/mailboxes/${id}/test${query}`, body);
  const tested = async (id: string, body?: object): Promise<Body> => {
    const answer = await ask(id, body);
    expect(answer).toMatchObject({ status: 200, body: { state: 'ended' } });
    return answer.body;
  };
  const read = async (id: string): Promise<Body> => (await road.api.get(`/v1/mailbox-tests/${id}`)).body;
  /** Time passes when nothing else happens: a run that was under way may put the next one off. */
  const whileTimePasses = <T>(stepMs: number, check: () => Promise<T>): Promise<Exclude<T, false>> => {
    let since = Date.now();
    return eventually(() =>
      check().catch((error: unknown) => {
        if (Date.now() - since > 8_000) {
          road.clock.advance(stepMs);
          since = Date.now();
        }
        throw error;
      }),
    );
  };
  /** An outcome that nobody saw is looked for after 30 s and 120 s. */
  const ended = (id: string): Promise<Body> =>
    whileTimePasses(40_000, async () => {
      const test = await read(id);
      expect(test).toMatchObject({ state: 'ended' });
      return test;
    });
  const left = (address: string) =>
    ['inbox', 'sentitems', 'drafts', 'outbox', 'deleteditems']
      .flatMap((folder) => road.exchange.listItems(address, folder))
      .filter(({ internetMessageId }) => internetMessageId?.startsWith('<postroom-test-'));
  /** Waits for runs that begin from now on. */
  async function polled(id: string, times = 2): Promise<void> {
    for (let round = 0; round < times; round += 1) {
      const { lastSyncAt } = await road.mailbox(id);
      await eventually(async () => (await road.mailbox(id)).lastSyncAt !== lastSyncAt);
    }
  }

  it('passes both directions, enables them, and leaves nothing behind', async () => {
    const id = await added(2);
    await road.exchange.deliver(addressOf(2), { subject: 'was here before' });
    const test = await tested(id, { enable: true });
    expect(test).toMatchObject({
      result: 'success',
      directions: ['incoming', 'outgoing'],
      incoming: { status: 'success', failure: null, skipped: null },
      outgoing: { status: 'success' },
      enabled: ['incoming', 'outgoing'],
      notEnabled: null,
      waitingFor: null,
      message: { cleanUp: 'done' },
    });
    expect(test.steps.map(({ step, status }: Body) => `${step} ${status}`)).toEqual([
      'open success',
      'list success',
      'read success',
      'send success',
      'arrive success',
      'remove success',
    ]);
    expect(road.exchange.deliveriesOf(test.message.internetMessageId)).toHaveLength(1);
    expect(left(addressOf(2))).toEqual([]);
    expect(await road.mailbox(id)).toMatchObject({
      state: 'active',
      lastTest: { id: test.id, result: 'success', incoming: 'success', outgoing: 'success' },
    });
    await eventually(async () => expect(await road.subjects(id)).toEqual(['was here before']));
    expect(await road.feed('mailbox.tested', 'mailbox.resumed')).toMatchObject([
      { type: 'mailbox.resumed', mailboxId: id },
      { type: 'mailbox.tested', subjectId: test.id, data: { result: 'success', enabled: ['incoming', 'outgoing'] } },
    ]);
    expect((await road.api.all(`/v1/mailboxes/${id}/tests`)).map((one) => one.id)).toEqual([test.id]);
  });

  it('fails each direction by itself, says why, and enables the other one only', async () => {
    const receiver = await added(2);
    road.exchange.injectFault({
      operation: 'CreateItem',
      address: addressOf(2),
      times: 9,
      fault: { code: 'ErrorSendAsDenied' },
    });
    expect(await tested(receiver, { enable: true })).toMatchObject({
      result: 'failure',
      incoming: { status: 'success' },
      outgoing: {
        status: 'failure',
        failure: {
          code: 'ErrorSendAsDenied',
          title: expect.any(String),
          remedy: expect.stringContaining(addressOf(2)),
          operation: 'CreateItem',
          requestId: expect.any(String),
        },
      },
      enabled: ['incoming'],
    });
    expect(await road.mailbox(receiver)).toMatchObject({ state: 'active', incoming: true, outgoing: false });

    const sender = await added(3);
    await road.exchange.deliver(addressOf(3), { subject: 'unread' });
    road.exchange.injectFault({
      operation: 'GetItem',
      address: addressOf(3),
      times: 9,
      fault: { code: 'ErrorAccessDenied' },
    });
    expect(await tested(sender, { enable: true })).toMatchObject({
      incoming: { status: 'failure', failure: { code: 'ErrorAccessDenied', operation: 'GetItem' } },
      outgoing: { status: 'success' },
      enabled: ['outgoing'],
    });
    expect(await road.mailbox(sender)).toMatchObject({
      state: 'active',
      incoming: false,
      outgoing: true,
      lastSyncAt: null,
    });
    expect(await road.messages(sender)).toEqual([]);
    expect(left(addressOf(2))).toEqual([]);
    expect(left(addressOf(3))).toEqual([]);

    // Nobody but the asker is told, and a mailbox at work goes on.
    await polled(first(), 1);
    road.exchange.injectFault({
      operation: 'CreateItem',
      address: inbox,
      times: 1,
      fault: { code: 'ErrorSendAsDenied' },
    });
    expect(await tested(first(), { enable: true })).toMatchObject({ result: 'failure' });
    expect(await road.mailbox(first())).toMatchObject({ state: 'active', incoming: true, outgoing: true });
    expect(await road.incidents()).toEqual([]);
  });

  it('receives and starts nothing on a mailbox that stays paused', async () => {
    const id = await added(2);
    await road.exchange.deliver(addressOf(2), { subject: 'not yet' });
    expect(await tested(id)).toMatchObject({ result: 'success', enabled: [], notEnabled: null });
    road.exchange.injectFault({
      operation: 'GetItem',
      address: addressOf(2),
      times: 1,
      fault: { code: 'ErrorAccessDenied' },
    });
    expect(await tested(id, { enable: true, directions: ['incoming'] })).toMatchObject({
      result: 'failure',
      enabled: [],
    });
    await polled(first());
    expect(await road.mailbox(id)).toMatchObject({ state: 'paused', lastSyncAt: null, nextSyncAt: null });
    expect(await road.messages(id)).toEqual([]);
  });

  it('brings a denied mailbox back that is granted again', async () => {
    await polled(first(), 1);
    road.exchange.revoke(service.username, [inbox]);
    await road.deniedOnce([first()]);
    await eventually(async () => expect((await road.mailbox(first())).state).toBe('failed'));
    expect(await tested(first())).toMatchObject({
      result: 'failure',
      incoming: { failure: { code: 'ErrorImpersonateUserDenied' } },
      outgoing: { failure: { code: 'ErrorImpersonateUserDenied' } },
    });
    expect(await road.mailbox(first())).toMatchObject({ state: 'failed' });
    road.exchange.grant(service.username, [inbox]);
    expect(await tested(first())).toMatchObject({ result: 'success' });
    expect(await road.mailbox(first())).toMatchObject({ state: 'active', failure: null });
    await eventually(async () => expect(await road.incidents()).toMatchObject([{ open: false }]));
    await polled(first());
    const { body } = await road.api.get(`/v1/mailboxes/${first()}/timeline?limit=200`);
    expect(JSON.stringify(body)).toContain('Well again: a test got through');
  });

  it('keeps its message from the sync for as long as it lies there', async () => {
    await road.api.patch(`/v1/mailboxes/${first()}`, { folders: [{ path: 'inbox' }, { path: 'sentitems' }] });
    await polled(first());
    road.exchange.injectFault({
      operation: 'DeleteItem',
      times: 1_000,
      fault: { code: 'ErrorInternalServerTransientError' },
    });
    const test = await tested(first());
    expect(test).toMatchObject({ result: 'success', message: { cleanUp: 'due' } });
    expect(left(inbox)).toHaveLength(2);
    // Not by its name alone: what merely looks like a test is mail.
    const lookalike = '<postroom-test-019a0000-0000-4000-8000-000000000000@evil.example>';
    await road.exchange.deliver(inbox, { subject: 'lookalike', messageId: lookalike });
    await eventually(async () => expect(await road.subjects(first())).toEqual(['lookalike']));
    // Everything is listed anew, by date and by enumeration.
    road.exchange.invalidateSyncStates();
    await road.database.dataSource.query('DELETE FROM mailbox_folders');
    await polled(first(), 3);
    expect(await road.subjects(first())).toEqual(['lookalike']);

    road.exchange.clearFaults();
    road.clock.advance(24 * 60 * 60_000);
    await whileTimePasses(60 * 60_000, async () => expect((await read(test.id)).message.cleanUp).toBe('done'));
    expect(left(inbox).map(({ subject }) => subject)).toEqual(['lookalike']);
    expect((await road.feed('message.received')).map(({ data }) => data.internetMessageId)).toEqual([lookalike]);
  });

  it('sends once and cleans up across a worker that dies, and across answers that are lost', async () => {
    const id = await added(2);
    road.exchange.injectFault({ operation: 'SendItem', times: 1, fault: { delayMs: 5_000 } });
    const hanging = (await ask(id, {}, '')).body;
    expect(hanging).toMatchObject({ state: 'waiting', url: `/v1/mailbox-tests/${hanging.id}` });
    await eventually(() => road.exchange.lastCalls(200).some(({ operation }) => operation === 'SendItem'));
    road.clock.advance(50_000);
    const test = await ended(hanging.id);
    expect(test).toMatchObject({ outgoing: { status: 'success' } });
    expect(road.exchange.deliveriesOf(test.message.internetMessageId)).toHaveLength(1);
    await eventually(() => expect(left(addressOf(2))).toEqual([]));

    for (const operation of ['CreateItem', 'SendItem']) {
      road.exchange.injectFault({ operation, times: 1, fault: { dropAfterCommit: true } });
      const doubtful = await tested(id, { directions: ['outgoing'] });
      await eventually(() => expect(left(addressOf(2))).toEqual([]));
      expect(road.exchange.deliveriesOf(doubtful.message.internetMessageId).length).toBeLessThanOrEqual(1);
    }
  });

  it('does not wait again for a message that a worker took away before it was lost', async () => {
    const id = await added(2);
    const test = await tested(id, { directions: ['outgoing'] });
    const sql = road.database.dataSource;
    // The run that ended the test would otherwise take back, at its own end, what is set here.
    await eventually(async () => {
      const leased = `SELECT FROM mailbox_work WHERE mailbox_id = $1 AND kind = 'test' AND lease_until IS NOT NULL`;
      expect(await sql.query(leased, [id])).toEqual([]);
    });
    await sql.query(
      `UPDATE mailbox_tests SET state = 'running', result = NULL, ended_at = NULL, outgoing = NULL, clean_up = 'due' WHERE id = $1`,
      [test.id],
    );
    await sql.query(`UPDATE mailbox_work SET due_at = $2, lane = 0 WHERE mailbox_id = $1 AND kind = 'test'`, [
      id,
      road.clock.now(),
    ]);
    const began = road.clock.now().getTime();
    expect(await ended(test.id)).toMatchObject({ result: 'success', outgoing: { status: 'success' } });
    expect(road.clock.now().getTime() - began).toBeLessThan(60_000);
  });

  it('goes on after a restart, and cleans up what another process has left', async () => {
    const id = await added(2);
    road.exchange.injectFault({ operation: 'DeleteItem', times: 1, fault: { delayMs: 3_000 } });
    const asked = (await ask(id, { directions: ['outgoing'] }, '')).body;
    await eventually(() => road.exchange.lastCalls(200).some(({ operation }) => operation === 'DeleteItem'));
    await road.restart();
    expect(await ended(asked.id)).toMatchObject({ result: 'success' });
    await eventually(() => expect(left(addressOf(2))).toEqual([]));
  });

  it('says that a message went out and did not arrive', async () => {
    // Opened as another one, the mailbox writes to an address that is not its own.
    const id = await added(2, { connectingSid: addressOf(3) });
    const asked = (await ask(id, { directions: ['outgoing'], enable: true }, '')).body;
    await eventually(async () => expect((await read(asked.id)).message?.sentAt).toEqual(expect.any(String)));
    road.clock.advance(90_000);
    const test = await ended(asked.id);
    expect(test).toMatchObject({
      result: 'failure',
      outgoing: {
        failure: {
          code: 'TestMessageNotArrived',
          title: 'The test message was sent, but did not arrive',
          remedy: expect.stringContaining(test.message.internetMessageId),
        },
      },
      enabled: [],
    });
    await eventually(() => expect(left(addressOf(3))).toEqual([]));
    expect(await read(asked.id)).toMatchObject({ message: { cleanUp: 'due' } });
    expect(await road.mailbox(id)).toMatchObject({
      state: 'paused',
      lastTest: { outgoing: 'failure', incoming: null },
    });
  });

  it('tests what is not approved, and does not enable it', async () => {
    const id = await added(2);
    expect(await road.api.delete(`/v1/mailboxes/${id}/approval`)).toMatchObject({ status: 204 });
    const wish = { enable: true, directions: ['incoming'] };
    expect(await ask(id, wish)).toMatchObject({ status: 409, body: { code: 'mailbox-not-approved' } });
    expect(await tested(id, { directions: ['incoming'] })).toMatchObject({ result: 'success', notEnabled: null });
    const batch = (await road.api.post('/v1/mailbox-test-batches', { mailboxIds: [id], ...wish })).body;
    const [{ id: testId }] = await road.api.all(`${batch.url}/results`);
    expect(await ended(testId)).toMatchObject({ result: 'success', enabled: [], notEnabled: 'mailbox-not-approved' });
    expect(await road.mailbox(id)).toMatchObject({ state: 'paused', lastSyncAt: null });
    await road.api.post(`/v1/mailboxes/${id}/approve`);
    expect(await tested(id, wish)).toMatchObject({ enabled: ['incoming'] });
    expect(await road.mailbox(id)).toMatchObject({ state: 'active' });
  });

  it('lets one test run at a time, and gives it to whoever asks again', async () => {
    const id = await added(2);
    road.exchange.slowDown(150);
    const answers = await Promise.all(
      [{ directions: ['incoming'] }, { directions: ['outgoing'] }, { enable: true, directions: ['incoming'] }].map(
        (body) => ask(id, body, ''),
      ),
    );
    const ids = new Set(answers.map(({ body }) => body.id));
    expect(ids.size).toBe(1);
    expect(await ended([...ids][0])).toMatchObject({
      directions: ['incoming', 'outgoing'],
      enabled: ['incoming', 'outgoing'],
      incoming: { status: 'success' },
      outgoing: { status: 'success' },
    });
    road.exchange.slowDown(0);
    for (let round = 0; round < 21; round += 1) await tested(id, { directions: ['incoming'] });
    expect((await road.api.all(`/v1/mailboxes/${id}/tests`)).length).toBe(20);
  });

  it('holds back while the profile does, and goes first where a person asks', async () => {
    const second = await added(2);
    road.exchange.setPassword(service.username, 'another one');
    await eventually(async () => expect(await road.incidents()).toMatchObject([{ code: 'Http401', open: true }]));
    const batch = await road.api.post('/v1/mailbox-test-batches', { mailboxIds: [second] });
    expect(batch).toMatchObject({ status: 202, body: { tests: 1, waiting: 1 } });
    const [waiting] = await road.api.all(`${batch.body.url}/results`);
    expect(waiting).toMatchObject({
      state: 'waiting',
      waitingFor: { reason: 'profile-suspended', until: expect.any(String) },
    });

    // It is refused once, for both directions: a further try could lock the account.
    road.exchange.resetCounts();
    expect(await tested(first())).toMatchObject({
      incoming: { status: 'failure', failure: { code: 'Http401' } },
      outgoing: { status: 'skipped', skipped: 'account-refused' },
    });
    const calls = Object.values(road.exchange.counts().calls.byOperation).reduce((sum, count) => sum + count, 0);
    expect(calls).toBeLessThanOrEqual(1);
    expect(await read(waiting.id)).toMatchObject({ state: 'waiting' });

    road.exchange.setPassword(service.username, service.password);
    expect(await tested(first())).toMatchObject({ result: 'success' });
    expect(await ended(waiting.id)).toMatchObject({ result: 'success' });
  });
});
