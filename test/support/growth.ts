import fc from 'fast-check';

/** Ms of this process's own time below which nothing is compared: what is not linear takes many times as long. */
const floorMs = 400;
/** Four times the input may take so many times as long: linear is 4, quadratic 16. */
const maxTimes = 10;

/** A collection of the whole heap of a worker that ran many suites takes longer than most of what is measured here. */
const maxRuns = 5;

/** Time of the processor rather than of the clock, the least of some runs: other processes have no part in it. */
export async function costOf(run: () => unknown): Promise<number> {
  let least = Infinity;
  for (let count = 0; count < maxRuns; count += 1) {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
    if (least < floorMs) break;
  }
  return least;
}

/**
 * Holds that reading four times as much takes about four times as long.
 * @param size of the smaller input, in characters
 */
export async function expectLinear<T>(
  make: (size: number) => T,
  read: (input: T) => unknown,
  size: number,
): Promise<void> {
  const [small, large] = [make(size), make(4 * size)];
  const costOfLarge = await costOf(() => read(large));
  if (costOfLarge < floorMs) return;
  expect(costOfLarge).toBeLessThan(maxTimes * (await costOf(() => read(small))));
}

/** What formats of mail and of the web are put together of, in any order. */
const pieces = [
  ...'\n\r\t !"#%&\'()*+,-./0:;<=>?@A[\\]_{|}~\u00e4\u4e2d',
  ...[
    '\u{1f600}',
    '\r\n',
    '\n\n',
    '\r\n ',
    '=?',
    '?=',
    '=?utf-8?B?QUFB?=',
    '=?utf-8?Q?=41?= ',
    '=41',
    '=\r\n',
    "*0*=''%41",
  ],
  ...[
    'a@b.c',
    '<a@b.c>',
    '--',
    '--b',
    '--b\n',
    '--b--\n',
    'boundary=',
    'cid:',
    '&amp;',
    '&#65;',
    '<!--',
    '-->',
    '<!---->',
  ],
  ...['<style', '<script>', '</style>', '<html>', '<?xml ', ']]>', '<![CDATA[', 'Re: ', 'Content-Type: text/plain\n'],
];

/** Text of one short piece over and over, of any length. */
export const repetition: fc.Arbitrary<(size: number) => string> = fc
  .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 5 })
  .map((some) => (size: number) => some.join('').repeat(Math.ceil(size / some.join('').length)));

/** What is asked for first, so that a fault is seen without luck: each piece alone. */
export const alone: [(size: number) => string][] = pieces.map((piece) => [
  (size) => piece.repeat(Math.ceil(size / piece.length)),
]);
