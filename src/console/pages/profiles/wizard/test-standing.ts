import type { AnalysisSummary } from '../analysis/use-analysis.js';
import { connectionOf, type NewProfileValues } from './new-profile-values.js';

/** The test that ended last, and what it was made with. */
export interface Tested {
  readonly connection: string;
  readonly ok: boolean;
  /** Whether a mailbox was opened in it. */
  readonly opened: boolean;
}

export const testedWith = (values: NewProfileValues, summary: Pick<AnalysisSummary, 'ok'>): Tested => ({
  connection: connectionOf(values),
  ok: summary.ok,
  opened: values.testAddress.trim() !== '',
});

/** What the last test says about what is about to be saved. */
export interface TestStanding {
  readonly passed: boolean;
  readonly title: string;
  /** What it means to save now; null when the test says that all is well. */
  readonly means: string | null;
}

const untested =
  'Postroom does not know whether the server lets the account in. If it does not, the mailboxes of the profile stop at their first try, and the owner is told. Nothing on the server changes.';

export function testStanding(tested: Tested | null, values: NewProfileValues): TestStanding {
  if (!tested) return { passed: false, title: 'Not tested', means: untested };
  if (tested.connection !== connectionOf(values))
    return { passed: false, title: 'Changed since the test', means: untested };
  if (!tested.ok)
    return {
      passed: false,
      title: 'The test did not pass',
      means:
        'With these settings the mailboxes of the profile would stop at their first try, and the owner would be told. Save it all the same if you mend the server later; Postroom then goes on by itself.',
    };
  return tested.opened
    ? { passed: true, title: 'The test passed', means: null }
    : {
        passed: true,
        title: 'The test of the server and the account passed',
        means: 'No mailbox was opened in it, so the rights on mailboxes are not tested. Each mailbox can be, later.',
      };
}
