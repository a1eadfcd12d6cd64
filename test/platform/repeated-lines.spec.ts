import { RepeatedLines } from '../../src/platform/log/repeated-lines.js';

function recorded() {
  const lines: [object, string][] = [];
  const ends: (() => void)[] = [];
  const repeated = new RepeatedLines(
    { warn: ((facts: object, message: string) => void lines.push([facts, message])) as never },
    (end) => void ends.push(end),
  );
  const fail = (profileId: string, mailboxId: number) =>
    repeated.warn(`${profileId} Http401`, { profileId, code: 'Http401' }, { mailboxId }, 'a run failed');
  return { lines, fail, repeated, minutePasses: () => ends.splice(0).forEach((end) => end()) };
}

it('says what ten thousand said in a few lines, with their number', () => {
  const { lines, fail, minutePasses } = recorded();
  for (let index = 1; index <= 10_000; index += 1) fail('p1', index);
  expect(lines).toHaveLength(3);
  minutePasses();
  expect(lines).toHaveLength(4);
  expect(lines[0]).toEqual([{ profileId: 'p1', code: 'Http401', mailboxId: 1 }, 'a run failed']);
  expect(lines[3]).toEqual([
    { profileId: 'p1', code: 'Http401', times: 9_997 },
    'a run failed, further times within a minute',
  ]);
});

it('writes a few as they come, and each kind of its own', () => {
  const { lines, fail, minutePasses } = recorded();
  for (const profileId of ['p1', 'p2']) for (let index = 1; index <= 3; index += 1) fail(profileId, index);
  minutePasses();
  expect(lines).toHaveLength(6);
  fail('p1', 4);
  expect(lines).toHaveLength(7);
});

it('owes nothing when the process ends', () => {
  const { lines, fail, repeated } = recorded();
  for (let index = 1; index <= 5; index += 1) fail('p1', index);
  repeated.flush();
  expect(lines).toHaveLength(4);
  expect(lines[3]?.[0]).toMatchObject({ times: 2 });
});
