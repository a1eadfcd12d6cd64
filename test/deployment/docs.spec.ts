import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { eventTypes } from '../../src/features/feed/event.js';
import { readSettings } from '../../src/platform/config/settings.js';
import { CONTROL_ROUTES } from '../../src/sandbox/control/control-routes.js';
import { OPERATIONS } from '../../src/sandbox/operations/registry.js';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => read(join('src', name)));

const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = '']) => found);
const inSources = (pattern: RegExp) => [...new Set(sources.flatMap((text) => all(text, pattern)))].sort();
/** Every `word` in the first cells of a page's tables. */
const firstCells = (text: string) =>
  all(text, /^\| *((?:`[^`]+`(?:, )?)+) *\|/gm).flatMap((cell) => all(cell, /`([^`]+)`/g));
/** A page without its code blocks, whose # are comments. */
const prose = (text: string) => text.replace(/^ *```[\s\S]*?^ *```$/gm, '');
const anchors = (text: string) =>
  all(prose(text), /^#+ (.*)$/gm).map((title) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );

describe('the docs', () => {
  it('list every setting in the README, with its default', () => {
    const settings = all(read('src/platform/config/settings.ts'), /^ {2}([A-Z][A-Z_]+):/gm);
    const readme = read('README.md');
    const rows = [...readme.matchAll(/^\| `([A-Z_]+)` +\| (.*?) +\|/gm)].map(([, name = '', byDefault = '']) => ({
      name,
      byDefault,
    }));
    expect(settings.length).toBeGreaterThan(10);
    expect(rows.map(({ name }) => name).sort()).toEqual([...settings].sort());
    const defaults = readSettings({});
    const shown = Object.fromEntries(rows.map(({ name, byDefault }) => [name, byDefault]));
    expect(shown).toMatchObject({
      HOST: `\`${defaults.host}\``,
      PORT: `\`${defaults.port}\``,
      ROLES: `\`${defaults.roles.join(',')}\``,
      POSTROOM_DATA_DIR: `\`${defaults.dataDir}\``,
      NOTIFY_FROM: `\`${defaults.notifyFrom}\``,
      WORKER_CONCURRENCY: `\`${defaults.workerConcurrency}\``,
      DATABASE_POOL_SIZE: `\`${defaults.databasePoolSize}\``,
      LOG_LEVEL: `\`${defaults.logLevel}\``,
      LOG_FORMAT: `\`${defaults.logFormat}\``,
    });
  });

  it('list every metric, event, error code and table', () => {
    const own = (name: string) => name.startsWith('postroom_');
    expect(firstCells(read('docs/operations.md')).filter(own).sort()).toEqual(inSources(/name: '(postroom_\w+)'/g));

    const api = firstCells(read('docs/api.md'));
    expect(api.filter((name) => name.includes('.')).sort()).toEqual([...eventTypes].sort());
    const codes = inSources(/code: '([a-z]+(?:-[a-z]+)*)',\s+status: \d{3}/g);
    expect(codes.length).toBeGreaterThan(15);
    expect(api.filter((name) => codes.includes(name)).sort()).toEqual(codes);

    const tables = readdirSync(join(root, 'migrations')).flatMap((name) =>
      all(read(join('migrations', name)), /CREATE TABLE (\w+)/g),
    );
    const cells = firstCells(read('docs/architecture.md'));
    expect(tables.filter((table) => !cells.includes(table))).toEqual([]);
  });

  it('list what the sandbox can do', () => {
    const page = read('docs/sandbox.md');
    const routes = [...CONTROL_ROUTES.keys()].sort();
    expect(
      firstCells(page)
        .filter((name) => routes.includes(name))
        .sort(),
    ).toEqual(routes);
    for (const operation of OPERATIONS.keys()) expect(page).toContain(operation);
    const settings = inSources(/process\.env\.(SANDBOX_\w+)/g);
    expect(
      firstCells(page)
        .filter((name) => name.startsWith('SANDBOX_'))
        .sort(),
    ).toEqual(settings);
  });

  it.each(pages)('%s has links that lead somewhere', (page) => {
    const links = all(prose(read(page)), /\]\(([^)\s]+)\)/g).filter((link) => !/^https?:/.test(link));
    const broken = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !anchors(read(target)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it.each(pages)('%s names commands and addresses that exist', (page) => {
    const text = read(page);
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    expect(all(text, /npm run (?:-s )?([\w-]+)/g).filter((name) => !(name in scripts))).toEqual([]);
    const known = inSources(/@(?:Controller|Get|Post)\('(?:v1\/)?([a-z-]+)/g);
    expect(all(text, /\/v1\/([a-z-]+)/g).filter((name) => !known.includes(name))).toEqual([]);
  });
});
