import { RunsUnderWay, type RunUnderWay } from '../../src/features/mailboxes/runs-under-way.js';

const start = new Date('2026-03-01T08:00:00Z');
const at = (ms: number) => new Date(start.getTime() + ms);

interface Given {
  readonly host?: string;
  /** ms; null: no call is under way. */
  readonly calling: number | null;
  readonly heard?: number;
  readonly sends?: boolean;
}

/** @returns which of the runs are broken off at 10 s */
function brokenOff(given: readonly Given[], ended: readonly Given[] = []): number[] {
  const process = new RunsUnderWay();
  const broken: number[] = [];
  const run = ({ host = 'silent.example', calling, heard, sends }: Given, number: number): RunUnderWay => ({
    host,
    ledger: {
      callingSince: calling === null ? null : at(calling),
      heardAt: heard === undefined ? null : at(heard),
    },
    onlyReads: sends !== true,
    giveUp: () => broken.push(number),
  });
  for (const one of ended.map(run)) {
    process.add(one);
    process.remove(one);
  }
  for (const [number, one] of given.entries()) process.add(run(one, number));
  expect(process.relieve(at(10_000))).toBe(broken.length);
  return broken.sort();
}

it.each<[string, Given[], number[], ...Given[][]]>([
  ['three calls that wait', [{ calling: 0 }, { calling: 1 }, { calling: 2 }], []],
  ['the youngest of five', [{ calling: 3 }, { calling: 0 }, { calling: 4 }, { calling: 1 }, { calling: 2 }], [0, 2]],
  ['calls that began a moment ago', [0, 1, 2, 7_000].map((calling) => ({ calling })), []],
  [
    'work between two calls',
    [{ calling: 0 }, { calling: 1 }, { calling: 2 }, { calling: null }, { calling: null }],
    [],
  ],
  ['sending, which is never broken off', [0, 1, 2, 3].map((calling) => ({ calling, sends: calling === 3 })), [2]],
  ['calls to two servers', [0, 1, 2, 3].map((calling) => ({ calling, host: `${calling % 2}.example` })), []],
  ['a server that answers another run', [0, 1, 2, 3].map((calling) => ({ calling, heard: calling * 3_000 })), []],
  [
    'one that answered a run that is over',
    [0, 1, 2, 3].map((calling) => ({ calling })),
    [],
    [{ calling: 0, heard: 6_000 }],
  ],
  ['one whose last answer is old', [0, 1, 2, 3].map((calling) => ({ calling })), [3], [{ calling: 0, heard: 4_000 }]],
])('of the runs of a process: %s', (_name, runs, expected, ended = []) => {
  expect(brokenOff(runs, ended)).toEqual(expected);
});

it.each<[string, (number | null)[], boolean, number | null]>([
  ['a server that nothing waits for', [], true, null],
  ['one that two calls wait for', [0, 1, 9_000], true, null],
  ['one that three calls wait for', [0, 1, 2], true, null],
  ['one that three calls wait for and a fourth asks', [0, 1, 2, 9_000], false, null],
  ['one that three calls wait for and answers others', [0, 1, 2, 9_000], true, 8_000],
  ['one that a run works with between two calls', [0, 1, 2, null], false, null],
])('whether a further run begins on %s', (_name, callings, expected, answeredAt) => {
  const process = new RunsUnderWay();
  const run = (callingSince: number | null, heardAt: number | null): RunUnderWay => ({
    host: 'a.example',
    ledger: {
      callingSince: callingSince === null ? null : at(callingSince),
      heardAt: heardAt === null ? null : at(heardAt),
    },
    onlyReads: true,
    giveUp: () => undefined,
  });
  const over = run(null, answeredAt);
  process.add(over);
  process.remove(over);
  for (const calling of callings) process.add(run(calling, null));
  expect(process.admits('a.example', at(10_000))).toBe(expected);
  expect(process.admits('b.example', at(10_000))).toBe(true);
});
