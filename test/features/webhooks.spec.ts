import { Webhook } from 'standardwebhooks';
import { v7 as uuid } from 'uuid';
import { FeedRetention } from '../../src/features/feed/feed-retention.js';
import { makeProfile } from '../support/profiles.js';
import { status } from './support/webhook-receiver.js';
import { WebhookStage } from './support/webhook-stage.js';

const hours = 3_600_000;
const days = 24 * hours;

let stage: WebhookStage;
beforeEach(async () => {
  stage = await WebhookStage.open();
});
afterEach(() => stage?.close());

const path = (id: string, rest = '') => `/v1/webhook-endpoints/${id}${rest}`;
const sql = <T>(text: string, parameters: unknown[] = []) => stage.database.dataSource.query<T>(text, parameters);

describe('webhook endpoints', () => {
  it('are told of events, signed by their own secret', async () => {
    const [one, two] = [await stage.endpoint(), await stage.endpoint({ url: `${stage.receiver.url}/two` })];
    const mailboxId = uuid();
    const eventId = await stage.emit(mailboxId, { data: { subject: 'Ä € 😀' } });
    await stage.deliver();
    const [event] = (await stage.client().get('/v1/events')).body.items;
    expect(stage.receiver.received).toHaveLength(2);
    for (const received of stage.receiver.received) {
      expect(received.id).toBe(eventId);
      const verified = [one.secret, two.secret].filter((secret) => {
        try {
          return new Webhook(secret).verify(received.text, received.headers);
        } catch {
          return false;
        }
      });
      expect(verified).toHaveLength(1);
      expect(received.body).toEqual({
        type: 'message.received',
        timestamp: stage.clock.now().toISOString(),
        data: event,
      });
      expect(received.headers['content-type']).toBe('application/json');
    }
    expect(await stage.deliveries(one.id)).toMatchObject([
      { id: eventId, mailboxId, state: 'delivered', lastStatus: 204 },
    ]);
  });

  it('show their secret once, and keep it sealed', async () => {
    const created = await stage
      .client()
      .post('/v1/webhook-endpoints', { url: stage.receiver.url }, { 'idempotency-key': 'k' });
    expect(created.body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const again = await stage
      .client()
      .post('/v1/webhook-endpoints', { url: stage.receiver.url }, { 'idempotency-key': 'k' });
    expect(again.body).toEqual({ ...created.body, secret: null });
    const { secret, ...shown } = created.body;
    expect((await stage.client().get(path(shown.id))).body).toEqual(shown);
    expect((await stage.client().get('/v1/webhook-endpoints')).body.items).toEqual([shown]);
    const [row] = await sql<{ secret: string }[]>('SELECT secret FROM webhook_endpoints');
    expect(row?.secret).toMatch(/^v1:/);
    await stage.emit(uuid());
    await stage.deliver();
    expect(stage.api.logged()).not.toContain(secret);
  });

  it('sign with both secrets during a rotation, and with the new one afterwards', async () => {
    const { id, secret: old } = await stage.endpoint();
    const rotated = await stage.client().post(path(id, '/rotate-secret'), { overlapSeconds: 60 });
    expect([rotated.status, rotated.body.previousSecretUntil]).toEqual([200, stage.clock.in(60_000).toISOString()]);
    const signedBy = async () => {
      await stage.emit(uuid());
      await stage.deliver();
      const received = stage.receiver.received.at(-1);
      const valid = [old, rotated.body.secret].map((secret) => {
        try {
          return new Webhook(secret).verify(received?.text ?? '', received?.headers ?? {}) !== undefined;
        } catch {
          return false;
        }
      });
      return [received?.headers['webhook-signature']?.split(' ').length, ...valid];
    };
    expect(await signedBy()).toEqual([2, true, true]);
    stage.clock.advance(60_000);
    expect(await signedBy()).toEqual([1, false, true]);
    const none = await stage.client().post(path(id, '/rotate-secret'), { overlapSeconds: 0 });
    expect(none.body.previousSecretUntil).toBeNull();
    const usual = await stage.client().post(path(id, '/rotate-secret'));
    expect(usual.body.previousSecretUntil).toBe(stage.clock.in(1 * days).toISOString());
  });

  it('can be tested, also when switched off', async () => {
    const { id, secret } = await stage.endpoint({ enabled: false });
    const answer = await stage.client().post(path(id, '/test'));
    expect(answer.body).toEqual({ delivered: true, status: 204, error: null, ms: expect.any(Number) });
    const [received] = stage.receiver.received;
    expect(new Webhook(secret).verify(received?.text ?? '', received?.headers ?? {})).toEqual({
      type: 'webhook.test',
      timestamp: stage.clock.now().toISOString(),
      data: { endpointId: id },
    });
    stage.receiver.answer = status(500);
    expect((await stage.client().post(path(id, '/test'))).body).toMatchObject({
      delivered: false,
      status: 500,
      error: 'answered 500',
    });
    expect(await stage.deliveries(id)).toEqual([]);
  });

  it('are changed, switched off and on, and deleted', async () => {
    const { id } = await stage.endpoint({ description: 'CRM' });
    const off = await stage.client().patch(path(id), { enabled: false, eventTypes: ['mailbox.failed'] });
    expect(off.body).toMatchObject({
      enabled: false,
      disabledReason: 'manual',
      disabledAt: stage.clock.now().toISOString(),
      eventTypes: ['mailbox.failed'],
      description: 'CRM',
    });
    const missed = await stage.emit(uuid(), { type: 'mailbox.failed' });
    await stage.deliver();
    expect(stage.receiver.received).toEqual([]);
    expect((await stage.client().patch(path(id), { enabled: true, description: null })).body).toMatchObject({
      enabled: true,
      disabledReason: null,
      disabledAt: null,
      description: null,
    });
    await stage.deliver();
    expect(stage.receiver.ids).toEqual([missed]);

    expect((await stage.client().delete(path(id))).status).toBe(204);
    for (const call of [
      stage.client().get(path(id)),
      stage.client().delete(path(id)),
      stage.client().get(path(id, '/deliveries')),
    ])
      expect((await call).status).toBe(404);
    await stage.emit(uuid(), { type: 'mailbox.failed' });
    await stage.deliver();
    expect(stage.receiver.ids).toEqual([missed]);
    while (await stage.api.app.get(FeedRetention, { strict: false }).step(10));
    for (const table of ['webhook_endpoints', 'webhook_deliveries', 'webhook_lanes'])
      expect(await sql(`SELECT * FROM ${table}`)).toEqual([]);
  });

  it('are seen and made by a limited key only within its profiles', async () => {
    const other = await makeProfile(stage.database.dataSource);
    const [mine, both, all] = [
      await stage.endpoint({ profileIds: [other] }),
      await stage.endpoint({ profileIds: [other, stage.profileId] }),
      await stage.endpoint(),
    ];
    const limited = stage.client(await stage.makeKey(['admin'], [other]));
    expect((await limited.all('/v1/webhook-endpoints')).map(({ id }) => id)).toEqual([mine.id]);
    for (const { id } of [both, all]) {
      for (const call of [
        limited.get(path(id)),
        limited.patch(path(id), { enabled: false }),
        limited.delete(path(id)),
        limited.post(path(id, '/test')),
        limited.post(path(id, '/rotate-secret')),
        limited.get(path(id, '/deliveries')),
        limited.get(path(id, '/replays')),
        limited.post(path(id, '/replay'), { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' }),
        limited.post(path(id, `/deliveries/${uuid()}/replay`)),
      ])
        expect((await call).status).toBe(404);
    }
    for (const profileIds of [null, [stage.profileId], [other, stage.profileId]]) {
      const answer = await limited.post('/v1/webhook-endpoints', { url: stage.receiver.url, profileIds });
      expect([answer.status, answer.body.code]).toEqual([403, 'beyond-own-reach']);
    }
    expect((await limited.patch(path(mine.id), { profileIds: null })).body.code).toBe('beyond-own-reach');
    expect((await limited.post('/v1/webhook-endpoints', { url: stage.receiver.url, profileIds: [other] })).status).toBe(
      201,
    );

    // What it is told of lies within its profiles as well.
    await stage.emit(uuid());
    const told = await stage.emit(uuid(), { profileId: other });
    await stage.emit(null, { type: 'webhook.disabled', profileId: null });
    await stage.deliver();
    expect((await stage.deliveries(mine.id)).map(({ id }) => id)).toEqual([told]);
    expect(await stage.deliveries(all.id)).toHaveLength(3);
  });

  it('need the scope admin to be changed, and read to be read', async () => {
    const { id } = await stage.endpoint();
    const reader = stage.client(await stage.makeKey(['read']));
    const writer = stage.client(await stage.makeKey(['write']));
    expect((await reader.get(path(id))).status).toBe(200);
    for (const call of [
      writer.post('/v1/webhook-endpoints', { url: stage.receiver.url }),
      writer.patch(path(id), { enabled: false }),
      writer.delete(path(id)),
      writer.post(path(id, '/test')),
      writer.post(path(id, '/rotate-secret')),
      writer.post(path(id, '/replay'), {}),
      writer.post(path(id, `/deliveries/${uuid()}/replay`)),
    ])
      expect((await call).body.code).toBe('missing-scope');
  });
});

describe('bad input', () => {
  const valid = () => ({ url: stage.receiver.url });

  it.each([
    ['no url', {}, 'url'],
    ['no address', { url: 'nonsense' }, 'url'],
    ['another protocol', { url: 'ftp://example.com/' }, 'url'],
    ['javascript', { url: 'javascript:alert(1)' }, 'url'],
    ['a password in the url', { url: 'https://user:secret@example.com/' }, 'url'],
    ['a fragment', { url: 'https://example.com/#x' }, 'url'],
    ['an endless url', { url: `https://example.com/${'x'.repeat(2_000)}` }, 'url'],
    ['a private address', { url: 'https://10.0.0.1/' }, 'url'],
    ['http to a public address', { url: 'http://93.184.216.34/' }, 'url'],
    ['an unknown type', { eventTypes: ['nonsense'] }, 'eventTypes.0'],
    ['no types', { eventTypes: [] }, 'eventTypes'],
    ['an unknown profile', { profileIds: [uuid()] }, 'profileIds'],
    ['no id', { profileIds: ['x'] }, 'profileIds.0'],
    ['a NUL', { description: 'a\u0000b' }, 'description'],
    ['an unknown field', { secret: 'whsec_x' }, 'secret'],
    ['no flag', { enabled: 'yes' }, 'enabled'],
  ])('is refused on create: %s', async (what, body, field) => {
    const whole = what === 'no url' ? body : { ...valid(), ...body };
    const answer = await stage.client().post('/v1/webhook-endpoints', whole);
    expect([answer.status, answer.body.errors?.[0].field]).toEqual([400, field]);
  });

  it('is refused elsewhere', async () => {
    const { id } = await stage.endpoint();
    const client = stage.client();
    const range = (from: string, to: string) => ({ from, to });
    for (const call of [
      client.patch(path(id), {}),
      client.patch(path(id), { url: 'http://10.0.0.1/' }),
      client.patch(path(id), { delivered: 1 }),
      client.get('/v1/webhook-endpoints?cursor=x'),
      client.get('/v1/webhook-endpoints?limit=0'),
      client.get(path('x')),
      client.get(path(id, '/deliveries?state=lost')),
      client.get(path(id, '/deliveries?cursor=x')),
      client.get(path(id, '/replays?cursor=x')),
      client.post(path(id, '/rotate-secret'), { overlapSeconds: -1 }),
      client.post(path(id, '/rotate-secret'), { overlapSeconds: 1e9 }),
      client.post(path(id, '/replay')),
      client.post(path(id, '/replay'), range('yesterday', 'today')),
      client.post(path(id, '/replay'), range('2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z')),
      client.post(path(id, '/replay'), { ...range('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'), types: ['x'] }),
      client.post(path(id, '/deliveries/x/replay')),
    ])
      expect((await call).status).toBe(400);
    for (const call of [
      client.get(path(uuid())),
      client.post(path(uuid(), '/test')),
      client.post(path(id, `/deliveries/${uuid()}/replay`)),
    ])
      expect((await call).status).toBe(404);
  });
});

describe('replaying', () => {
  it('delivers the events of a time range again, those from before the endpoint too', async () => {
    const start = stage.clock.now();
    const early = await stage.emit(uuid());
    stage.clock.advance(1 * hours);
    const { id } = await stage.endpoint();
    const ids: string[] = [];
    for (let hour = 0; hour < 4; hour += 1) {
      ids.push(await stage.emit(uuid(), { type: hour % 2 === 0 ? 'mailbox.failed' : 'mailbox.recovered' }));
      stage.clock.advance(1 * hours);
    }
    await stage.deliver();
    expect([...stage.receiver.ids].sort()).toEqual([...ids].sort());
    stage.receiver.received.length = 0;

    const at = (hour: number) => new Date(start.getTime() + hour * hours).toISOString();
    const asked = { from: at(0), to: at(3) };
    const headers = { 'idempotency-key': 'again' };
    const answer = await stage.client().post(path(id, '/replay'), asked, headers);
    expect(answer).toMatchObject({ status: 202, body: { ...asked, state: 'running', replayed: 0, types: null } });
    expect((await stage.client().post(path(id, '/replay'), asked, headers)).body).toEqual(answer.body);
    await stage.deliver();
    expect([...stage.receiver.ids].sort()).toEqual([early, ids[0], ids[1]].sort());
    expect((await stage.client().get(path(id, '/replays'))).body.items).toMatchObject([
      { id: answer.body.id, state: 'done', replayed: 3, finishedAt: stage.clock.now().toISOString() },
    ]);

    stage.receiver.received.length = 0;
    await stage.client().post(path(id, '/replay'), { from: at(0), to: at(9), types: ['mailbox.recovered'] });
    await stage.deliver();
    expect([...stage.receiver.ids].sort()).toEqual([ids[1], ids[3]].sort());
  });

  it('goes in the order of each mailbox, and in steps', async () => {
    const { id } = await stage.endpoint();
    const mailboxes = [uuid(), uuid()];
    const events = Array.from({ length: 600 }, (_, index) => ({ mailboxId: mailboxes[index % 2] ?? null }));
    const ids = await stage.emitMany(events);
    await stage.deliver();
    stage.receiver.received.length = 0;
    const day = { from: stage.clock.in(-1 * days).toISOString(), to: stage.clock.in(1 * days).toISOString() };
    await stage.client().post(path(id, '/replay'), day);
    await stage.deliver();
    expect(stage.receiver.received).toHaveLength(600);
    for (const parity of [0, 1]) {
      const own = new Set(ids.filter((_, index) => index % 2 === parity));
      expect(stage.receiver.ids.filter((seen) => own.has(seen))).toEqual([...own]);
    }
    expect((await stage.client().get(path(id, '/replays'))).body.items).toMatchObject([
      { state: 'done', replayed: 600 },
    ]);
  });
});

describe('retention', () => {
  it('removes events after 30 days, but none that an enabled endpoint has still to be told of', async () => {
    const retention = stage.api.app.get(FeedRetention, { strict: false });
    const sweep = async () => {
      while (await retention.step(3));
      return (await sql<{ id: string }[]>('SELECT id FROM events ORDER BY epoch, txid, seq')).map(({ id }) => id);
    };
    const { id } = await stage.endpoint();
    const [stuck, fine] = [uuid(), uuid()];
    const before = await stage.emitMany(Array.from({ length: 5 }, () => ({ mailboxId: fine })));
    await stage.deliver();
    stage.receiver.answer = (webhook, response) =>
      void response.writeHead(webhook.body.data.mailboxId === stuck ? 500 : 204).end();
    const held = await stage.emit(stuck);
    await stage.deliver();
    const unseen = await stage.emitMany([{ mailboxId: fine }, { mailboxId: fine }]);
    expect(await sweep()).toEqual([...before, held, ...unseen]);

    stage.clock.advance(30 * days + 1);
    // The first five are delivered; the next one waits for a retry, and the last ones were not looked at yet.
    expect(await sweep()).toEqual([held, ...unseen]);
    expect((await stage.deliveries(id)).map((delivery) => delivery.id)).toEqual([held]);
    stage.receiver.answer = status(204);
    await stage.deliver();
    expect(await sweep()).toEqual([]);
    expect(stage.receiver.ids.slice(-3).sort()).toEqual([held, ...unseen].sort());

    // One that is switched off holds nothing back.
    await stage.client().patch(path(id), { enabled: false });
    const last = await stage.emit(fine);
    expect(await sweep()).toEqual([last]);
    stage.clock.advance(31 * days);
    expect(await sweep()).toEqual([]);
    const fresh = await stage.emit(fine);
    await stage.client().patch(path(id), { enabled: true });
    await stage.deliver();
    expect(stage.receiver.ids.at(-1)).toBe(fresh);
    await sweep();
    expect((await stage.deliveries(id)).map((delivery) => delivery.id)).toEqual([fresh]);
  });
});

it('tells how far behind an endpoint is', async () => {
  const { id } = await stage.endpoint();
  const { register } = await import('prom-client');
  expect(register).toBeDefined();
  const { METRICS } = await import('../../src/platform/tokens.js');
  const registry = stage.api.app.get<typeof register>(METRICS, { strict: false });
  const lag = async () => (await registry.metrics()).match(new RegExp(`lag_seconds\\{endpoint="${id}"\\} (\\S+)`))?.[1];
  expect(await lag()).toBe('0');
  await stage.emit(uuid());
  stage.clock.advance(60_000);
  expect(await lag()).toBe('60');
  stage.receiver.answer = status(500);
  await stage.deliver();
  stage.clock.advance(1_000);
  expect(await lag()).toBe('61');
  stage.receiver.answer = status(204);
  stage.clock.advance(10_000);
  await stage.deliver();
  expect(await lag()).toBe('0');
  const metrics = await registry.metrics();
  expect(metrics).toContain('postroom_webhook_deliveries_total{outcome="delivered"} 1');
  expect(metrics).toContain('postroom_webhook_deliveries_total{outcome="retried"} 1');
});
