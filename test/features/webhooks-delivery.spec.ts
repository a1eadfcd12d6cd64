import fc from 'fast-check';
import { v7 as uuid } from 'uuid';
import { maxAttempts, retryAfterMs, retryWait } from '../../src/features/webhooks/retry-schedule.js';
import { WebhookSender } from '../../src/features/webhooks/webhook-sender.js';
import { eventually } from '../support/eventually.js';
import { status } from './support/webhook-receiver.js';
import { WebhookStage } from './support/webhook-stage.js';

const seconds = 1_000;
const minutes = 60 * seconds;
const hours = 60 * minutes;
const days = 24 * hours;
/** The longest jitter can make a wait. */
const surely = (ms: number) => Math.ceil(ms * 1.1);

describe('the schedule of retries', () => {
  it('is that of the specification, with up to a tenth added', () => {
    const waits = [
      5 * seconds,
      5 * minutes,
      30 * minutes,
      2 * hours,
      5 * hours,
      10 * hours,
      14 * hours,
      20 * hours,
      24 * hours,
    ];
    expect(waits.map((_, index) => retryWait(index + 1, 0, null))).toEqual(waits);
    expect(waits.map((_, index) => retryWait(index + 1, 1, null))).toEqual(waits.map((ms) => Math.round(ms * 1.1)));
    expect([maxAttempts, retryWait(maxAttempts, 0, null)]).toEqual([10, null]);
  });

  it('waits as long as the receiver asks, and a day at most', () => {
    expect(retryWait(1, 0, 60 * seconds)).toBe(60 * seconds);
    expect(retryWait(1, 0, 1 * seconds)).toBe(5 * seconds);
    expect(retryWait(1, 0, 90 * days)).toBe(1 * days);
  });

  it.each([
    ['120', 120 * seconds],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60 * seconds],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['99999999', 1 * days],
    ['soon', null],
    ['', null],
    ['-5', null],
    [undefined, null],
  ])('reads Retry-After: %s', (header, ms) => {
    const read = retryAfterMs(header, new Date('2026-01-01T00:00:00Z'));
    // Date.parse takes "-5" for a year; long past is as good as not at all.
    expect(header === '-5' ? read || null : read).toBe(ms);
  });
});

describe('delivering webhooks', () => {
  let stage: WebhookStage;
  beforeEach(async () => {
    stage = await WebhookStage.open();
  });
  afterEach(() => stage?.close());

  const failing = (ids: readonly string[], code = 500) => {
    const doomed = new Set(ids);
    stage.receiver.answer = (webhook, response) => void response.writeHead(doomed.has(webhook.id) ? code : 204).end();
    return doomed;
  };

  it('tries again by the schedule, gives up after ten attempts, and goes on with the mailbox', async () => {
    const { id } = await stage.endpoint();
    const mailbox = uuid();
    const [first = '', second] = await stage.emitMany([{ mailboxId: mailbox }, { mailboxId: mailbox }]);
    failing([first]);
    await stage.deliver();
    const waits = [
      5 * seconds,
      5 * minutes,
      30 * minutes,
      2 * hours,
      5 * hours,
      10 * hours,
      14 * hours,
      20 * hours,
      24 * hours,
    ];
    for (const [index, wait] of waits.entries()) {
      expect(stage.receiver.ids).toEqual(Array.from({ length: index + 1 }, () => first));
      stage.clock.advance(wait - 1);
      await stage.deliver();
      expect(stage.receiver.received).toHaveLength(index + 1);
      stage.clock.advance(surely(wait) - wait + 1);
      await stage.deliver();
    }
    expect(stage.receiver.ids).toEqual([...Array.from({ length: 10 }, () => first), second]);
    expect(await stage.deliveries(id)).toMatchObject([
      { id: second, state: 'delivered', attempts: 1 },
      { id: first, state: 'failed', attempts: 10, lastStatus: 500, lastError: 'answered 500', nextAttemptAt: null },
    ]);
    expect((await stage.read(id)).counts).toEqual({ delivered: 1, pending: 0, failed: 1 });

    stage.receiver.answer = status(204);
    const answer = await stage.client().post(`/v1/webhook-endpoints/${id}/deliveries/${first}/replay`);
    expect([answer.status, answer.body]).toEqual([202, { id: first, state: 'pending' }]);
    await stage.deliver();
    expect(stage.receiver.ids.at(-1)).toBe(first);
    expect(await stage.deliveries(id, 'failed')).toEqual([]);
    expect(await stage.deliveries(id, 'delivered')).toHaveLength(2);
  });

  it('lets what follows in the mailbox wait, and nothing else', async () => {
    const { id } = await stage.endpoint();
    const [one, two] = [uuid(), uuid()];
    const ids = await stage.emitMany([
      { mailboxId: one },
      { mailboxId: one },
      { mailboxId: two },
      { mailboxId: null, type: 'incident.opened' },
      { mailboxId: one },
    ]);
    failing([ids[0] ?? '']);
    await stage.deliver();
    expect([...stage.receiver.ids].sort()).toEqual([ids[0], ids[2], ids[3]].sort());
    // Also what comes later waits.
    const late = await stage.emit(one);
    await stage.deliver();
    expect(stage.receiver.received).toHaveLength(3);
    const pending = await stage.deliveries(id, 'pending');
    expect(pending.map((delivery) => delivery.id)).toEqual([late, ids[4], ids[1], ids[0]]);
    expect(pending.map((delivery) => delivery.nextAttemptAt !== null)).toEqual([false, false, false, true]);

    stage.receiver.answer = status(204);
    stage.clock.advance(surely(5 * seconds));
    await stage.deliver();
    expect(stage.receiver.ids.slice(3)).toEqual([ids[0], ids[1], ids[4], late]);
    expect(await stage.database.dataSource.query('SELECT * FROM webhook_lanes')).toEqual([]);
  });

  it('works off a long queue behind a failure in order', async () => {
    await stage.endpoint();
    const mailbox = uuid();
    const ids = await stage.emitMany(Array.from({ length: 700 }, () => ({ mailboxId: mailbox })));
    failing([ids[0] ?? '']);
    await stage.deliver();
    expect(stage.receiver.received).toHaveLength(1);
    stage.receiver.answer = status(200);
    stage.clock.advance(surely(5 * seconds));
    await stage.deliver();
    expect(stage.receiver.ids.slice(1)).toEqual(ids);
  });

  it('keeps the order of each mailbox whatever fails, and delivers everything', async () => {
    await stage.endpoint();
    const mailboxes = [uuid(), uuid(), uuid()];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(2), { minLength: 1, maxLength: 25 }),
        fc.array(fc.constantFrom(204, 204, 500, 302, 0), { minLength: 1, maxLength: 30 }),
        async (owners, answers) => {
          stage.receiver.received.length = 0;
          const accepted: string[] = [];
          const turns = answers.values();
          stage.receiver.answer = (webhook, response, request) => {
            const code = turns.next().value ?? 204;
            if (code === 204) accepted.push(webhook.id);
            if (code === 0) request.socket.destroy();
            else response.writeHead(code).end();
          };
          const half = Math.ceil(owners.length / 2);
          const emit = (some: number[]) =>
            stage.emitMany(some.map((owner) => ({ mailboxId: mailboxes[owner] ?? null })));
          const ids = await emit(owners.slice(0, half));
          await stage.deliver();
          if (owners.length > half) ids.push(...(await emit(owners.slice(half))));
          for (let turn = 0; turn < 40 && accepted.length < ids.length; turn += 1) {
            await stage.deliver();
            stage.clock.advance(2 * hours);
          }
          expect([...accepted].sort()).toEqual([...ids].sort());
          const ownerOf = new Map(ids.map((id, index) => [id, owners[index]]));
          for (const owner of [0, 1, 2]) {
            const order = ids.filter((id) => ownerOf.get(id) === owner);
            expect(accepted.filter((id) => ownerOf.get(id) === owner)).toEqual(order);
            // Nothing was even tried before what precedes it had arrived.
            const tried = stage.receiver.ids.filter((id) => ownerOf.get(id) === owner);
            expect(tried.map((id) => order.indexOf(id))).toEqual(
              tried.map((id) => order.indexOf(id)).sort((a, b) => a - b),
            );
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('takes redirects, resets and silence for failures', async () => {
    const { id } = await stage.endpoint();
    stage.api.app.get(WebhookSender, { strict: false }).timeoutMs = 100;
    const outcomes: Record<string, string> = {
      redirect: 'answered 302: redirects are not followed; set the address that answers',
      reset: 'the connection was closed without an answer',
      silence: 'no answer within 0.1 s',
      trickle: 'no answer within 0.1 s',
    };
    const ids = await stage.emitMany(Object.keys(outcomes).map((kind) => ({ mailboxId: uuid(), data: { kind } })));
    stage.receiver.answer = ({ body }, response, request) => {
      const { kind } = body.data.data;
      if (kind === 'redirect') response.writeHead(302, { location: stage.receiver.url }).end();
      if (kind === 'reset') request.socket.destroy();
      if (kind === 'trickle') response.writeHead(500, { 'content-length': '100' }).write('x');
    };
    await stage.deliver();
    const shown = await stage.deliveries(id, 'pending');
    const errors = Object.fromEntries(shown.map((delivery) => [delivery.id, delivery.lastError]));
    expect(ids.slice(0, 3).map((eventId) => errors[eventId])).toEqual(Object.values(outcomes).slice(0, 3));
    expect(stage.receiver.received).toHaveLength(ids.length);
  });

  it('switches off an endpoint that is gone, and tells it in the feed', async () => {
    const { id } = await stage.endpoint();
    const other = await stage.endpoint({ eventTypes: ['webhook.disabled'], url: `${stage.receiver.url}/other` });
    stage.receiver.answer = (webhook, response) =>
      void response.writeHead(webhook.body.type === 'webhook.disabled' ? 204 : 410).end();
    const eventId = await stage.emit(uuid());
    await stage.deliver();
    expect(await stage.read(id)).toMatchObject({
      enabled: false,
      disabledReason: 'gone',
      disabledAt: stage.clock.now().toISOString(),
    });
    const told = stage.receiver.received.filter(({ body }) => body.type === 'webhook.disabled');
    expect(told.map(({ body }) => body.data)).toMatchObject([
      { subjectId: id, profileId: null, data: { reason: 'gone' } },
    ]);
    expect(await stage.read(other.id)).toMatchObject({ enabled: true, counts: { delivered: 1 } });
    // Nothing more is sent until a person switches it on; then what waited is tried at once.
    const sent = stage.receiver.received.length;
    stage.clock.advance(1 * days);
    await stage.deliver();
    expect(stage.receiver.received).toHaveLength(sent);
    stage.receiver.answer = status(204);
    expect((await stage.client().patch(`/v1/webhook-endpoints/${id}`, { enabled: true })).body).toMatchObject({
      enabled: true,
      disabledReason: null,
    });
    await stage.deliver();
    expect(stage.receiver.ids.filter((seen) => seen === eventId)).toHaveLength(2);
    expect((await stage.read(id)).counts.pending).toBe(0);
  });

  it.each([
    ['429', '60'],
    ['503', 'date'],
  ])('keeps quiet as long as a %s asks', async (code, header) => {
    const { id } = await stage.endpoint();
    const until = stage.clock.in(60 * seconds);
    stage.receiver.answer = status(Number(code), { 'retry-after': header === 'date' ? until.toUTCString() : header });
    await stage.emit(uuid());
    await stage.deliver();
    expect(await stage.read(id)).toMatchObject({ enabled: true, holdUntil: until.toISOString() });
    // The whole endpoint rests, other mailboxes too.
    await stage.emit(uuid());
    stage.clock.advance(59 * seconds);
    await stage.deliver();
    expect(stage.receiver.received).toHaveLength(1);
    stage.receiver.answer = status(204);
    stage.clock.advance(1 * seconds);
    await stage.deliver();
    expect(stage.receiver.received).toHaveLength(3);
    expect((await stage.read(id)).holdUntil).toBeNull();
  });

  it('switches off an endpoint that fails for five days without a success', async () => {
    const { id } = await stage.endpoint();
    stage.receiver.answer = status(500);
    await stage.emit(uuid());
    await stage.deliver();
    const since = stage.clock.now().toISOString();
    for (let day = 0; day < 4; day += 1) {
      stage.clock.advance(1 * days);
      await stage.emit(uuid());
      await stage.deliver();
    }
    expect(await stage.read(id)).toMatchObject({ enabled: true, failingSince: since, lastError: 'answered 500' });
    stage.clock.advance(1 * days);
    await stage.deliver();
    expect(await stage.read(id)).toMatchObject({ enabled: false, disabledReason: 'failing' });
  });

  it('begins the five days anew with a success', async () => {
    const { id } = await stage.endpoint();
    const bad = uuid();
    stage.receiver.answer = (webhook, response) =>
      void response.writeHead(webhook.body.data.mailboxId === bad ? 500 : 204).end();
    for (let day = 0; day < 7; day += 1) {
      await stage.emitMany([{ mailboxId: bad }, { mailboxId: uuid() }]);
      await stage.deliver();
      stage.clock.advance(1 * days);
    }
    expect(await stage.read(id)).toMatchObject({ enabled: true });
  });

  it('shares the work among workers, and sends nothing twice', async () => {
    const workers = [stage.loop(), stage.loop(await stage.another())];
    const endpoints = await Promise.all(
      Array.from({ length: 6 }, (_, index) => stage.endpoint({ url: `${stage.receiver.url}/${index}` })),
    );
    const mailboxes = Array.from({ length: 10 }, () => uuid());
    const paths = new Map<string, string[]>();
    stage.receiver.answer = (webhook, response, request) => {
      paths.set(request.url ?? '', [...(paths.get(request.url ?? '') ?? []), webhook.id]);
      response.writeHead(204).end();
    };
    const ids: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      ids.push(...(await stage.emitMany(mailboxes.flatMap((mailboxId) => [{ mailboxId }, { mailboxId }]))));
      await Promise.all(workers.map((worker) => worker.deliverDue()));
    }
    await Promise.all(workers.map((worker) => worker.deliverDue()));
    for (const index of endpoints.keys())
      expect([...(paths.get(`/hooks/${index}`) ?? [])].sort()).toEqual([...ids].sort());
  });

  it('goes on where a worker died in mid-delivery, and takes nothing from it afterwards', async () => {
    const { id } = await stage.endpoint();
    const [stuck, next] = [uuid(), uuid()];
    const held: (() => void)[] = [];
    stage.receiver.answer = (_, response) => void held.push(() => response.writeHead(500).end());
    const ids = await stage.emitMany([{ mailboxId: stuck }, { mailboxId: stuck }, { mailboxId: next }]);
    const dying = stage.deliver();
    await eventually(() => held.length === 2);

    stage.receiver.answer = status(204);
    const other = stage.loop(await stage.another());
    await other.deliverDue();
    // Its lease still holds.
    expect(stage.receiver.received).toHaveLength(2);
    stage.clock.advance(61 * seconds);
    await other.deliverDue();
    expect(stage.receiver.received).toHaveLength(5);
    expect([...stage.receiver.ids.slice(2)].sort()).toEqual([...ids].sort());
    expect(await stage.deliveries(id, 'delivered')).toHaveLength(3);

    // The worker was not dead but asleep: what it failed at must not come back.
    for (const answer of held) answer();
    await dying;
    expect(await stage.deliveries(id, 'delivered')).toHaveLength(3);
    expect(await stage.database.dataSource.query('SELECT * FROM webhook_lanes')).toEqual([]);
    await stage.deliver();
    expect(stage.receiver.received).toHaveLength(5);
  });

  it('leaves nothing behind when it is stopped in the middle', async () => {
    const { id } = await stage.endpoint();
    const held: (() => void)[] = [];
    stage.receiver.answer = (_, response) => void held.push(() => response.writeHead(204).end());
    const ids = await stage.emitMany(Array.from({ length: 30 }, () => ({ mailboxId: uuid() })));
    const other = await stage.another();
    const working = stage.loop(other).deliverDue();
    await eventually(() => held.length > 0);
    const stopped = stage.loop(other).onModuleDestroy();
    stage.receiver.answer = status(204);
    for (const answer of held) answer();
    await Promise.all([stopped, working]);
    await stage.deliver();
    expect([...stage.receiver.ids].sort()).toEqual([...ids].sort());
    expect(await stage.deliveries(id, 'delivered')).toHaveLength(30);
  });

  it('passes by what the endpoint does not want', async () => {
    const { id } = await stage.endpoint({ eventTypes: ['mailbox.failed'] });
    await stage.emitMany(Array.from({ length: 20 }, () => ({ mailboxId: uuid() })));
    const wanted = await stage.emit(uuid(), { type: 'mailbox.failed' });
    await stage.emit(uuid());
    await stage.deliver();
    expect(stage.receiver.ids).toEqual([wanted]);
    expect(await stage.deliveries(id)).toHaveLength(1);
    // Nothing is left to look at, so nobody takes the endpoint up again.
    const [before] = await stage.database.dataSource.query('SELECT lease_token FROM webhook_endpoints');
    await stage.deliver();
    expect(await stage.database.dataSource.query('SELECT lease_token FROM webhook_endpoints')).toEqual([before]);
  });
});
