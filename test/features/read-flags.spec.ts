import { WholeStage } from './support/whole-stage.js';

const anna = 'anna@example.com';

describe('a read flag', () => {
  let stage: WholeStage;
  let mailbox: string;

  beforeEach(async () => {
    stage = await WholeStage.open({ addresses: [anna] });
    mailbox = await stage.makeMailbox(anna);
  });
  afterEach(() => stage.close());

  const isRead = async () => (await stage.messagesOf(mailbox)).map((message) => message.isRead);

  it('that changed while the server lost the sync state is seen when the folder is enumerated anew', async () => {
    const [item = ''] = await stage.sandbox.control.deliver(anna, { receivedAt: stage.clock.now() });
    while ((await stage.round()) > 0);
    expect(await isRead()).toEqual([false]);

    // From now on the item is listed as one that is new, not as one whose flag changed.
    stage.sandbox.control.markRead(anna, item);
    stage.sandbox.control.invalidateSyncStates(anna);
    stage.clock.advance(120_000);
    while ((await stage.round()) > 0);
    expect(await isRead()).toEqual([true]);
  });
});
