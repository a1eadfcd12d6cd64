import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The build script on a project of a few bytes, whose compilers only say that they ran. */
describe('npm start', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'postroom-build-'));
    for (const [path, text] of Object.entries({
      'src/main.ts': '1',
      'migrations/index.ts': '1',
      'package-lock.json': '{}',
      'tsconfig.json': '{}',
      'tsconfig.build.json': '{}',
      'vite.config.js': '',
      'node_modules/typescript/bin/tsc': "console.log('tsc ran'); if (process.env.FAIL) process.exit(2);",
      'node_modules/vite/bin/vite.js': "console.log('vite ran');",
    })) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    mkdirSync(join(folder, 'scripts'));
    cpSync(join(import.meta.dirname, '../../scripts/build.mjs'), join(folder, 'scripts/build.mjs'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const build = (args = ['--if-changed'], env = {}) => {
    const { status, stdout } = spawnSync(process.execPath, [join(folder, 'scripts/build.mjs'), ...args], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    });
    return { status, stdout };
  };
  const compiled = /tsc ran\nvite ran\nBuilt in \d+\.\d s\.\n$/;

  it('builds at first, says so, and then not again', () => {
    expect(build().stdout).toMatch(/^There is no build yet: building Postroom/);
    expect(build()).toEqual({ status: 0, stdout: '' });
  });

  it.each([
    ['a source is changed', () => writeFileSync(join(folder, 'src/main.ts'), '22')],
    ['a source is added', () => writeFileSync(join(folder, 'src/more.ts'), '')],
    ['a source is removed', () => rmSync(join(folder, 'migrations/index.ts'))],
    ['a package is changed', () => writeFileSync(join(folder, 'package-lock.json'), '{ }')],
  ])('builds again when %s', (_, change) => {
    build();
    change();
    const { stdout } = build();
    expect(stdout).toMatch(/^The sources have changed since the last build/);
    expect(stdout).toMatch(compiled);
  });

  it('does not take a build that failed for one', () => {
    const source = join(folder, 'src/main.ts');
    const before = new Date('2026-01-01T00:00:00Z');
    utimesSync(source, before, before);
    build();
    writeFileSync(source, '22');
    expect(build(undefined, { FAIL: '1' }).status).toBe(2);
    // Also when the sources are again those of the last whole one: the failed build has overwritten a part of it.
    writeFileSync(source, '1');
    utimesSync(source, before, before);
    expect(build().stdout).toMatch(compiled);
  });

  it('always builds when asked to', () => {
    build([]);
    expect(build([]).stdout).toMatch(compiled);
  });
});
