import { execFile } from 'node:child_process';
import { mkdtemp, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const sources = join(process.cwd(), 'src/console');
const built = join(process.cwd(), 'dist/console');
const vite = join(process.cwd(), 'node_modules/vite/bin/vite.js');

/** The console of these sources: what `npm run build` left, or one built now, when a source is newer. */
export async function builtConsole(): Promise<string> {
  const builtMs = (await stat(join(built, 'index.html')).catch(() => null))?.mtimeMs ?? 0;
  if (builtMs >= (await newestMs())) return built;
  // Not over the other one, which a test in another process may be serving.
  const folder = await mkdtemp(join(tmpdir(), 'postroom-console-'));
  // Jest's own NODE_ENV would make it another build than the one that is delivered.
  const env = { ...process.env, NODE_ENV: 'production' };
  await promisify(execFile)(process.execPath, [vite, 'build', '--logLevel', 'warn', '--outDir', folder], { env });
  return folder;
}

async function newestMs(): Promise<number> {
  const entries = await readdir(sources, { recursive: true, withFileTypes: true });
  const times = await Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name))),
  );
  return Math.max(...times.map(({ mtimeMs }) => mtimeMs));
}
