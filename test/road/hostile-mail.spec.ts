import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox-server.js';
import { ApiClient } from '../support/api.js';
import { compileSources, type CompiledSources } from '../support/compiled-sources.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { startProgram, type Program } from '../support/program.js';
import { addressOf, domain, service } from '../support/road.js';
import { SpoilingProxy } from '../support/spoiling-proxy.js';

const mebibyte = 1024 * 1024;
const head = (subject: string) => `From: stranger@elsewhere.example\r\nSubject: ${subject}\r\nMIME-Version: 1.0\r\n`;
const repeated = (text: string, size: number) => text.repeat(Math.ceil(size / text.length));
const withPart = (subject: string, part: string) =>
  `${head(subject)}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n${part}\r\n--b--\r\n`;
const rows = repeated('2026-11-30;12.50;some goods;1\r\n', 9 * mebibyte);
const forwarded = `Subject: inner\r\n\r\n${repeated('A line of a message that somebody forwards as it is.\r\n', 15 * mebibyte)}`;
const manyParts = `${head('150,000 parts')}Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\nContent-Type: text/x\r\n\r\na\r\n'.repeat(150_000)}--b--\r\n`;

const ordinary = Buffer.from(`${head('ordinary')}\r\n${repeated('A line of a message as it is.\r\n', mebibyte)}`);

/**
 * Asks without a pause, on a thread of its own: this one has the server's work to do. Late is what takes more than a
 * second without the time for which the threads of the two were ready and had to wait for a core (proc_pid_schedstat).
 */
function watchHealth(url: string, { pid }: Program): { stop(): Promise<{ asked: number; late: number }> } {
  const watcher = new Worker(
    `const { readFileSync } = require('node:fs');
     const { parentPort, workerData: { url, mainThread } } = require('node:worker_threads');
     const waitedMs = () =>
       [mainThread, '/proc/thread-self/schedstat'].reduce((ms, file) => ms + Number(readFileSync(file, 'utf8').split(' ')[1]) / 1e6, 0);
     let on = true, asked = 0, late = 0;
     parentPort.on('message', () => { on = false; });
     (async () => {
       while (on) {
         asked += 1;
         const [began, before] = [performance.now(), waitedMs()];
         const answered = await fetch(url, { signal: AbortSignal.timeout(30000) }).then((answer) => answer.text()).catch(() => null);
         if (answered === null || performance.now() - began - (waitedMs() - before) > 1000) late += 1;
         await new Promise((resolve) => setTimeout(resolve, 20));
       }
       parentPort.postMessage({ asked, late });
       parentPort.close();
     })();`,
    { eval: true, workerData: { url: `${url}/health/live`, mainThread: `/proc/${pid}/task/${pid}/schedstat` } },
  );
  // One that a failed test leaves behind does not keep the run from ending.
  watcher.unref();
  const told = new Promise<{ asked: number; late: number }>((resolve, reject) => {
    watcher.once('message', resolve);
    watcher.once('error', reject);
  });
  return {
    stop: () => {
      watcher.postMessage('stop');
      return told;
    },
  };
}

/** Memory of the process, in bytes: `VmRSS` now, `VmHWM` the most since that was last begun anew. */
async function memoryOf({ pid }: Program, kind: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${kind}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? NaN) * 1024;
}
/** See proc_pid_clear_refs(5). */
const beginMostAnew = ({ pid }: Program) => writeFile(`/proc/${pid}/clear_refs`, '5');

/** Whatever the message: a thread that begins takes so much, and garbage that is not collected yet. In bytes. */
const slack = 48 * mebibyte;

const bombs: Record<string, string> = {
  'line feeds': `${head('line feeds')}Content-Type: text/plain\r\n\r\n${'\n'.repeat(4 * mebibyte)}`,
  table: withPart('table', `Content-Type: text/csv\r\nContent-Disposition: attachment; filename=a.csv\r\n\r\n${rows}`),
  forwarded: withPart('forwarded', `Content-Type: message/rfc822\r\n\r\n${forwarded}`),
  '150,000 parts': manyParts,
  'a subject of 80,000 exclamation marks': `${head(`${'!'.repeat(80_000)}x`)}\r\nhello`,
};

/** Holds up whoever waits for it until it is opened. */
function gate(): { readonly passed: Promise<void>; open(): void } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open: () => open() };
}

const timeOf = ({ storedAt }: { storedAt: string }) => Date.parse(storedAt);

describe('hostile mail', () => {
  const numbers = [1, 2, 3, 4, 5];
  let compiled: CompiledSources;
  let folder: string;
  let database: TestDatabase;
  let sandbox: Sandbox;
  let proxy: SpoilingProxy;
  let program: Program;
  let settings: Record<string, string>;
  let api: ApiClient;
  let [alone, together, other, answered, poisoned]: string[] = [];
  const adminKey = `admin-${randomBytes(24).toString('hex')}`;

  const start = async () => {
    program = startProgram(compiled, settings, folder);
    api = new ApiClient(await program.url(), adminKey);
  };
  const messagesOf = (id: string | undefined) => api.all(`/v1/messages?mailboxId=${id}&limit=200`);
  const bombsOf = async (id: string | undefined) =>
    (await messagesOf(id)).filter(({ subject }) => subject !== 'ordinary');
  const subjectsOf = async (id: string | undefined) => (await messagesOf(id)).map(({ subject }) => subject as string);

  beforeAll(async () => {
    compiled = await compileSources('src', 'migrations');
    folder = await mkdtemp(join(tmpdir(), 'postroom-hostile-'));
    database = await createTestDatabase();
    sandbox = await startSandbox({
      domain,
      mailboxes: numbers.map((number) => ({ address: addressOf(number) })),
      serviceAccounts: [{ ...service, scope: 'all' }],
    });
    proxy = await SpoilingProxy.start(sandbox.ewsUrl);
    settings = {
      DATABASE_URL: database.url,
      POSTROOM_SECRET_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      POSTROOM_ADMIN_KEY: adminKey,
    };
    await start();
    const profile = await api.post('/v1/email-server-profiles', {
      name: 'Head office',
      ownerName: 'Olga Owner',
      ownerEmail: 'olga@owner.example',
      ewsUrl: proxy.url,
      auth: { type: 'basic', ...service },
      processEmailsFrom: new Date(Date.now() - 60 * 60_000).toISOString(),
      minPollingIntervalSeconds: 1,
    });
    const batch = await api.post('/v1/mailboxes/batch', {
      mailboxes: numbers.map((number) => ({ profileId: profile.body.id, emailAddress: addressOf(number) })),
    });
    [alone, together, other, answered, poisoned] = batch.body.results.map(({ id }: { id: string }) => id);
    // Each has been listed once, so that what comes is told by the sync; and what reads large messages has begun.
    for (const number of numbers) await sandbox.control.deliverMime(addressOf(number), ordinary);
    await eventually(async () => {
      for (const id of [alone, together, other, answered, poisoned]) expect(await subjectsOf(id)).toEqual(['ordinary']);
    });
  });
  afterAll(async () => {
    await program.kill();
    await proxy.close();
    await sandbox.close();
    await database.drop();
    await compiled.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(Object.entries(bombs))('takes less than four times its own memory: %s', async (_name, mime) => {
    const before = (await messagesOf(alone)).length;
    await beginMostAnew(program);
    const memory = await memoryOf(program, 'VmRSS');
    await sandbox.control.deliverMime(addressOf(1), Buffer.from(mime));
    await eventually(async () => expect(await messagesOf(alone)).toHaveLength(before + 1), { timeoutMs: 120_000 });
    const added = (await memoryOf(program, 'VmHWM')) - memory;
    expect(added).toBeLessThan(4 * mime.length + slack);
  });

  it('is read as what it is', async () => {
    const stored = await messagesOf(alone);
    const read = async (subject: string) =>
      (await api.get(`/v1/messages/${stored.find((message) => message.subject.startsWith(subject))?.id}`)).body;
    expect((await read('line feeds')).text).toHaveLength(4 * mebibyte);
    expect((await read('table')).attachments).toMatchObject([{ filename: 'a.csv', sizeBytes: rows.length }]);
    expect((await read('forwarded')).attachments).toMatchObject([{ sizeBytes: forwarded.length }]);
    expect((await read('!!!')).text).toBe('hello\n');
    const parts = await read('150,000 parts');
    expect(parts).toMatchObject({ omitted: { reason: 'too-complex' }, attachments: [], hasMime: true });
    const original = await api.get(`/v1/messages/${parts.id}/mime`);
    expect(original.body).toBe(manyParts);
  });

  it('is read while health is answered within a second and another mailbox goes on', async () => {
    const delivered = gate();
    const [bombsHeld, bombsLet, otherHeld, otherLet] = [gate(), gate(), gate(), gate()];
    // All in one answer, and beside it the other mailbox's, so that both are read at one time.
    proxy.spoil = async ({ operation, body, forward }) => {
      const isBombs = body.includes(addressOf(2));
      if (!isBombs && !body.includes(addressOf(3))) return undefined;
      if (operation === 'SyncFolderItems') await delivered.passed;
      if (operation !== 'GetItem') return undefined;
      const answer = await forward();
      (isBombs ? bombsHeld : otherHeld).open();
      await (isBombs ? bombsLet : otherLet).passed;
      return answer;
    };
    for (const mime of Object.values(bombs)) await sandbox.control.deliverMime(addressOf(2), Buffer.from(mime));
    await sandbox.control.deliver(addressOf(3), { subject: 'meanwhile' });
    delivered.open();
    await Promise.all([bombsHeld.passed, otherHeld.passed]);

    const health = watchHealth(await program.url(), program);
    const begun = Date.now();
    bombsLet.open();
    otherLet.open();
    await eventually(async () => expect(await bombsOf(together)).toHaveLength(5), { timeoutMs: 120_000 });
    const { asked, late } = await health.stop();
    expect(late).toBe(0);
    expect(asked).toBeGreaterThan(20);
    const meanwhile = (await messagesOf(other)).find(({ subject }) => subject === 'meanwhile');
    expect(timeOf(meanwhile)).toBeGreaterThanOrEqual(begun);
    for (const bomb of await bombsOf(together)) expect(timeOf(bomb)).toBeGreaterThan(timeOf(meanwhile));
  });

  it.each([
    ['comments before what is no page', `${'<!---->'.repeat(100_000)}<x>`, 'InvalidXml'],
    [
      'a tag of a million attributes',
      `<R ${Array.from({ length: 1_000_000 }, (_, index) => `a${index}=""`).join(' ')}/>`,
      'AnswerTooLarge',
    ],
  ])('stands in an answer of the server, which holds up nothing: %s', async (name, body, code) => {
    proxy.spoil = (call) =>
      call.body.includes(addressOf(4))
        ? { status: 200, headers: { 'content-type': 'text/xml; charset=utf-8' }, body }
        : undefined;
    const health = watchHealth(await program.url(), program);
    // It may be waiting after the answer before.
    expect((await api.post(`/v1/mailboxes/${answered}/sync`)).status).toBeLessThan(300);
    await eventually(async () =>
      expect((await api.get(`/v1/mailboxes/${answered}`)).body).toMatchObject({ lastError: { code } }),
    );
    await sandbox.control.deliver(addressOf(3), { subject: name });
    await eventually(async () => expect(await subjectsOf(other)).toContain(name));
    expect((await health.stop()).late).toBe(0);
  });

  it('is set aside when two processes have ended over it, and the rest of the mailbox goes on', async () => {
    let poison = '';
    const asked: string[][] = [];
    let begun = () => {};
    proxy.spoil = async ({ operation, body }) => {
      if (operation !== 'GetItem' || !body.includes(poison)) return undefined;
      asked.push([...body.matchAll(/<t:ItemId Id="([^"]+)"/g)].map(([, id = '']) => id));
      begun();
      return new Promise(() => undefined);
    };
    const endsWhileReading = async () => {
      await new Promise<void>((resolve) => (begun = resolve));
      await program.kill();
      // The lease of a process that has ended runs out after 45 s.
      await database.dataSource.query(
        `UPDATE mailbox_work SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL`,
      );
      await database.dataSource.query(`UPDATE item_readings SET begun_at = begun_at - interval '1 minute'`);
    };
    await program.stop();
    [poison = ''] = await sandbox.control.deliver(addressOf(5), { subject: 'poison' });
    await sandbox.control.deliver(addressOf(5), { subject: 'beside it', count: 3 });

    await start();
    await endsWhileReading();
    await start();
    await endsWhileReading();
    expect(asked.map((items) => items.length)).toEqual([4, 1]);
    await start();

    await eventually(async () => expect(await subjectsOf(poisoned)).toHaveLength(4));
    const failures = await api.all(`/v1/mailboxes/${poisoned}/item-failures`);
    expect(failures).toMatchObject([{ itemId: poison, code: 'ProcessEnded', retryAt: null }]);
    await sandbox.control.deliver(addressOf(5), { subject: 'after it' });
    await eventually(async () => expect(await subjectsOf(poisoned)).toHaveLength(5));
    expect(asked).toHaveLength(2);

    // Whoever has looked into it may have it tried once more.
    proxy.spoil = () => undefined;
    expect((await api.post(`/v1/mailboxes/${poisoned}/item-failures/retry`, { itemId: poison })).status).toBeLessThan(
      300,
    );
    await eventually(async () => expect(await subjectsOf(poisoned)).toHaveLength(6));
    expect(await api.all(`/v1/mailboxes/${poisoned}/item-failures`)).toEqual([]);
    expect(await database.dataSource.query('SELECT * FROM item_readings')).toEqual([]);
  });
});
