import { eventually } from '../support/eventually.js';
import { describeOnRedis } from '../support/queues.js';
import { addressOf, Road } from '../support/road.js';

const mailboxes = 20;
const rounds = 5;
const each = 4;

describeOnRedis('losing the queue in mid-run', (queue) => {
  let road: Road;

  afterEach(() => road.close());

  it.each([
    ['emptied again and again', () => queue.redis()?.flush()],
    ['away for a while and empty when it comes back', () => restarted()],
  ])('loses no mail and doubles none when Redis is %s', async (_, lose) => {
    road = await Road.open(queue, { mailboxes });
    await road.synced();
    const sent: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const work = road.mailboxIds.map(async (mailboxId, index) => {
        await road.exchange.deliver(addressOf(index + 1), { count: each, subject: `round ${round}` });
        const to = [addressOf(((index + 1) % mailboxes) + 1)];
        const body = { mailboxId, to, subject: `letter ${round}`, text: 'x' };
        const answer = await road.api.post('/v1/outgoing-messages', body);
        expect(answer.status).toBeLessThan(300);
        sent.push(answer.body.internetMessageId);
      });
      await Promise.all([...work, lose()]);
      await lose();
    }
    await road.hasEverywhere(rounds * (each + 1));
    for (const id of sent) expect(road.exchange.deliveriesOf(id)).toHaveLength(1);
    expect(await road.api.all('/v1/outgoing-messages?limit=200&state=sent')).toHaveLength(sent.length);
    expect(await road.feed('message.received')).toHaveLength(mailboxes * rounds * (each + 1));
    expect(await road.api.all('/v1/mailboxes?state=failed')).toEqual([]);
  });

  async function restarted(): Promise<void> {
    if (process.env.REDIS_URL) return queue.redis()?.flush();
    const noticed = () => eventually(async () => (await road.api.get('/health/ready')).status === 503);
    await queue.redis()?.restart(async () => void (await noticed()));
    await eventually(async () => (await road.api.get('/health/ready')).status === 200);
  }
});
