import { v7 as uuid } from 'uuid';
import { SearchCatchUp } from '../../src/features/mail/search/search-catch-up.js';
import { SearchCatchUpStore } from '../../src/features/mail/search/search-catch-up.store.js';
import { SearchWordsStore } from '../../src/features/mail/search/search-words.store.js';
import { recordedLog } from '../support/api.js';
import { succeeded, WholeStage } from './support/whole-stage.js';

let stage: WholeStage;
let other: string;
let ann: string;
let bob: string;

interface Found {
  readonly subject: string;
}
const found = async (query: string, client = stage.client()) =>
  (await client.all(`/v1/messages?limit=2&${query}`)).map(({ subject }: Found) => subject);
const foundOutgoing = async (query: string, client = stage.client()) =>
  (await client.all(`/v1/outgoing-messages?limit=2&${query}`)).map(({ subject }: Found) => subject);

async function deliver(address: string, content: object): Promise<void> {
  await stage.sandbox.control.deliver(address, content);
  stage.clock.advance(1_000);
}

beforeAll(async () => {
  stage = await WholeStage.open({ addresses: ['ann@example.com', 'bob@example.com'] });
  other = await stage.makeProfile();
  ann = await stage.makeMailbox('ann@example.com', { outgoing: true });
  bob = await stage.makeMailbox('bob@example.com', { profileId: other, outgoing: true });
  await deliver('ann@example.com', { subject: 'Offer one', from: 'Dora Künz <dora@shop.example>' });
  await deliver('bob@example.com', { subject: 'Offer two', from: 'erik@shop.example' });
  await deliver('ann@example.com', { subject: 'Lunch', cc: ['cc-person@club.example'] });
  await deliver('ann@example.com', { subject: 'Offer three', from: 'dora@elsewhere.example' });
  await stage.poll();
});
afterAll(() => stage?.close());

describe('messages', () => {
  it('are listed over all mailboxes in reach, newest first, page by page', async () => {
    expect(await found('')).toEqual(['Offer three', 'Lunch', 'Offer two', 'Offer one']);
    expect(await found(`profileId=${other}`)).toEqual(['Offer two']);
    expect(await found(`mailboxId=${ann}`)).toEqual(['Offer three', 'Lunch', 'Offer one']);
    expect(await found(`mailboxId=${ann}&profileId=${other}`)).toEqual([]);
    const both = stage.client(await stage.makeKey(['read'], [stage.profileId, other]));
    expect(await found('', both)).toEqual(['Offer three', 'Lunch', 'Offer two', 'Offer one']);
  });

  it('are found by words, people and addresses', async () => {
    expect(await found('q=offer')).toEqual(['Offer three', 'Offer two', 'Offer one']);
    expect(await found('q=kunz+off')).toEqual(['Offer one']);
    expect(await found('q=dora@shop.example')).toEqual(['Offer one']);
    expect(await found('q=dora@')).toEqual(['Offer three', 'Offer one']);
    expect(await found('q=@shop.example')).toEqual(['Offer two', 'Offer one']);
    expect(await found('q=cc-person@club.example')).toEqual(['Lunch']);
    expect(await found(`q=offer&mailboxId=${ann}`)).toEqual(['Offer three', 'Offer one']);
    expect(await found(`q=offer&profileId=${other}`)).toEqual(['Offer two']);
    expect(await found(`q=${encodeURIComponent(`'&!(offer:*`)}`)).toEqual(['Offer three', 'Offer two', 'Offer one']);
    expect(await found('q=%3F%21')).toEqual([]);
  });

  it('are found between two times', async () => {
    const all = await stage.client().all('/v1/messages');
    const [, lunch, two] = all.map(({ receivedAt }) => encodeURIComponent(receivedAt));
    expect(await found(`from=${lunch}`)).toEqual(['Offer three', 'Lunch']);
    expect(await found(`to=${lunch}&q=offer`)).toEqual(['Offer two', 'Offer one']);
    expect(await found(`from=${two}&to=${lunch}&profileId=${other}`)).toEqual(['Offer two']);
    expect(await found(`mailboxId=${ann}&to=${lunch}`)).toEqual(['Offer one']);
  });

  it('are found within the caller’s reach only', async () => {
    const limited = stage.client(await stage.makeKey(['read'], [other]));
    expect(await found('', limited)).toEqual(['Offer two']);
    expect(await found('q=offer', limited)).toEqual(['Offer two']);
    expect(await found(`q=offer&profileId=${stage.profileId}`, limited)).toEqual([]);
    expect(await found(`profileId=${stage.profileId}`, limited)).toEqual([]);
    expect((await limited.get(`/v1/messages?q=offer&mailboxId=${ann}`)).status).toBe(404);
  });

  it('of a thread are not searched', async () => {
    expect(await stage.client().get(`/v1/messages?threadId=${uuid()}&q=x`)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'q', message: 'cannot be combined with threadId' }] },
    });
  });

  it('of a mailbox that is deleted are gone at once', async () => {
    const mailboxId = await stage.makeMailbox('ann@example.com', { profileId: await stage.makeProfile() });
    await stage.poll();
    expect(await found(`q=lunch&mailboxId=${mailboxId}`)).toEqual(['Lunch']);
    expect((await stage.client().delete(`/v1/mailboxes/${mailboxId}`)).status).toBe(204);
    expect(await found('q=lunch')).toEqual(['Lunch']);
    expect(await found('')).toHaveLength(4);
  });
});

describe('outgoing messages', () => {
  beforeAll(async () => {
    for (const [mailboxId, subject] of [
      [ann, 'First'],
      [bob, 'Second'],
      [ann, 'Third'],
    ])
      succeeded(
        await stage
          .client()
          .post('/v1/outgoing-messages', { mailboxId, to: ['Zoë Doe <zoe@client.example>'], subject, text: 't' }),
      );
    const [third, , first] = await stage.client().all('/v1/outgoing-messages');
    await stage.dataSource.query(`UPDATE outgoing_messages SET state = 'failed' WHERE id = $1`, [third.id]);
    succeeded(await stage.client().post(`/v1/outgoing-messages/${first.id}/cancel`));
  });

  it('are listed in several states together, newest first', async () => {
    expect(await foundOutgoing('state=failed,%20cancelled')).toEqual(['Third', 'First']);
    expect(await foundOutgoing('state=pending,failed,cancelled,sent,sending')).toEqual(['Third', 'Second', 'First']);
    expect(await foundOutgoing('state=pending,pending')).toEqual(['Second']);
    expect((await stage.client().get('/v1/outgoing-messages?state=failed,nonsense')).status).toBe(400);
    expect((await stage.client().get('/v1/outgoing-messages?state=')).status).toBe(400);
  });

  it('are found by words, within the caller’s reach', async () => {
    expect(await foundOutgoing('q=zoe')).toEqual(['Third', 'Second', 'First']);
    expect(await foundOutgoing('q=zoe@client.example&state=failed,pending')).toEqual(['Third', 'Second']);
    expect(await foundOutgoing('q=thi')).toEqual(['Third']);
    expect(await foundOutgoing('q=ann@example.com')).toEqual(['Third', 'First']);
    expect(await foundOutgoing(`q=zoe&mailboxId=${bob}`)).toEqual(['Second']);
    expect(await foundOutgoing('q=...')).toEqual([]);
    const limited = stage.client(await stage.makeKey(['read'], [other]));
    expect(await foundOutgoing('q=zoe', limited)).toEqual(['Second']);
    expect(await foundOutgoing(`q=zoe&profileId=${stage.profileId}`, limited)).toEqual([]);
  });
});

it('what was stored before gets its words in small steps, and what an older process stores later as well', async () => {
  const { dataSource } = stage;
  const before = [await found('q=offer'), await found(''), await foundOutgoing('q=zoe')];
  const forget = async () => {
    await dataSource.query('DELETE FROM message_words');
    await dataSource.query('DELETE FROM outgoing_words');
  };
  const now = async () => [await found('q=offer'), await found(''), await foundOutgoing('q=zoe')];
  const catchUp = new SearchCatchUp(
    dataSource,
    stage.get(SearchCatchUpStore),
    stage.get(SearchWordsStore),
    stage.clock,
    recordedLog().log,
  );
  const done = () =>
    dataSource.query(`SELECT count(done_at)::int AS done, count(walked_at)::int AS walked FROM search_catch_up`);
  await forget();
  expect(await now()).toEqual([[], [], []]);
  await dataSource.query(`UPDATE search_catch_up SET begun_at = $1`, [stage.clock.now()]);
  // Two workers at once.
  await Promise.all([catchUp.step(), catchUp.step()]);
  while (await catchUp.step());
  expect(await now()).toEqual(before);
  expect(await done()).toEqual([{ done: 0, walked: 2 }]);

  await forget();
  while (await catchUp.step());
  expect(await now()).toEqual(before);
  stage.clock.advance(25 * 60 * 60_000);
  while (await catchUp.step());
  expect(await done()).toEqual([{ done: 2, walked: 2 }]);
  await forget();
  expect(await catchUp.step()).toBe(false);
  expect((await now())[0]).toEqual([]);
});
