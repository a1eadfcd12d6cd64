import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const vite = join(process.cwd(), 'node_modules/vite/bin/vite.js');
const source = join(process.cwd(), 'src/console/parts/mail/safe-html.ts');

/** `safeHtml` by itself, as a script for a page without the console: `safeMail.safeHtml(html, new Map())`. */
export async function safeHtmlScript(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'postroom-safe-html-'));
  const config = join(folder, 'config.mjs');
  const lib = { entry: source, formats: ['iife'], name: 'safeMail', fileName: 'safe-html' };
  const build = { lib, outDir: folder, emptyOutDir: false, minify: false };
  await writeFile(config, `export default ${JSON.stringify({ configFile: false, publicDir: false, build })};`);
  await promisify(execFile)(process.execPath, [vite, 'build', '--config', config, '--logLevel', 'warn']);
  const script = await readFile(join(folder, 'safe-html.iife.js'), 'utf8');
  await rm(folder, { recursive: true });
  return script;
}
