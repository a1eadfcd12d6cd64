import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compileSources } from '../../support/compiled-sources.js';

/**
 * Run with the folder of the compiled sources and the file of a message: reads it in a process that has read another
 * one before, and tells how much more memory the process had at its peak, in bytes.
 */
const measure = `
import { readFileSync, writeFileSync } from 'node:fs';
const [sources, file] = process.argv.slice(2);
const { withMime } = await import(sources + '/src/features/mail/incoming/mime-reading.js');
const properties = JSON.parse(process.env.PROPERTIES);
const read = (mime) => withMime('message', mime, {
  item: { id: 'a', changeKey: null, properties },
  rules: { blockedAttachmentExtensions: [], maxAttachmentBytes: null },
  incomplete: null,
  now: new Date(),
});
const kilobytes = (name) => Number(new RegExp(name + ':\\\\s+(\\\\d+)').exec(readFileSync('/proc/self/status', 'utf8'))[1]);
await read(Buffer.from('Subject: First\\r\\n\\r\\n' + '\xe4 words '.repeat(20_000), 'latin1'));
const mime = readFileSync(file);
gc();
// Sets the peak back to what is used now (proc(5)).
writeFileSync('/proc/self/clear_refs', '5');
const before = kilobytes('VmRSS');
await read(mime);
console.log((kilobytes('VmHWM') - before) * 1024);
`;

export interface ReadingMemory {
  /** Bytes that the process had more at its peak than before, the message itself not counted. */
  added(mime: Buffer): Promise<number>;
  remove(): Promise<void>;
}

export async function readingMemory(properties: object): Promise<ReadingMemory> {
  const sources = await compileSources('src/features', 'src/drivers', 'src/platform');
  const folder = await mkdtemp(join(tmpdir(), 'postroom-memory-'));
  const script = join(folder, 'measure.mjs');
  await writeFile(script, measure);
  const env = { ...process.env, PROPERTIES: JSON.stringify(properties) };
  return {
    added: async (mime) => {
      const file = join(folder, 'message.eml');
      await writeFile(file, mime);
      const run = await promisify(execFile)(process.execPath, ['--expose-gc', script, sources.folder, file], { env });
      return Number(run.stdout);
    },
    remove: async () => {
      await rm(folder, { recursive: true });
      await sources.remove();
    },
  };
}
