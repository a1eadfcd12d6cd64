import { pauseBefore, Recurring } from '../../src/platform/clock/recurring.js';
import { recordedLog } from '../support/api.js';
import { eventually } from '../support/eventually.js';

describe('a recurring task', () => {
  it('runs again and again, never twice at once, and at once while there is more', async () => {
    let [runs, running, most] = [0, 0, 0];
    const { log } = recordedLog();
    const task = new Recurring(
      {
        name: 'test',
        everyMs: 60_000,
        run: async () => {
          running += 1;
          most = Math.max(most, running);
          await Promise.resolve();
          running -= 1;
          return (runs += 1) < 100;
        },
      },
      log,
    );
    task.start();
    task.start();
    await eventually(() => runs === 100);
    await task.stop();
    expect([runs, most]).toEqual([100, 1]);
  });

  it('goes on after failures, told once until it works again', async () => {
    let runs = 0;
    const { log, logged } = recordedLog();
    const run = async () => {
      runs += 1;
      if (runs <= 4) throw new Error('the database is away');
      return false;
    };
    const task = new Recurring({ name: 'patient', everyMs: 1, run }, log);
    task.start();
    await eventually(() => runs > 5);
    await task.stop();
    const lines = logged()
      .split('\n')
      .filter((line) => line.includes('patient'));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('the database is away');
    expect(lines[1]).toContain('works again');
  });

  it('stops in the middle of a pause, and waits for a run under way', async () => {
    const { log } = recordedLog();
    const order: string[] = [];
    let letGo = () => undefined as void;
    const run = async (signal: AbortSignal) => {
      order.push('begun');
      await new Promise<void>((resolve) => (letGo = resolve));
      order.push(signal.aborted ? 'ended, told to stop' : 'ended');
      return false;
    };
    const task = new Recurring({ name: 'slow', everyMs: 3_600_000, run }, log);
    task.start();
    await eventually(() => order.length === 1);
    const stopped = task.stop().then(() => order.push('stopped'));
    letGo();
    await stopped;
    expect(order).toEqual(['begun', 'ended, told to stop', 'stopped']);
  });

  it.each([
    ['as long as it is meant to be', 200, 0, 200],
    ['as long as it is meant to be, however long that is', 600_000, 0, 600_000],
    ['doubled by each failure', 200, 3, 1_600],
    ['half a minute at most after failures', 200, 40, 30_000],
    ['not longer after failures than it is anyway', 3_600_000, 3, 3_600_000],
    ['not shorter after failures either', 40_000, 1, 40_000],
  ])('has a pause %s', (_what, everyMs, failures, expected) => {
    expect(pauseBefore(everyMs, failures)).toBe(expected);
  });

  it('with a pause longer than the cap of failures does not run again within it', async () => {
    const { log } = recordedLog();
    const pauses: number[] = [];
    const task: Recurring = new Recurring(
      { name: 'hourly', everyMs: 3_600_000, run: () => Promise.resolve(false) },
      log,
      async (ms) => {
        pauses.push(ms);
        if (pauses.length === 3) void task.stop();
      },
    );
    task.start();
    await eventually(() => pauses.length === 3);
    await task.stop();
    expect(pauses).toEqual([3_600_000, 3_600_000, 3_600_000]);
  });

  it('that was never started stops', async () => {
    const { log } = recordedLog();
    await new Recurring({ name: 'idle', everyMs: 1, run: async () => false }, log).stop();
  });
});
