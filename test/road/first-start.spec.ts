import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from '../support/api.js';
import { compileSources, type CompiledSources } from '../support/compiled-sources.js';
import { eventually } from '../support/eventually.js';
import { startProgram, type Program } from '../support/program.js';

describe('the first start, with nothing set', () => {
  let compiled: CompiledSources;
  let folder: string;
  let program: Program;
  const started: Program[] = [];

  beforeAll(async () => {
    compiled = await compileSources('src', 'migrations');
  });
  afterAll(() => compiled.remove());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'postroom-newcomer-'));
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((one) => one.kill()));
    // A test that failed after a kill leaves a database behind, as a kill does.
    for (const { pid } of await processesOf(folder)) process.kill(pid, 'SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  const start = () => {
    program = startProgram(compiled, {}, folder);
    started.push(program);
    return program;
  };
  const keyPrinted = () => /Admin API key, shown this once: +(\S+)/.exec(program.output())?.[1] ?? null;
  const linkIn = (text: string) => /(http:\S+)\/welcome#([A-Za-z0-9_-]{43})\s/.exec(text);
  const inspect = async (url: string, token = '') =>
    (await new ApiClient(url, null).post('/v1/sign-in-links/inspect', { token })).status;
  const welcomed = () => eventually(() => program.output().includes('  Try:'));
  const messages = async (api: ApiClient) => {
    const ids = (await api.all('/v1/mailboxes')).map(({ id }) => id as string);
    const pages = await Promise.all(ids.map((id) => api.all(`/v1/messages?limit=200&mailboxId=${id}`)));
    return pages.flat();
  };

  it('prints the address and a key, and mail flows within 30 seconds; the data outlives a stop and a kill', async () => {
    start();
    let url = await program.url();
    await welcomed();
    const key = keyPrinted() ?? '';
    expect(program.output()).toContain(`Postroom runs: ${url}`);
    let api = new ApiClient(url, key);
    const link = linkIn(program.output());
    expect(link?.[1]).toBe(url);
    const first = await new ApiClient(url, null).post('/v1/sign-in-links/redeem', {
      token: link?.[2],
      email: 'first@example.com',
      name: 'First',
      password: 'quite a long sentence',
    });
    expect(first.body).toMatchObject({ role: 'admin' });
    await eventually(async () => expect((await messages(api)).length).toBeGreaterThan(5));
    expect((await stat(join(folder, '.postroom', 'secret-keys'))).mode & 0o777).toBe(0o600);

    // What the welcome says of the failure and its remedy holds.
    const denied = await eventually(async () => {
      const verifying = await api.all('/v1/mailboxes?state=verifying');
      expect(verifying).toHaveLength(2);
      return verifying;
    });
    // The second look, without waiting for it.
    for (const { id } of denied) await api.post(`/v1/mailboxes/${id}/sync`);
    await eventually(async () => expect(await api.all('/v1/mailboxes?state=failed')).toHaveLength(2));
    expect(await api.all('/v1/incidents?open=true')).toMatchObject([{ code: 'ErrorImpersonateUserDenied' }]);
    const grant = /-d '(\{[^']+\})' (\S+\/grant)/.exec(program.output());
    const headers = { 'content-type': 'application/json' };
    expect(await fetch(grant?.[2] ?? '', { method: 'POST', headers, body: grant?.[1] ?? '' })).toMatchObject({
      status: 200,
    });
    for (const { id } of await api.all('/v1/mailboxes?state=failed')) await api.post(`/v1/mailboxes/${id}/sync`);
    await eventually(async () => expect(await api.all('/v1/incidents?open=true')).toEqual([]));

    const before = (await messages(api)).map(({ id }) => id);
    expect(await processesOf(folder)).not.toEqual([]);
    program.signal('SIGINT');
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(await processesOf(folder)).toEqual([]);

    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(compiled.folder, 'src', 'cli.js'), 'admin-link'],
      { cwd: folder, env: { PATH: process.env.PATH, HOME: process.env.HOME } },
    );
    expect(await processesOf(folder)).toEqual([]);

    start();
    url = await program.url();
    await welcomed();
    expect(keyPrinted()).toBeNull();
    expect(linkIn(program.output())).toBeNull();
    expect(await inspect(url, linkIn(stdout)?.[2])).toBe(200);
    api = new ApiClient(url, key);
    expect((await messages(api)).map(({ id }) => id)).toEqual(expect.arrayContaining(before));
    await program.kill();

    start();
    url = await program.url();
    await welcomed();
    expect(keyPrinted()).toBeNull();
    api = new ApiClient(url, key);
    const afterKill = await messages(api);
    expect(afterKill.map(({ id }) => id)).toEqual(expect.arrayContaining(before));
    // Live mail goes on, and the leases of the killed process hold nothing up for long.
    await eventually(async () => expect((await messages(api)).length).toBeGreaterThan(afterKill.length));
    expect(await program.stop()).toEqual({ code: 0, signal: null });
  });

  it('leaves nothing behind when it is stopped while it starts', async () => {
    start();
    // As early as there is something to leave behind, and then when the database has just come up.
    await eventually(async () => (await processesOf(folder)).length > 0);
    program.signal('SIGINT');
    const { code } = await program.exited;
    expect(code).not.toBeNull();
    await eventually(async () => expect(await processesOf(folder)).toEqual([]));

    start();
    await eventually(() => stat(join(folder, '.postroom', 'postgres')).then(() => true));
    await eventually(async () => (await filesBelow(join(folder, '.postroom'))).includes('postmaster.pid'));
    program.signal('SIGINT');
    await program.exited;
    await eventually(async () => expect(await processesOf(folder)).toEqual([]));

    start();
    await program.url();
    expect(await program.stop()).toEqual({ code: 0, signal: null });
  });
});

/** Processes, apart from the program itself, that name the folder: its database and what belongs to it. */
async function processesOf(folder: string): Promise<{ pid: number; command: string }[]> {
  const found: { pid: number; command: string }[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const command = await readFile(join('/proc', pid, 'cmdline'), 'utf8').catch(() => '');
    if (command.includes(folder)) found.push({ pid: Number(pid), command: command.replaceAll('\0', ' ') });
  }
  return found;
}

async function filesBelow(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return names.map((name) => name.split('/').at(-1) ?? '');
}
