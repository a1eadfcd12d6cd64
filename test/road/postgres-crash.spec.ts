import { randomUUID } from 'node:crypto';
import { CrashingPostgres } from '../support/crashing-postgres.js';
import { eventually } from '../support/eventually.js';
import { describeOnBothQueues } from '../support/queues.js';
import { addressOf, Road } from '../support/road.js';

const mailboxes = 10;
const rounds = 6;
const each = 3;

describeOnBothQueues('a crash of PostgreSQL in mid-run', (queue) => {
  let postgres: CrashingPostgres;
  let road: Road;
  let refusals: string[];

  beforeEach(async () => {
    refusals = [];
    postgres = await CrashingPostgres.start();
    process.env.POSTROOM_TEST_PG = postgres.url;
    road = await Road.open(queue, { mailboxes });
    await road.synced();
  });
  afterEach(async () => {
    await road?.close();
    await postgres?.remove();
  });

  /** As an application does that repeats what was not answered, by its own key. @returns the Message-ID */
  const send = async (mailboxId: string, body: Record<string, unknown>): Promise<string> => {
    const key = { 'idempotency-key': randomUUID() };
    return eventually(async () => {
      const answer = await road.api.post('/v1/outgoing-messages', { mailboxId, ...body }, key);
      if (answer.status >= 300) refusals.push(`${answer.status} ${answer.body.code}`);
      return answer.status < 300 ? (answer.body.internetMessageId as string) : false;
    });
  };

  it('loses no mail, doubles none, and blames no server', async () => {
    const sent: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const work = road.mailboxIds.map(async (mailboxId, index) => {
        await road.exchange.deliver(addressOf(index + 1), { count: each, subject: `round ${round}` });
        const to = [addressOf(((index + 1) % mailboxes) + 1)];
        sent.push(await send(mailboxId, { to, subject: `letter ${round}`, text: 'x' }));
      });
      const crashNow = await (round % 2 === 0 ? postgres.readyToStop() : postgres.readyToKill());
      await Promise.race(work);
      await crashNow();
      await Promise.all(work);
    }
    // That the database is away is said as such.
    expect(refusals.filter((refusal) => refusal !== '503 unavailable')).toEqual([]);
    // What a run held when it was cut off is taken over when its lease has run out.
    await road.hasEverywhere(rounds * (each + 1));
    for (const id of sent) expect(road.exchange.deliveriesOf(id)).toHaveLength(1);
    await eventually(async () =>
      expect(await road.api.all('/v1/outgoing-messages?limit=200&state=sent')).toHaveLength(sent.length),
    );
    expect(await road.feed('message.received')).toHaveLength(mailboxes * rounds * (each + 1));
    expect(await road.api.all('/v1/mailboxes?state=failed')).toEqual([]);
    expect(await road.incidents()).toEqual([]);
  });
});
