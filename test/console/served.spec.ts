import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { consolePaths } from '../../src/apps/console.js';
import { WholeStage } from '../features/support/whole-stage.js';
import { builtConsole } from './support/built-console.js';

let folder: string;
let stage: WholeStage;
beforeAll(async () => {
  folder = await builtConsole();
  stage = await WholeStage.open({ consoleFolder: folder });
});
afterAll(() => stage?.close());

const get = (path: string, init: RequestInit = {}) => fetch(stage.process.url + path, init);

it('every address of the console answers with its page, which may run no foreign script', async () => {
  for (const path of consolePaths) {
    const answer = await get(path.replace('*', 'anything/below'));
    expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 200, 'text/html; charset=utf-8']);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/https?:|unsafe-eval|\*/);
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect(await answer.text()).toContain('<div id="console">');
  }
  expect((await get('/', { method: 'HEAD' })).status).toBe(200);
});

it('what the page names is there, and kept by browsers, for its name changes with it', async () => {
  const page = await (await get('/')).text();
  const named = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '');
  expect(named.length).toBeGreaterThan(1);
  for (const path of [
    ...named,
    `/assets/${readdirSync(join(folder, 'assets')).find((name) => name.endsWith('.js'))}`,
  ]) {
    const answer = await get(path);
    expect([path, answer.status, answer.headers.get('x-content-type-options')]).toEqual([path, 200, 'nosniff']);
  }
  const script = named.find((path) => path.endsWith('.js')) ?? '';
  expect((await get(script)).headers.get('cache-control')).toContain('immutable');
});

it('nothing else is taken for a page, and no file outside of it can be read', async () => {
  for (const path of [
    '/nonsense',
    '/incidentsx',
    '/assets/nothing.js',
    '/assets/..%2findex.html',
    '/assets/%2e%2e/manifest.json',
  ]) {
    const answer = await get(path);
    expect([path, answer.status]).toEqual([path, 404]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  }
  expect((await get('/v1/nonsense')).status).toBe(401);
  expect((await get('/incidents', { method: 'POST' })).status).toBe(405);
});

it('a process without a built console says so', async () => {
  const other = await WholeStage.open({ consoleFolder: join(tmpdir(), 'nothing-here') });
  try {
    expect(await (await fetch(`${other.process.url}/`)).text()).toContain('npm run build');
  } finally {
    await other.close();
  }
});
