import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox-server.js';
import { ApiClient } from '../support/api.js';
import { compileSources, type CompiledSources } from '../support/compiled-sources.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { startProgram, type Program } from '../support/program.js';
import { describeOnBothQueues } from '../support/queues.js';
import { addressOf, domain, service } from '../support/road.js';

const mailboxes = 300;
const each = 4;
const senders = 40;
const addresses = Array.from({ length: mailboxes }, (_, index) => addressOf(index + 1));

describeOnBothQueues('several processes on one database', (queue) => {
  let compiled: CompiledSources;
  let folder: string;
  let database: TestDatabase;
  let sandbox: Sandbox;
  let programs: Program[] = [];
  let settings: Record<string, string>;
  let api: ApiClient;
  const adminKey = `admin-${randomBytes(24).toString('hex')}`;

  beforeAll(async () => {
    compiled = await compileSources('src', 'migrations');
  });
  afterAll(() => compiled.remove());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'postroom-processes-'));
    database = await createTestDatabase();
    sandbox = await startSandbox({
      domain,
      mailboxes: addresses.map((address) => ({ address })),
      serviceAccounts: [{ ...service, scope: 'all' }],
    });
    const redis = queue.redis();
    settings = {
      DATABASE_URL: database.url,
      POSTROOM_SECRET_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      POSTROOM_ADMIN_KEY: adminKey,
      ...(redis ? { REDIS_URL: redis.url } : {}),
    };
  });
  afterEach(async () => {
    await Promise.all(programs.map((program) => program.kill()));
    programs = [];
    await sandbox.close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const start = (roles: string) => {
    const program = startProgram(compiled, { ...settings, ROLES: roles }, folder);
    programs.push(program);
    return program;
  };
  const startApi = async () => {
    api = new ApiClient(await start('api').url(), adminKey);
  };

  /** @returns the mailboxes' ids, in the order of their addresses */
  const fill = async (): Promise<string[]> => {
    const profile = await api.post('/v1/email-server-profiles', {
      name: 'Head office',
      ownerName: 'Olga Owner',
      ownerEmail: 'olga@owner.example',
      ewsUrl: sandbox.ewsUrl,
      auth: { type: 'basic', ...service },
      processEmailsFrom: new Date(Date.now() - 60 * 60_000).toISOString(),
      minPollingIntervalSeconds: 2,
    });
    expect(profile.status).toBe(201);
    for (const address of addresses) await sandbox.control.deliver(address, { count: each, subject: 'message' });
    const batch = await api.post('/v1/mailboxes/batch', {
      mailboxes: addresses.map((emailAddress) => ({ profileId: profile.body.id, emailAddress })),
    });
    expect(batch.body).toMatchObject({ created: mailboxes });
    return batch.body.results.map(({ id }: { id: string }) => id);
  };
  const stored = async () => {
    const [row] = await database.dataSource.query<{ count: number }[]>('SELECT count(*)::int AS count FROM messages');
    return row?.count ?? 0;
  };
  const expectEachOnce = async (ids: string[], count: number) => {
    await eventually(async () => expect(await stored()).toBe(ids.length * count), { timeoutMs: 90_000 });
    for (const index of [0, 99, 299]) {
      const subjects = (await api.all(`/v1/messages?mailboxId=${ids[index]}`)).map(({ subject }) => subject);
      expect(subjects).toHaveLength(count);
      expect(new Set(subjects).size).toBe(count);
    }
    const announced = await database.dataSource.query<{ count: number }[]>(
      `SELECT count(*)::int AS count FROM events WHERE type = 'message.received'`,
    );
    expect(announced).toEqual([{ count: ids.length * count }]);
  };
  /** Work that a process has begun and neither ended nor given back: nobody else takes it before its lease runs out. */
  const begun = () =>
    database.dataSource.query<unknown[]>(
      'SELECT mailbox_id, kind FROM mailbox_work WHERE lease_until > now() AND begun_at IS NOT NULL',
    );
  const storedBy = async (program: Program) => {
    const metrics = await (await fetch(`${await program.url()}/metrics`)).text();
    return Number(/^postroom_messages_stored_total (\d+)$/m.exec(metrics)?.[1] ?? 0);
  };
  const post = async (mailboxId: string | undefined, number: number) => {
    const body = { mailboxId, to: ['friend@elsewhere.example'], subject: `letter ${number}`, text: 'x' };
    const answer = await api.post('/v1/outgoing-messages', body);
    expect(answer.status).toBeLessThan(300);
    return answer.body as { id: string; internetMessageId: string };
  };
  const expectSentOnce = async (letters: { internetMessageId: string }[]) => {
    await eventually(
      async () => expect(await api.all('/v1/outgoing-messages?limit=200&state=sent')).toHaveLength(letters.length),
      { timeoutMs: 90_000 },
    );
    for (const { internetMessageId } of letters)
      expect(sandbox.control.deliveriesOf(internetMessageId)).toHaveLength(1);
  };

  it('share the work, and store and send each message once', async () => {
    const workers = [start('worker'), start('worker')];
    await startApi();
    await Promise.all(workers.map((worker) => worker.url()));
    const ids = await fill();
    const letters = await Promise.all(ids.slice(0, senders).map(post));
    await expectEachOnce(ids, each);
    await expectSentOnce(letters);

    const shares = await Promise.all(workers.map(storedBy));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(mailboxes * each);
    for (const share of shares) expect(share).toBeGreaterThan((mailboxes * each) / 5);
    for (const worker of workers) expect(await worker.stop()).toEqual({ code: 0, signal: null });
  });

  it('take over what a killed one left half done, sending included', async () => {
    const victim = start('worker');
    await startApi();
    await victim.url();
    // Slow enough that it dies in the middle of calls of every kind.
    sandbox.control.slowDown(30);
    const ids = await fill();
    const letters = await Promise.all(ids.slice(0, 150).map(post));
    await eventually(() => sandbox.control.counts().relayed >= 5);
    await victim.kill();
    expect(sandbox.control.counts().relayed).toBeLessThan(letters.length);
    expect(await stored()).toBeLessThan(mailboxes * each);
    sandbox.control.slowDown(0);

    await start('worker').url();
    await expectEachOnce(ids, each);
    await expectSentOnce(letters);
  });

  it('go on where they were when all of them stop in mid-run and start again', async () => {
    const first = [start('worker'), start('api,worker')] as const;
    const urls = await Promise.all(first.map((program) => program.url()));
    api = new ApiClient(urls[1] ?? '', adminKey);
    const ids = await fill();
    const letters = await Promise.all(ids.slice(0, senders).map(post));
    await eventually(async () => (await stored()) >= 50);
    // Slow enough that some are in the middle of a call when they are told to stop.
    sandbox.control.slowDown(3_000);
    await eventually(async () => (await begun()).length > 0);
    for (const exit of await Promise.all(first.map((program) => program.stop())))
      expect(exit).toEqual({ code: 0, signal: null });
    // A process that stops gives back what it has begun: nobody waits for its leases to run out.
    expect(await begun()).toEqual([]);
    sandbox.control.slowDown(0);
    const before = await stored();
    expect(before).toBeLessThan(mailboxes * each);
    for (const address of addresses) await sandbox.control.deliver(address, { subject: 'meanwhile' });

    start('worker');
    await startApi();
    await expectEachOnce(ids, each + 1);
    await expectSentOnce(letters);
  });
});
