import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const SCHEMA = resolve('../shared/ews-schema/ews.xsd');

/** Whether the EWS schema lies beside the project and xmllint is installed; tests that need them are skipped otherwise. */
export function schemaAvailable(): boolean {
  if (!existsSync(SCHEMA)) return false;
  try {
    execFileSync('xmllint', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * Validates whole SOAP envelopes against the EWS schema, in one run of xmllint.
 * @throws Error with xmllint's complaints and the envelopes they are about.
 */
export async function validateEnvelopes(xmls: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ews-schema-'));
  try {
    const files = xmls.map((_xml, index) => join(folder, `${index}.xml`));
    await Promise.all(files.map((file, index) => writeFile(file, xmls[index] ?? '')));
    await promisify(execFile)('xmllint', ['--noout', '--nonet', '--schema', SCHEMA, ...files], { maxBuffer: 64 << 20 });
  } catch (error) {
    const complaints = String((error as { stderr?: unknown }).stderr ?? error);
    const blamed = xmls.filter((_xml, index) => complaints.includes(`/${index}.xml fails`));
    throw new Error(`${complaints.replaceAll(`${folder}/`, '')}\n${blamed.slice(0, 3).join('\n')}`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
