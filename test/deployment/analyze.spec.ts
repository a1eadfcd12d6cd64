import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { readArguments, targetOf } from '../../src/apps/analyze/analyze-arguments.js';
import { askFor } from '../../src/apps/analyze/ask.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox-server.js';
import { compileSources, type CompiledSources } from '../support/compiled-sources.js';
import { eventually } from '../support/eventually.js';

const root = join(import.meta.dirname, '../..');
const password = 'Typed-by-hand-7';
const [anna, ben] = ['anna@contoso.test', 'ben@contoso.test'];

let compiled: CompiledSources;
let sandbox: Sandbox;

beforeAll(async () => {
  compiled = await compileSources('src');
  sandbox = await startSandbox({
    domain: 'contoso.test',
    mailboxes: [{ address: anna }, { address: ben }],
    serviceAccounts: [{ username: 'svc', password, scope: 'all' }],
  });
});
afterAll(async () => {
  await compiled?.remove();
  await sandbox?.close();
});
afterEach(() => sandbox.control.clearFaults());

/** `postroom …` in a process of its own, without a terminal. */
function postroom(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(compiled.folder, 'src', 'cli.js'), ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }));
  return { child, out: () => out, ended };
}
const analyze = (args: readonly string[], env: Record<string, string> = { POSTROOM_ANALYZE_PASSWORD: password }) =>
  postroom(['analyze', '--url', sandbox.ewsUrl, '--user', 'svc', '--email', anna, ...args], env);

describe('postroom analyze', () => {
  it('prints a tree without colours where no terminal is, and ends with 0', async () => {
    const { code, out, err } = await analyze(['--canary', ben, '--send-to-self']).ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`✓  8  Another mailbox is opened, to compare`);
    expect(out).toContain('! Everything works; look at the warnings of step 3 (TLS and certificate).');
    expect(out).not.toContain('\u001b');
    expect(out).not.toContain(password);
  });

  it('ends with 1 when something fails, and prints a JSON object a line when asked to', async () => {
    const { code, out } = await analyze(['--json'], { POSTROOM_ANALYZE_PASSWORD: 'wrong one' }).ended;
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(code).toBe(1);
    expect(lines.map(({ type }) => type)).toEqual([...Array.from({ length: 13 }, () => 'step'), 'summary']);
    expect(lines.at(-1)).toMatchObject({ ok: false, verdict: { code: 'credentials-refused' } });
    expect(out).not.toContain('wrong one');
  });

  it('takes what is set in the environment', async () => {
    const env = {
      POSTROOM_ANALYZE_PASSWORD: password,
      POSTROOM_ANALYZE_URL: sandbox.ewsUrl,
      POSTROOM_ANALYZE_USER: 'svc',
      POSTROOM_ANALYZE_EMAIL: anna,
    };
    expect(await postroom(['analyze'], env).ended).toMatchObject({ code: 0, err: '' });
  });

  it('removes its draft before it obeys Ctrl-C', async () => {
    sandbox.control.injectFault({ operation: 'GetItem', times: 1, fault: { delayMs: 1_000 } });
    const run = analyze([]);
    await eventually(() => run.out().includes('9  A draft is created'));
    run.child.kill('SIGINT');
    const { code, out, err } = await run.ended;
    expect(code).toBe(1);
    expect(err).toContain('removed first');
    expect(out).toContain('✓ 11  The draft is deleted');
    expect(sandbox.control.listItems(anna, 'drafts')).toEqual([]);
  });

  it('explains itself, and refuses what it does not know with 2, repeating nothing', async () => {
    for (const args of [['--help'], ['-h'], []]) {
      const { code, out } = await postroom(args).ended;
      expect([args, code, out]).toEqual([args, 0, expect.stringMatching(/analyze +Look at/)]);
    }
    expect((await postroom(['analyze', '--help']).ended).out).toContain('POSTROOM_ANALYZE_PASSWORD');
    const wrong: [args: string[], says: string][] = [
      [['analyze', `--password=${password}`], 'The password is no argument'],
      [['analyze', '--password', password], 'The password is no argument'],
      [['analyze', `-p${password}`], 'Unknown option'],
      [['analyze', `--nonsense=${password}`], 'Unknown option'],
      [['analyze', password], 'a word too many'],
      [['analyze', '--email', anna], 'Set POSTROOM_ANALYZE_PASSWORD'],
      [[password], 'there is no such command'],
    ];
    for (const [args, says] of wrong) {
      const { code, out, err } = await postroom(args).ended;
      expect([args, code, out, err]).toEqual([args, 2, '', expect.stringContaining(says)]);
      expect(err).not.toContain(password);
    }
    const { code, err } = await postroom(
      ['analyze', '--email', 'x', '--url', 'mailto:a', '--user', 'a:b', '--ca', '/nowhere'],
      { POSTROOM_ANALYZE_PASSWORD: password },
    ).ended;
    expect([code, err]).toEqual([2, expect.stringContaining('--ca: the file /nowhere cannot be read')]);
  });

  it('is what npx finds in a built clone', () => {
    const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { bin: Record<string, string> };
    expect(bin).toEqual({ postroom: 'dist/src/cli.js' });
    expect(readFileSync(join(root, 'src/cli.ts'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });
});

describe('its options', () => {
  const read = (...args: string[]) => targetOf(readArguments(args, { POSTROOM_ANALYZE_PASSWORD: password }).fields);

  it('become the target', () => {
    expect(
      read(
        '--email',
        anna,
        '--user',
        'svc',
        '--access',
        'delegation',
        '--connecting-sid',
        'x',
        '--trusted-host',
        'a.test',
        '--trusted-host',
        'b.test',
      ),
    ).toEqual({
      ewsUrl: null,
      addressSetBy: 'administrator',
      auth: { type: 'basic', username: 'svc', password },
      ca: null,
      trustedHosts: ['a.test', 'b.test'],
      access: 'delegation',
      connectingSidType: 'SmtpAddress',
      mailbox: { address: anna, connectingSid: 'x' },
      canary: null,
      sendToSelf: false,
    });
  });

  it('are named when they are wrong', () => {
    const wrong = () => read('--email', 'nobody', '--user', 'a:b', '--url', 'ftp://x', '--access', 'magic');
    for (const flag of ['--email', '--user', '--url', '--access']) expect(wrong).toThrow(flag);
  });
});

describe('its questions', () => {
  it('ask for what is missing, and do not show the password', async () => {
    const raw: boolean[] = [];
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => raw.push(on) });
    const output = new PassThrough();
    let shown = '';
    output.on('data', (data: Buffer) => (shown += data.toString()));
    const asked = askFor({ emailAddress: anna, username: undefined, password: undefined }, { input, output });
    await eventually(() => shown.includes('Service account: '));
    input.write('svc\n');
    await eventually(() => shown.includes('Password (is not shown): '));
    input.write('wrong\u0015Secrex\u007f');
    input.write('tß\r');
    expect(await asked).toEqual({ emailAddress: anna, username: 'svc', password: 'Secretß' });
    expect(raw).toEqual([true, false]);
    expect(shown).not.toContain('Sec');

    const given = askFor({ emailAddress: anna, username: 'svc' }, { input, output });
    input.write('half\u0003');
    await expect(given).rejects.toThrow('No password was given');
  });
});
