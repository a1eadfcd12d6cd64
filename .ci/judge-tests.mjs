// Prints the counts of a test run, and fails when a test was skipped that could have run here.
import { existsSync, readFileSync } from 'node:fs';

const text = readFileSync(process.argv[2], 'utf8');
if (text === '') {
  console.log('The test run left no result.');
  process.exit(1);
}
const { passed, failed, skipped } = JSON.parse(text);

/** Why a skipped test could not run here; null when nothing excuses it. */
function excuse(name) {
  if (/schema/i.test(name) && !existsSync('../shared/ews-schema/ews.xsd')) return 'there is no ../shared/ews-schema';
  if (/corpus/i.test(name) && !existsSync('../shared/mail-corpus')) return 'there is no ../shared/mail-corpus';
  if (/root|another account|ordinary user/i.test(name) && process.getuid?.() !== 0) return 'this is not root';
  if (process.env.CI !== 'true' && /skipped: |needs /.test(name)) return 'outside of CI';
  return null;
}

const unexcused = skipped.filter((name) => excuse(name) === null);
for (const name of skipped) console.log(`skipped: ${name} (${excuse(name) ?? 'NOTHING EXCUSES IT'})`);
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
process.exit(failed > 0 || passed === 0 || unexcused.length > 0 ? 1 : 0);
