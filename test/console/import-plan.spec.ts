import {
  failedRows,
  fateCounts,
  faultInWords,
  judged,
  planned,
  sendable,
  type ImportChoice,
} from '../../src/console/pages/mailboxes/import-plan.js';
import { readImport } from '../../src/console/pages/mailboxes/import-rows.js';

const head = '018f0000-0000-7000-8000-000000000001';
const branch = '018f0000-0000-7000-8000-000000000002';
const profiles = [
  { id: head, name: 'Head office' },
  { id: branch, name: 'Branch' },
];
const choice: ImportChoice = { profileId: head, incoming: true, outgoing: false, start: 'after-test' };
const plan = (text: string, chosen: Partial<ImportChoice> = {}, known = profiles) =>
  planned(readImport(text).rows, { ...choice, ...chosen }, known);

describe('what becomes of rows', () => {
  it('takes from the choice what a row does not say', () => {
    const rows = plan(
      'email,profile,incoming,outgoing,sid,filter,name\na@example.com,branch,no,yes,S-1,none,Ada\nb@example.com',
    );
    expect(rows.map(({ mailbox }) => mailbox)).toEqual([
      {
        profileId: branch,
        emailAddress: 'a@example.com',
        incoming: false,
        outgoing: true,
        start: 'after-test',
        connectingSid: 'S-1',
        filter: 'none',
        displayName: 'Ada',
      },
      { profileId: head, emailAddress: 'b@example.com', incoming: true, outgoing: false, start: 'after-test' },
    ]);
  });

  it.each<[what: string, cell: string, chosen: string, fault: string | null]>([
    ['by its name in any case', 'HEAD OFFICE', '', null],
    ['by its id', branch.toUpperCase(), '', null],
    ['by the choice', '', head, null],
    ['by nobody', '', '', 'profile: is missing: choose one for all rows'],
    ['by a name that nobody has', 'Attic', head, 'profile: there is none named “Attic”'],
  ])('finds the profile named %s', (_, cell, profileId, fault) => {
    const [row] = plan(`email,profile\na@example.com,${cell}`, { profileId });
    expect(row?.faults.map(faultInWords)).toEqual(fault === null ? [] : [fault]);
    expect(row?.mailbox === null).toBe(fault !== null);
  });

  it('does not choose between two profiles of one name', () => {
    const [row] = plan('email,profile\na@example.com,Branch', {}, [...profiles, { id: 'x', name: 'branch ' }]);
    expect(row?.faults.map(faultInWords)).toEqual(['profile: several are named “Branch”: give its id']);
  });

  it('sends an address of a profile once, whatever its case', () => {
    const rows = plan('email,profile\na@example.com,\nA@Example.com,\na@example.com,Branch\na@example.com,Head office');
    expect(rows.map(({ fate }) => fate)).toEqual(['unknown', 'repeated', 'unknown', 'repeated']);
    expect(rows[3]?.faults.map(faultInWords)).toEqual(['address: stands in row 2 already']);
    expect(sendable(rows, 'unknown').map(({ place }) => place)).toEqual([0, 2]);
  });

  it('joins what the API said to the rows, and keeps what failed for another try', () => {
    const rows = plan('email,name,incoming\na@example.com\nnobody,Nobody\nb@example.com\nc@example.com,,perhaps');
    expect(sendable(rows, 'unknown').map(({ place }) => place)).toEqual([0, 1, 2]);
    const error = { field: 'emailAddress', message: 'must be an e-mail address' };
    const checked = judged(
      rows,
      new Map([
        [0, { index: 0, result: 'created', id: null }],
        [1, { index: 1, result: 'invalid', id: null, errors: [error] }],
        [2, { index: 2, result: 'exists', id: 'there' }],
      ]),
      false,
    );
    expect(fateCounts(checked)).toEqual({ unknown: 0, new: 1, made: 0, exists: 1, repeated: 0, invalid: 2 });
    const done = judged(checked, new Map([[0, { index: 0, result: 'created', id: 'made' }]]), true);
    expect(done.map(({ fate, id }) => [fate, id])).toEqual([
      ['made', 'made'],
      ['invalid', null],
      ['exists', 'there'],
      ['invalid', null],
    ]);
    expect(failedRows(done).slice(1)).toEqual([
      ['3', 'nobody', 'Nobody', '', '', '', '', '', 'address: must be an e-mail address'],
      ['5', 'c@example.com', '', '', '', 'no', '', '', 'incoming: must be yes or no, not “perhaps”'],
    ]);
  });
});
