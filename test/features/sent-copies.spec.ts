import { MailboxRuns } from '../../src/features/mailboxes/mailbox-runs.js';
import { OutgoingRun } from '../../src/features/mail/outgoing/outgoing-run.js';
import { LeaseLost, leaseMs } from '../../src/features/scheduling/work.js';
import { itKeepsToTheSchema, SendingStage } from './support/sending-stage.js';

const ada = 'ada@example.com';
const minute = 60_000;

describe('a message that is to leave no copy', () => {
  let stage: SendingStage;
  let mailboxId: string;

  beforeEach(async () => {
    stage = await SendingStage.open([ada, 'bob@example.com']);
    mailboxId = await stage.makeMailbox(ada, { incoming: false });
    await stage.settle();
  });
  afterEach(() => stage.close());

  const accept = () => stage.accept(mailboxId, { saveToSentItems: false });
  const deliveriesOf = (message: { internetMessageId: string }) =>
    stage.control.deliveriesOf(message.internetMessageId);
  const left = () =>
    ['drafts', 'outbox', 'sentitems', 'deleteditems'].flatMap((folder) => stage.control.listItems(ada, folder));
  const copies = () => stage.whole.dataSource.query<{ looks: number }[]>('SELECT looks FROM outgoing_copies');

  it('goes out once and leaves none, while others keep theirs', async () => {
    const kept = await stage.accept(mailboxId);
    const accepted = await accept();
    expect(accepted).toMatchObject({ saveToSentItems: false });
    await stage.settle();
    expect(await stage.message(accepted.id)).toMatchObject({ state: 'sent' });
    expect(deliveriesOf(accepted)).toHaveLength(1);
    expect(left().map((item) => item.internetMessageId)).toEqual([kept.internetMessageId]);
    expect(await copies()).toEqual([]);
    stage.clock.advance(60 * minute);
    await expect(stage.round()).resolves.toBe(0);
  });

  it.each([
    ['CreateItem', { dropAfterCommit: true }],
    ['SendItem', { dropBefore: true }],
    ['SendItem', { dropAfterCommit: true }],
    ['SendItem', { truncate: true }],
    ['SendItem', { http: 500, body: 'oops' }],
    ['FindItem', { dropAfterCommit: true }],
    ['FindItem', { itemError: 'ErrorInternalServerError' }],
    ['DeleteItem', { dropBefore: true }],
    ['DeleteItem', { dropAfterCommit: true }],
    ['DeleteItem', { itemError: 'ErrorCannotDeleteObject' }],
  ] as const)('does so after %s %j', async (operation, fault) => {
    stage.control.injectFault({ operation, times: 1, fault });
    const accepted = await accept();
    await stage.until(accepted.id, 'sent');
    for (let step = 0; step < 100 && (await copies()).length > 0; step += 1) {
      stage.clock.advance(minute);
      await stage.settle();
    }
    expect(deliveriesOf(accepted)).toHaveLength(1);
    expect(left()).toEqual([]);
    expect(await copies()).toEqual([]);
    expect(await stage.message(accepted.id)).toMatchObject({ state: 'sent', failure: null });
  });

  it('goes on sending although one copy is denied', async () => {
    const denied = await accept();
    stage.control.injectFault({ operation: 'DeleteItem', times: 100, fault: { itemError: 'ErrorAccessDenied' } });
    await stage.settle();
    expect(await stage.message(denied.id)).toMatchObject({ state: 'sent' });
    // The run ended well, so that the next message goes out at once.
    const next = await stage.accept(mailboxId);
    await stage.settle();
    expect(await stage.message(next.id)).toMatchObject({ state: 'sent' });
    expect(await copies()).toEqual([{ looks: 1 }]);
    expect((await stage.http.get(`/v1/mailboxes/${mailboxId}`)).body).toMatchObject({ state: 'active', failure: null });
  });

  it('does so wherever the worker dies', async () => {
    for (let point = 0; ; point += 1) {
      const accepted = await accept();
      const [claim] = await stage.whole.claim();
      const lease = { ...claim!, kind: 'outgoing' } as const;
      let calls = 0;
      let died = false;
      const pass = () => {
        if (died || calls++ === point) {
          died = true;
          throw new LeaseLost(lease);
        }
      };
      const surround = async <T>(act: () => Promise<T>): Promise<T> => {
        pass();
        const result = await act();
        pass();
        return result;
      };
      await stage.whole.get(MailboxRuns).carryOut(lease, new AbortController().signal, (run) =>
        stage.whole.get(OutgoingRun).perform({
          ...run,
          commit: (write, also) => surround(() => run.commit(write, also)),
          session: new Proxy(run.session, {
            get: (target, name) => {
              const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
              return (...args: unknown[]) => surround(() => Reflect.apply(method, target, args));
            },
          }),
        }),
      );
      if (died) stage.clock.advance(leaseMs + 1);
      await stage.until(accepted.id, 'sent');
      stage.clock.advance(minute);
      await stage.settle();
      expect({ point, deliveries: deliveriesOf(accepted).length, left: left() }).toEqual({
        point,
        deliveries: 1,
        left: [],
      });
      if (!died) {
        // Five transactions and four calls, before and after each.
        expect(point).toBe(18);
        return;
      }
    }
  });

  it('gives up a copy that its owner moved away, and lets it hold up nothing', async () => {
    stage.control.injectFault({ operation: 'FindItem', times: 1, fault: { itemError: 'ErrorInternalServerError' } });
    await accept();
    await stage.round();
    const [copy] = stage.control.listItems(ada, 'sentitems');
    stage.control.moveItem(ada, copy!.id, 'inbox');
    for (let step = 0; step < 200 && (await copies()).length > 0; step += 1) {
      stage.clock.advance(minute);
      await stage.settle();
    }
    expect(await copies()).toEqual([]);
    expect(stage.control.listItems(ada, 'inbox')).toHaveLength(1);
    expect(stage.whole.logged()).toContain('may be left in Sent Items');
    const other = await stage.accept(mailboxId);
    await stage.settle();
    expect(await stage.message(other.id)).toMatchObject({ state: 'sent' });
  });

  it('waits with the mailbox when impersonation is denied in between', async () => {
    // Denied is every call, not only the search: the folder that is opened to find that out, too.
    for (const operation of ['FindItem', 'GetFolder'])
      stage.control.injectFault({ operation, times: 1, fault: { code: 'ErrorImpersonateUserDenied' } });
    const accepted = await accept();
    await stage.round();
    expect(await stage.message(accepted.id)).toMatchObject({ state: 'sent' });
    expect(await stage.whole.mailbox(mailboxId)).toMatchObject({ state: 'verifying' });
    stage.clock.advance(2 * minute);
    await stage.settle();
    expect(await stage.whole.mailbox(mailboxId)).toMatchObject({ state: 'active' });
    expect(left()).toEqual([]);
  });

  itKeepsToTheSchema();
});
