import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCHEMA = join(__dirname, '../../../shared/ews-schema/ews.xsd');

/** Why envelopes cannot be validated here; null when they can. */
export function whyNoSchema(): string | null {
  if (!existsSync(SCHEMA)) return 'the EWS schema is not there';
  if (spawnSync('xmllint', ['--version']).error) return 'xmllint is not installed';
  return null;
}

/** Whether both xmllint and the EWS schema are at hand. */
export function schemaAvailable(): boolean {
  return whyNoSchema() === null;
}

/** Validates whole SOAP envelopes, all in one run of xmllint: reading the schema is what takes the time. */
export function validateEnvelopes(xmls: string[]): { valid: boolean; errors: string }[] {
  if (xmls.length === 0) return [];
  const folder = mkdtempSync(join(tmpdir(), 'ews-schema-'));
  try {
    const files = xmls.map((xml, index) => {
      const file = join(folder, `${String(index)}.xml`);
      writeFileSync(file, xml);
      return file;
    });
    const run = spawnSync('xmllint', ['--noout', '--nonet', '--huge', '--schema', SCHEMA, ...files], {
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
    });
    if (run.error) throw run.error;
    const lines = run.stderr.split('\n');
    return files.map((file) => ({
      valid: lines.includes(`${file} validates`),
      errors: lines.filter((line) => line.startsWith(`${file}:`)).join('\n'),
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
