import { SendingStage } from './support/sending-stage.js';
import { TimelineReader } from './support/timeline-stage.js';

let stage: SendingStage;
let mailboxId: string;
const timeline = new TimelineReader(() => stage.whole);

beforeEach(async () => {
  stage = await SendingStage.open(['ada@example.com', 'bob@example.com']);
  mailboxId = await stage.makeMailbox('ada@example.com', { maxSendsPerMinute: 2 });
  await stage.settle();
});
afterEach(() => stage.close());

it('tells how many messages went out, and that the others wait for the limit', async () => {
  const began = stage.clock.now().getTime();
  for (const subject of ['one', 'two', 'three']) await stage.accept(mailboxId, { subject });
  await stage.settle();
  const status = await timeline.status(mailboxId);
  expect(status).toMatchObject({
    well: false,
    verdict: 'Sending waits: the mailbox has sent as much as its limit allows in a minute',
    reasons: [{ code: 'sending-held', until: new Date(began + 60_000).toISOString() }, { code: 'next-poll' }],
  });
  expect(await timeline.told(mailboxId, 'run')).toMatchObject([
    {
      title: '2 messages sent',
      details: { kind: 'outgoing', counts: { sent: 2 }, nextWhy: 'message-due', nextAt: status.reasons[0].until },
    },
  ]);
  expect(JSON.stringify(await timeline.page(mailboxId))).not.toMatch(/three|Hello Bob/);
  stage.clock.advance(61_000);
  await stage.settle();
  expect(await timeline.codes(mailboxId)).toEqual(['next-poll']);
});

it('tells what the server’s quota holds', async () => {
  stage.control.injectFault({ operation: 'SendItem', times: 1, fault: { itemError: 'ErrorSubmissionQuotaExceeded' } });
  await stage.accept(mailboxId);
  await stage.settle();
  const { heldUntil } = await stage.sendingOf(mailboxId);
  expect(await timeline.status(mailboxId)).toMatchObject({
    verdict: 'Sending waits: the server’s quota for the mailbox is used up',
    reasons: [{ code: 'sending-held', until: heldUntil }, { code: 'next-poll' }],
  });
  expect(await timeline.titles(mailboxId, 'run')).toEqual(['1 message held by the server’s quota']);
});

it('tells an item that cannot be read', async () => {
  await stage.control.deliver('ada@example.com', { subject: 'a secret subject', count: 2 });
  stage.control.injectFault({ operation: 'GetItem', times: 100, fault: { itemError: 'ErrorContentConversionFailed' } });
  await stage.receive();
  const [run] = await timeline.told(mailboxId, 'run');
  expect(run).toMatchObject({ title: '2 items could not be read', details: { counts: { unreadable: 2 } } });
  const items = await timeline.told(mailboxId, 'item-failure');
  expect(items).toMatchObject([
    {
      title: 'An item could not be read (ErrorContentConversionFailed), tried once so far',
      code: 'ErrorContentConversionFailed',
      until: expect.any(String),
    },
    { links: { itemFailures: `/v1/mailboxes/${mailboxId}/item-failures` } },
  ]);
  expect(JSON.stringify(await timeline.page(mailboxId))).not.toContain('a secret subject');
});
