import { chmod, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { transform } from '@swc/core';

const root = join(import.meta.dirname, '..', '..');

export interface CompiledSources {
  /** Holds `src/...` as JavaScript, and the project's node_modules. Readable to every account. */
  readonly folder: string;
  remove(): Promise<void>;
}

/** Compiles parts of `src` for a child process: Node alone reads no TypeScript with decorators. */
export async function compileSources(...parts: string[]): Promise<CompiledSources> {
  const folder = await mkdtemp(join(tmpdir(), 'postroom-compiled-'));
  const swcrc = JSON.parse(await readFile(join(root, '.swcrc'), 'utf8'));
  delete swcrc.$schema;
  for (const part of parts) {
    for (const source of await sourcesOf(join(root, part))) {
      const target = join(folder, relative(root, source).replace(/\.ts$/, '.js'));
      const { code } = await transform(await readFile(source, 'utf8'), {
        ...swcrc,
        swcrc: false,
        sourceMaps: false,
        filename: source,
      });
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, code);
    }
  }
  await writeFile(join(folder, 'package.json'), '{ "name": "postroom", "version": "0.0.0", "type": "module" }');
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await chmod(folder, 0o755);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function sourcesOf(path: string): Promise<string[]> {
  if (path.endsWith('.ts')) return [path];
  const entries = await readdir(path, { recursive: true });
  return entries.filter((entry) => entry.endsWith('.ts')).map((entry) => join(path, entry));
}
