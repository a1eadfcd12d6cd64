import fc from 'fast-check';
import { v7 as uuid } from 'uuid';
import type { QueryRunner } from 'typeorm';
import { eventTypes, type EventType } from '../../src/features/feed/event.js';
import { EventsStore } from '../../src/features/feed/events.store.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient } from '../support/api.js';
import { WholeStage, succeeded } from './support/whole-stage.js';

let stage: WholeStage;
beforeAll(async () => {
  stage = await WholeStage.open({ poolSize: 30 });
});
afterAll(() => stage?.close());

const writers = 8;

interface Writer {
  runner: QueryRunner | null;
  written: string[];
}

/** Reads the feed as a caller does that keeps nextCursor. */
class Reader {
  readonly seen: string[] = [];
  private cursor: string | null = null;

  constructor(
    private readonly client: ApiClient,
    private readonly types: readonly EventType[] | null = null,
  ) {}

  /** @returns how many events came */
  async read(limit: number): Promise<number> {
    const parameters = new URLSearchParams({ limit: String(limit) });
    if (this.cursor !== null) parameters.set('after', this.cursor);
    if (this.types) parameters.set('types', this.types.join(','));
    const { items, nextCursor } = succeeded(await this.client.get(`/v1/events?${parameters.toString()}`));
    this.seen.push(...items.map((event: { subjectId: string }) => event.subjectId));
    this.cursor = nextCursor;
    return items.length;
  }

  async readToEnd(): Promise<void> {
    while ((await this.read(200)) > 0);
  }
}

type Step =
  | {
      readonly do: 'write';
      readonly writer: number;
      readonly count: number;
      readonly type: EventType;
      readonly profile: number;
    }
  | { readonly do: 'commit' | 'rollback'; readonly writer: number }
  | { readonly do: 'read'; readonly reader: number; readonly limit: number };

const writer = fc.nat(writers - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      writer,
      count: fc.integer({ min: 1, max: 5 }),
      type: fc.constantFrom(...eventTypes),
      profile: fc.nat(1),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('commit' as const), writer }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rollback' as const), writer }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      reader: fc.nat(2),
      limit: fc.integer({ min: 1, max: 7 }),
    }),
  },
);

describe('a reader by cursor', () => {
  it('gets every committed event once, whatever overlaps and in whichever order it commits', async () => {
    const profiles = [stage.profileId, await stage.makeProfile()];
    const limited = await stage.makeKey(['read'], [profiles[1] ?? '']);
    const types: EventType[] = ['mailbox.failed', 'message.received', 'incident.closed'];
    const readers = [
      { reader: new Reader(stage.client()), wants: () => true },
      { reader: new Reader(stage.client(), types), wants: (type: EventType) => types.includes(type) },
      { reader: new Reader(stage.client(limited)), wants: (_: EventType, profile: number) => profile === 1 },
    ];
    const events = stage.get(EventsStore);
    const wanted = new Map<string, boolean[]>();
    const committed: string[] = [];

    const end = async (one: Writer, how: 'commit' | 'rollback') => {
      if (!one.runner) return;
      if (how === 'commit') {
        await one.runner.commitTransaction();
        committed.push(...one.written);
      } else {
        await one.runner.rollbackTransaction();
      }
      await one.runner.release();
      one.runner = null;
      one.written = [];
    };

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80 }), async (steps) => {
        const open: Writer[] = Array.from({ length: writers }, () => ({ runner: null, written: [] }));
        for (const next of steps) {
          if (next.do === 'read') {
            await readers[next.reader]?.reader.read(next.limit);
            continue;
          }
          const one = open[next.writer];
          if (!one) continue;
          if (next.do !== 'write') {
            await end(one, next.do);
            continue;
          }
          if (!one.runner) {
            one.runner = stage.dataSource.createQueryRunner();
            await one.runner.startTransaction();
          }
          const ids = Array.from({ length: next.count }, () => uuid());
          for (const id of ids)
            wanted.set(
              id,
              readers.map(({ wants }) => wants(next.type, next.profile)),
            );
          one.written.push(...ids);
          const profileId = profiles[next.profile] ?? '';
          await events.append(
            one.runner.manager,
            ids.map((subjectId) => ({ type: next.type, profileId, mailboxId: null, subjectId, data: {} })),
            stage.clock.now(),
          );
        }
        for (const one of open) await end(one, 'commit');
        for (const [index, { reader }] of readers.entries()) {
          const expected = committed.filter((id) => wanted.get(id)?.[index]).sort();
          await eventually(async () => {
            await reader.readToEnd();
            return reader.seen.length >= expected.length;
          });
          expect([...reader.seen].sort()).toEqual(expected);
        }
      }),
      { numRuns: 25 },
    );
    // A reader that comes late sees the same, in the same order.
    const late = new Reader(stage.client());
    await late.readToEnd();
    expect(late.seen).toEqual(readers[0]?.reader.seen);
  });

  it('gets events of many connections that write at once, while it reads', async () => {
    const events = stage.get(EventsStore);
    const reader = new Reader(stage.client(), ['outgoing.sent']);
    await reader.readToEnd();
    const before = reader.seen.length;
    const written: string[] = [];
    let writing = true;
    const reading = (async () => {
      while (writing) await reader.read(50);
    })();
    await Promise.all(
      Array.from({ length: 12 }, async () => {
        for (let turn = 0; turn < 25; turn += 1) {
          const ids = [uuid(), uuid()];
          written.push(...ids);
          await stage.dataSource.transaction(async (manager) => {
            for (const subjectId of ids)
              await events.append(
                manager,
                [{ type: 'outgoing.sent', profileId: stage.profileId, mailboxId: null, subjectId, data: {} }],
                stage.clock.now(),
              );
          });
        }
      }),
    );
    writing = false;
    await reading;
    await eventually(async () => {
      await reader.readToEnd();
      return reader.seen.length - before >= written.length;
    });
    expect(reader.seen.slice(before).sort()).toEqual(written.sort());
  });
});

it('tells of an unknown type which ones there are', async () => {
  const answer = await stage.client().get('/v1/events?types=mailbox.failed,nonsense');
  expect([answer.status, answer.body.errors[0].message]).toEqual([400, expect.stringContaining('message.received')]);
});
