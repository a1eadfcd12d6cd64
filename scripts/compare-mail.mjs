/**
 * Reads each .eml file in a folder, at any depth, with Postroom, mailparser and Python's email package, and reports
 * where Postroom agrees with neither: subject, people, date, bodies, attachments.
 *   node scripts/compare-mail.mjs FOLDER
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: node scripts/compare-mail.mjs FOLDER');
  process.exit(2);
}
const { status } = spawnSync('npx', ['jest', '-i', 'test/features/mail-corpus.spec.ts', '--verbose'], {
  cwd: resolve(import.meta.dirname, '..'),
  env: { ...process.env, POSTROOM_MAIL_FOLDER: resolve(folder) },
  stdio: 'inherit',
});
process.exit(status ?? 1);
