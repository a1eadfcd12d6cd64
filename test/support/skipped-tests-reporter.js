import { writeFileSync } from 'node:fs';

/**
 * Names every skipped test at the end of a run: Jest by itself only counts them, and a test that is
 * silently skipped proves nothing. With POSTROOM_TEST_RESULT set, also writes the counts and those
 * names to that file, for .ci/run.
 */
export default class SkippedTestsReporter {
  /** @param {import('@jest/types').Config.GlobalConfig} config */
  constructor({ testNamePattern }) {
    // With -t the skipping is what was asked for.
    this.isFiltered = Boolean(testNamePattern);
  }

  /** @param {unknown} _contexts @param {import('@jest/reporters').AggregatedResult} results */
  onRunComplete(_contexts, results) {
    const skipped = results.testResults.flatMap((file) =>
      file.testResults
        .filter(({ status }) => status === 'pending' || status === 'todo')
        .map(({ fullName }) => fullName),
    );
    if (skipped.length > 0 && !this.isFiltered)
      process.stderr.write(`\nSkipped:\n${skipped.map((name) => `  ${name}\n`).join('')}`);
    const file = process.env.POSTROOM_TEST_RESULT;
    if (!file) return;
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const result = { passed: results.numPassedTests, failed, skipped };
    writeFileSync(file, JSON.stringify(result));
  }
}
