// Prints the counts of a test run, and fails when a test was skipped that could have run here.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const text = readFileSync(process.argv[2], 'utf8');
if (text === '') {
  console.log('The test run left no result.');
  process.exit(1);
}
const { passed, failed, skipped } = JSON.parse(text);

/** Why a skipped test could not run here; null when nothing excuses it. */
function excuse(name) {
  if (/schema/i.test(name) && !existsSync('../shared/ews-schema/ews.xsd')) return 'there is no ../shared/ews-schema';
  for (const corpus of ['../shared/mail-corpus', '../shared/cases/mail'])
    if (/corpus/i.test(name) && !existsSync(corpus)) return `there is no ${corpus}`;
  if (/needs mount/.test(name) && !mayMount()) return 'this account may not mount a file system';
  if (/root|another account|ordinary user/i.test(name) && process.getuid?.() !== 0) return 'this is not root';
  if (process.env.CI !== 'true' && /skipped: |needs /.test(name)) return 'outside of CI';
  return null;
}

/** Containers run as root without the right to mount. */
function mayMount() {
  const folder = mkdtempSync(join(tmpdir(), 'postroom-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4096', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const unexcused = skipped.filter((name) => excuse(name) === null);
for (const name of skipped) console.log(`skipped: ${name} (${excuse(name) ?? 'NOTHING EXCUSES IT'})`);
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
process.exit(failed > 0 || passed === 0 || unexcused.length > 0 ? 1 : 0);
