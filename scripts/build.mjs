// Builds dist/: `node scripts/build.mjs [--if-changed]`. With --if-changed (as `npm start` does) only when a source has
// changed since the last build.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const stamp = join(root, 'dist/.built-from');
const sources = ['src', 'migrations', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'vite.config.js'];

/** Of the names, sizes and times of all sources, and of the Node version: a file that is gone counts as a change. */
function fingerprint() {
  const hash = createHash('sha256').update(process.version);
  const files = sources.flatMap((source) =>
    statSync(join(root, source)).isDirectory()
      ? readdirSync(join(root, source), { recursive: true, encoding: 'utf8' })
          .sort()
          .map((name) => join(source, name))
      : [source],
  );
  for (const file of files) {
    const { size, mtimeMs, isFile } = statOf(file);
    if (isFile) hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function statOf(file) {
  const stat = statSync(join(root, file));
  return { size: stat.size, mtimeMs: stat.mtimeMs, isFile: stat.isFile() };
}

function run(program, args) {
  const { status, error } = spawnSync(process.execPath, [join(root, 'node_modules', program), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const before = fingerprint();
if (process.argv.includes('--if-changed')) {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === before) process.exit(0);
  const why = existsSync(stamp) ? 'The sources have changed since the last build' : 'There is no build yet';
  process.stdout.write(`${why}: building Postroom, which takes a moment.\n`);
}
const began = performance.now();
// A build that is cut off must not pass for a whole one.
rmSync(stamp, { force: true });
run('typescript/bin/tsc', ['-p', 'tsconfig.build.json']);
run('vite/bin/vite.js', ['build', '--logLevel', 'warn']);
mkdirSync(join(root, 'dist'), { recursive: true });
writeFileSync(stamp, before);
process.stdout.write(`Built in ${((performance.now() - began) / 1_000).toFixed(1)} s.\n`);
