import { ForeignStage } from './support/foreign-stage.js';
import { rich } from './support/samples.js';

let stage: ForeignStage;

beforeAll(async () => {
  stage = await ForeignStage.open();
});
afterAll(() => stage.close());

/** Rounds until the message is sent or failed. */
async function ended(id: string) {
  for (let round = 0; round < 300; round += 1) {
    await stage.sending.round();
    const message = await stage.sending.message(id);
    if (message.state === 'sent' || message.state === 'failed') return message;
    stage.clock.advance(10_000);
  }
  throw new Error(`does not end: ${JSON.stringify(await stage.sending.message(id))}`);
}

describe('sending on a server that leaves the draft where it was', () => {
  it('never sends again what may have been delivered, once a send has shown how the server behaves', async () => {
    const place = await stage.place({ draftStays: true, sentCopy: 'none', foreignWrappers: true });
    await place.send(1, { to: [place.address(2)], subject: 'The first', text: 'x' });
    place.server.loseAnswer('SendItem');
    const doubtful = await stage.sending.accept(place.id(1), {
      to: [place.address(2)],
      subject: 'In doubt',
      text: 'x',
    });
    const next = await stage.sending.accept(place.id(1), { to: [place.address(2)], subject: 'The next', text: 'x' });
    const before = stage.clock.now().getTime();
    expect(await stage.sending.until(next.id, 'sent')).toMatchObject({ state: 'sent' });
    expect(stage.clock.now().getTime() - before).toBeLessThanOrEqual(60_000);
    expect(await ended(doubtful.id)).toMatchObject({ state: 'failed', mayHaveBeenSent: true });
    for (const subject of ['The first', 'In doubt', 'The next']) expect(place.deliveriesOf(subject)).toHaveLength(1);
  });

  it('sends at most twice what is in doubt when nothing is known of the server yet', async () => {
    const place = await stage.place({ draftStays: true, sentCopy: 'none' });
    for (const _ of [1, 2, 3, 4]) place.server.loseAnswer('SendItem');
    const { id } = await stage.sending.accept(place.id(1), { to: [place.address(2)], subject: 'In doubt', text: 'x' });
    expect(await ended(id)).toMatchObject({ state: 'failed', mayHaveBeenSent: true });
    expect(place.deliveriesOf('In doubt').length).toBeLessThanOrEqual(2);
  });
});

describe('sending what the server will not have', () => {
  it('fails before it is sent when an attached message is dropped whatever is tried, and names it', async () => {
    const place = await stage.place({ dropsAttachedMessages: 'always' });
    await place.server.deliver(place.address(1), await rich(place.address(1), 'Original'));
    await place.received(async () => expect(await place.subjects(1)).toEqual(['Original']));
    const original = await place.message(1, 'Original');
    const { id } = await stage.sending.accept(place.id(1), {
      to: [place.address(2)],
      subject: 'Forward',
      text: 'See below',
      forwardOfMessageId: original.id,
      attachOriginal: true,
    });
    const failed = await ended(id);
    expect(failed).toMatchObject({ state: 'failed', mayHaveBeenSent: false });
    expect(`${failed.failure.message} ${failed.failure.cause}`).toContain('Original');
    expect(place.server.deliveries).toEqual([]);
    await place.send(1, { to: [place.address(2)], subject: 'After it', text: 'x' });
    expect(place.deliveriesOf('After it')).toHaveLength(1);
  });

  it.each([
    ['HTTP 500', {}],
    ['HTTP 200', { faultsWithStatus200: true }],
  ])('says in the server’s own words why it refused a message, by a fault with %s', async (_, quirks) => {
    const place = await stage.place({ ...quirks, draftStays: true });
    const nobody = place.address(2).replace('m2', 'nobody');
    const refused = await stage.sending.accept(place.id(1), { to: [nobody], subject: 'To nobody', text: 'x' });
    const good = await stage.sending.accept(place.id(1), { to: [place.address(2)], subject: 'To somebody', text: 'x' });
    const before = stage.clock.now().getTime();
    await stage.sending.until(good.id, 'sent');
    expect(stage.clock.now().getTime() - before).toBeLessThanOrEqual(60_000);
    const message = await ended(refused.id);
    expect(message).toMatchObject({ state: 'failed', failure: { message: expect.stringContaining('E-3117') } });
    expect(place.deliveriesOf('To nobody')).toEqual([]);
    expect(place.deliveriesOf('To somebody')).toHaveLength(1);
    expect(await stage.whole.mailbox(place.id(1))).toMatchObject({ state: 'active' });
  });
});
