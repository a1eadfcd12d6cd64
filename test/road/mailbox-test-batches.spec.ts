import type { ApiAnswer } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { describeOnPostgres } from '../support/queues.js';
import { addressOf, domain, Road, service } from '../support/road.js';

type Body = ApiAnswer['body'];

const many = 120;
const numbers = Array.from({ length: many }, (_, index) => index + 1);
const denied = numbers.filter((number) => number % 6 === 0).map(addressOf);
const mute = numbers.filter((number) => number % 40 === 1).map(addressOf);

describeOnPostgres('tests of many mailboxes', (queue) => {
  let road: Road;

  beforeEach(async () => {
    road = await Road.open(queue, {
      mailboxes: 0,
      // Polls go before tests of many: those of two hundred mailboxes each second would leave them no turn.
      profile: { minPollingIntervalSeconds: 600 },
      sandbox: { mailboxes: numbers.map((number) => ({ address: addressOf(number) })) },
    });
  });
  afterEach(() => road.close());

  async function added(count: number): Promise<string[]> {
    const mailboxes = numbers
      .slice(0, count)
      .map((number) => ({ profileId: road.profileId, emailAddress: addressOf(number), start: 'after-test' }));
    const { body } = await road.api.post('/v1/mailboxes/batch', { mailboxes });
    expect(body.created).toBe(count);
    return body.results.map(({ id }: Body) => id);
  }

  const start = async (body: object, headers?: Record<string, string>): Promise<Body> => {
    const answer = await road.api.post('/v1/mailbox-test-batches', body, headers);
    expect(answer.status).toBe(202);
    return answer.body;
  };
  const read = async (batch: Body): Promise<Body> => (await road.api.get(batch.url)).body;
  const results = (batch: Body, query = '') => road.api.all(`${batch.url}/results?limit=200${query}`);
  const completed = (batch: Body): Promise<Body> =>
    eventually(
      async () => {
        const now = await read(batch);
        expect(now.completedAt).not.toBeNull();
        return now;
      },
      { timeoutMs: 120_000 },
    );

  it('shows progress, counts each result and cause, and enables what passed', async () => {
    const ids = await added(many);
    road.exchange.revoke(service.username, denied);
    for (const address of mute)
      road.exchange.injectFault({ operation: 'CreateItem', address, times: 1, fault: { code: 'ErrorSendAsDenied' } });
    const key = { 'idempotency-key': 'one batch' };
    const wish = { profileId: road.profileId, enable: true };
    const batch = await start(wish, key);
    expect(batch).toMatchObject({ state: 'running', tests: many, alreadyRunning: 0, directions: null, enable: true });
    expect((await start(wish, key)).id).toBe(batch.id);
    expect(await start({ mailboxIds: ids.slice(-5) })).toMatchObject({
      tests: 0,
      alreadyRunning: 5,
      state: 'completed',
    });

    const seen: number[] = [];
    await eventually(
      async () => {
        const { success, failure, waiting, running, state } = await read(batch);
        seen.push(success + failure);
        expect(success + failure + waiting + running).toBe(many);
        return state === 'completed';
      },
      { timeoutMs: 150_000 },
    );
    expect(new Set(seen).size).toBeGreaterThan(5);
    const failed = denied.length + mute.length;
    expect(await read(batch)).toMatchObject({
      success: many - failed,
      failure: failed,
      enabled: many - denied.length,
      waiting: 0,
      running: 0,
      causes: [
        { code: 'ErrorImpersonateUserDenied', mailboxes: denied.length },
        { code: 'ErrorSendAsDenied', mailboxes: mute.length },
      ],
    });
    expect(await results(batch)).toHaveLength(many);
    expect((await results(batch, '&result=failure')).map(({ emailAddress }) => emailAddress).sort()).toEqual(
      [...denied, ...mute].sort(),
    );
    expect((await results(batch, '&code=ErrorSendAsDenied')).map(({ emailAddress }) => emailAddress).sort()).toEqual(
      [...mute].sort(),
    );
    expect(await results(batch, '&result=active')).toEqual([]);
    expect(await road.feed('mailbox-test-batch.completed')).toMatchObject([
      { data: { tests: 0 } },
      { subjectId: batch.id, profileId: road.profileId, data: { tests: many, failure: failed } },
    ]);
    expect(await road.feed('mailbox.tested')).toHaveLength(many);

    const paused = await road.api.all('/v1/mailboxes?state=paused&limit=200');
    expect(paused.map(({ emailAddress }) => emailAddress).sort()).toEqual([...denied].sort());
    road.exchange.grant(service.username, denied);
    const again = await start({
      filter: { state: 'paused', emailDomain: domain },
      enable: true,
      directions: ['incoming'],
    });
    expect(again.tests).toBe(denied.length);
    expect(await completed(again)).toMatchObject({ success: denied.length, enabled: denied.length });
    expect(await road.api.all('/v1/mailboxes?state=paused')).toEqual([]);
    expect(await road.feed('message.received')).toEqual([]);
    // Whoever moves on in Sent Items a moment late is looked for again.
    await eventually(() =>
      expect(
        numbers.flatMap((number) =>
          ['inbox', 'sentitems', 'drafts'].flatMap((folder) => road.exchange.listItems(addressOf(number), folder)),
        ),
      ).toEqual([]),
    );
  });

  it('is cancelled as far as it has not begun, and ends without the mailboxes that are deleted', async () => {
    const ids = await added(60);
    road.exchange.slowDown(100);
    const batch = await start({ mailboxIds: ids, directions: ['incoming'] });
    await eventually(async () => (await read(batch)).success > 0);
    const cancelled = await road.api.post(`${batch.url}/cancel`);
    expect(cancelled).toMatchObject({ status: 200, body: { state: 'cancelled', waiting: 0 } });
    road.exchange.slowDown(0);
    const end = await completed(batch);
    expect(end.cancelled).toBeGreaterThan(0);
    expect(end.success + end.cancelled).toBe(60);
    expect(await road.api.post(`${batch.url}/cancel`)).toMatchObject({
      status: 409,
      body: { code: 'test-batch-over' },
    });

    road.exchange.setPassword(service.username, 'another one');
    // The account counts as refused only when a second and a third mailbox have met the refusal.
    for (const id of ids.slice(0, 6)) {
      if ((await road.profile()).pacing.suspendedCause !== null) break;
      await road.api.post(`/v1/mailboxes/${id}/test?waitSeconds=20`);
    }
    await eventually(async () => expect((await road.profile()).pacing.suspendedCause).toBe('Http401'));
    const held = await start({ filter: { profileId: road.profileId, approved: true } });
    await eventually(async () => expect((await read(held)).waiting).toBe(60));
    for (const id of ids.slice(1)) await road.api.delete(`/v1/mailboxes/${id}`);
    road.exchange.setPassword(service.username, service.password);
    await road.api.post(`/v1/mailboxes/${ids[0]}/test?waitSeconds=20`);
    expect(await completed(held)).toMatchObject({ success: 1, cancelled: 59 });
  });

  it('is seen by keys that see all of its profiles, and chooses among theirs', async () => {
    const [id] = await added(1);
    const other = await road.addProfile({ name: 'Branch' });
    const answer = await road.api.post('/v1/mailboxes', {
      profileId: other,
      emailAddress: addressOf(2),
      start: 'after-test',
    });
    const both = await start({ mailboxIds: [id, answer.body.id] });
    const token = (await road.api.post('/v1/api-keys', { name: 'limited', scopes: ['write'], profileIds: [other] }))
      .body.token;
    const limited = (path: string, body?: object) =>
      fetch(road.postroom.url + path, {
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    await completed(both);
    expect((await limited(both.url)).status).toBe(404);
    expect((await limited(`${both.url}/results`)).status).toBe(404);
    const own = (await (
      await limited('/v1/mailbox-test-batches', { mailboxIds: [id, answer.body.id] })
    ).json()) as Body;
    expect(own).toMatchObject({ tests: 1 });
    expect((await limited(own.url)).status).toBe(200);
    const others = (await results(both)).find(({ mailboxId }) => mailboxId === id);
    expect((await limited(others?.url)).status).toBe(404);
    expect((await limited(`/v1/mailboxes/${id}/test`, {})).status).toBe(404);
    expect(await completed(await start({ filter: { causeCode: 'ErrorNobodyHas' } }))).toMatchObject({ tests: 0 });
  });
});
