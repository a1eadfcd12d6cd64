import { describeWithRedis, startRedis, type TestRedis } from './redis.js';

/** Where the jobs of a test wait: in the test's own database, or on a Redis server. */
export interface TestQueue {
  readonly name: 'PostgreSQL' | 'Redis';
  /** Null: on PostgreSQL. */
  redis(): TestRedis | null;
}

/** The same tests twice, once on each queue; those on Redis are skipped by name where there is none. */
export function describeOnBothQueues(name: string, tests: (queue: TestQueue) => void): void {
  describeOnPostgres(`${name}, queue on PostgreSQL`, tests);
  describeOnRedis(name, tests);
}

/** Tests of what a queue has no part in: a job is only a hint, and one queue gives it as well as the other. */
export function describeOnPostgres(name: string, tests: (queue: TestQueue) => void): void {
  describe(name, () => tests({ name: 'PostgreSQL', redis: () => null }));
}

export function describeOnRedis(name: string, tests: (queue: TestQueue) => void): void {
  describeWithRedis(`${name}, queue on Redis`, () => {
    let redis: TestRedis | null = null;
    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(() => redis?.stop());
    tests({ name: 'Redis', redis: () => redis });
  });
}
