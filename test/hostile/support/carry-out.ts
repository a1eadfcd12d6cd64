import { WholeStage } from '../../features/support/whole-stage.js';
import { catalogue } from '../faults/catalogue.js';
import { Dice } from './dice.js';
import { HostileWorld } from './hostile-world.js';
import { hiddenLosses, stillSick, violationsOf } from './invariants.js';
import { describeFault } from './plan.js';

const only = process.env['POSTROOM_HOSTILE_SEED'];
const first = Number(process.env['POSTROOM_HOSTILE_FIRST'] ?? 1);
const count = Number(process.env['POSTROOM_HOSTILE_SEEDS'] ?? 200);
/** In one test, so that a file tells how far it is. */
const perTest = 25;

/** Kinds that have changed a request or an answer in this file's seeds. */
const bitten = new Set<string>();
let stage: WholeStage;

/** @returns what is wrong, and the faults of the seed; empty when all promises were kept */
async function carryOut(seed: number): Promise<string[]> {
  const chance = new Dice(seed).fork('postroom');
  const random = jest.spyOn(Math, 'random').mockImplementation(() => chance.next());
  const world = await HostileWorld.open(stage, seed);
  const violations = new Set<string>();
  let wellAfterMs: number | null = null;
  try {
    const note = (found: readonly string[]) => found.forEach((violation) => violations.add(violation));
    await world.throughTheFaults(async () => note(await hiddenLosses(stage, world)));
    let sick: string[] = [];
    wellAfterMs = await world.untilWell(async () => (sick = await stillSick(stage, world)).length === 0);
    if (wellAfterMs === null) note(sick.map((what) => `a day after the last fault: ${what}`));
    note(await violationsOf(stage, world));
  } catch (error) {
    violations.add(String((error as Error).stack));
  } finally {
    for (const kind of world.bitten) bitten.add(kind);
    await world.close();
    random.mockRestore();
  }
  if (only !== undefined) tell(world, wellAfterMs);
  return violations.size === 0 ? [] : [...violations, ...world.plan.faults.map(describeFault)];
}

function tell({ plan, proxy }: HostileWorld, wellAfterMs: number | null): void {
  const lines = [
    ...plan.faults.map(describeFault),
    ...plan.messages.map((message) => JSON.stringify(message)),
    ...plan.sends.map((send) => JSON.stringify(send)),
    ...proxy.log,
    stage.logged(),
    `${proxy.log.length} calls; well ${wellAfterMs === null ? 'never' : `after ${wellAfterMs / 1_000} s`}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/**
 * Carries out each second seed, beginning with the first or the second one: two files have two workers.
 * POSTROOM_HOSTILE_SEED names one seed, of which all is told; POSTROOM_HOSTILE_SEEDS says how many, of both files
 * together, and POSTROOM_HOSTILE_FIRST where they begin.
 */
export function itKeepsItsPromises(half: 0 | 1): void {
  const all = only === undefined ? Array.from({ length: count }, (_, index) => first + index) : [Number(only)];
  const seeds = all.filter((seed) => seed % 2 === half);
  if (seeds.length === 0) {
    it.skip('has no seeds in this file', () => undefined);
    return;
  }
  const parts = Array.from({ length: Math.ceil(seeds.length / perTest) }, (_, part) =>
    seeds.slice(part * perTest, (part + 1) * perTest),
  );

  beforeAll(async () => {
    stage = await WholeStage.open({ recordLog: only !== undefined });
  });
  afterAll(() => stage?.close());

  it.each(parts.map((part) => [part[0], part.at(-1), part] as const))(
    'keeps its promises on the servers of the seeds %s to %s',
    async (_first, _last, part) => {
      const broken: string[] = [];
      for (const seed of part) {
        const wrong = await carryOut(seed);
        const command = `POSTROOM_HOSTILE_SEED=${seed} npx jest -i test/hostile`;
        if (wrong.length > 0) broken.push([`seed ${seed}, repeated by ${command}`, ...wrong].join('\n    '));
      }
      expect(broken.join('\n\n')).toBe('');
    },
    1_800_000,
  );

  if (seeds.length < 100) return;
  it('met every kind of fault', () => {
    expect(catalogue.map(({ name }) => name).filter((name) => !bitten.has(name))).toEqual([]);
  });
}
