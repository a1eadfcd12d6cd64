import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { builtConsole } from '../console/support/built-console.js';

interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
}

const limitBytes = 200 * 1024;

let folder: string;
let manifest: Record<string, Chunk>;
beforeAll(async () => {
  folder = await builtConsole();
  manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
});

/** Everything that must be there before these chunks run. */
function needed(names: readonly string[], seen = new Set<string>()): Set<string> {
  for (const name of names) {
    if (seen.has(name)) continue;
    seen.add(name);
    needed(manifest[name]?.imports ?? [], seen);
  }
  return seen;
}

const compressed = (names: Iterable<string>) =>
  [...names].reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, manifest[name]?.file ?? ''))).length, 0);

it.each(['pages/overview/overview-page.tsx', 'pages/incidents/incident-page.tsx', 'session/sign-in.tsx'])(
  'a first view of %s needs less than 200 KB of compressed script',
  (page) => {
    const entry = Object.keys(manifest).filter((name) => manifest[name]?.isEntry);
    expect(entry).toHaveLength(1);
    const bytes = compressed(needed([...entry, page]));
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(limitBytes);
  },
);
