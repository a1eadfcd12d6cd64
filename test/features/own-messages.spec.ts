import { randomUUID } from 'node:crypto';
import { isOwnMessage, ownTokenOf, type MessageSigns } from '../../src/features/mailboxes/own-test-id.js';
import { ewsError } from '../support/ews-answers.js';
import { SpoilingProxy } from '../support/spoiling-proxy.js';
import { settle } from './support/work.js';
import { succeeded, WholeStage } from './support/whole-stage.js';

const token = '0f8b3c1e-5a7d-4c7e-9b1a-2d3e4f5a6b7c';
const ada = 'ada@example.com';

describe('what names a message of ours', () => {
  const signs = (more: Partial<MessageSigns>): MessageSigns => ({ internetMessageId: '<made-up@server>', ...more });
  const byElse = { token, byMessageId: false };
  const rows: [string, MessageSigns, ReturnType<typeof ownTokenOf>][] = [
    ['its Message-ID', signs({ internetMessageId: `<postroom-test-${token}@x>` }), { token, byMessageId: true }],
    ['that of an analysis', signs({ internetMessageId: `postroom-analysis-${token}@x` }), { token, byMessageId: true }],
    ['its subject', signs({ subject: `Postroom mailbox test ${token}` }), byElse],
    ['its subject, marked by a gateway', signs({ subject: `[EXTERN] Postroom connectivity test ${token} ` }), byElse],
    ['its header', signs({ headers: [{ name: 'x-postroom-test', value: ` ${token.toUpperCase()} ` }] }), byElse],
    ['a subject without a token', signs({ subject: 'Postroom mailbox test 123456789abc' }), null],
    ['a token alone', signs({ subject: token }), null],
    ['a Message-ID that only holds it', signs({ internetMessageId: `<re.postroom-test-${token}@x>` }), null],
    ['nothing', { internetMessageId: null }, null],
  ];
  it.each(rows)('%s', (_, message, expected) => {
    expect(ownTokenOf(message)).toEqual(expected);
  });

  it('counts by its subject only from the mailbox itself', () => {
    const subject = `Postroom mailbox test ${token}`;
    const from = (address: string | null) => isOwnMessage(signs({ subject, from: { address } }), token, ada);
    expect([from(ada), from('ADA@Example.com'), from(null), from('bob@example.com')]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(isOwnMessage(signs({ subject: `${subject.slice(0, -1)}d`, from: { address: ada } }), token, ada)).toBe(
      false,
    );
  });
});

describe('a server that gives what it sends a Message-ID of its own', () => {
  let stage: WholeStage;
  let proxy: SpoilingProxy;
  let profileId: string;
  let mailboxId: string;

  beforeAll(async () => {
    stage = await WholeStage.open({ addresses: [ada, 'bob@example.com'] });
    proxy = await SpoilingProxy.start(stage.sandbox.ewsUrl);
    profileId = await stage.makeProfile({ ewsUrl: proxy.url });
    mailboxId = await stage.makeMailbox(ada, { profileId, outgoing: true });
    await settle(stage);
  });
  afterAll(async () => {
    await proxy.close();
    await stage.close();
  });

  /** Named properties and the Message-ID are gone from what is saved. */
  const dropNames = (body: string) =>
    body
      .replaceAll(/<t:ExtendedProperty>.*?<\/t:ExtendedProperty>/gs, '')
      .replaceAll(/<t:InternetMessageId>.*?<\/t:InternetMessageId>/gs, '');
  let keepsCopies = false;
  let hasSent = false;
  const spoil = () => {
    proxy.spoil = async ({ operation, body, headers, forward }) => {
      if (operation === 'CreateItem') return forward(dropNames(body));
      // An analysis sends nothing that it could not delete.
      if (operation === 'SendItem') hasSent = true;
      if (operation !== 'DeleteItem' || !keepsCopies || !hasSent) return undefined;
      const id = headers['client-request-id'] ?? '';
      return { ...ewsError('DeleteItem', 'ErrorInternalServerError'), headers: { 'client-request-id': id } };
    };
  };
  const itemsIn = (folder: 'inbox' | 'sentitems' | 'drafts') => stage.sandbox.control.listItems(ada, folder);
  const received = async () => (await stage.messagesOf(mailboxId)).map(({ subject }) => subject);
  const poll = async () => {
    stage.clock.advance(70_000);
    await settle(stage);
  };

  it('passes a test, never receives its message, and takes it away', async () => {
    spoil();
    keepsCopies = true;
    const asked = succeeded(await stage.client().post(`/v1/mailboxes/${mailboxId}/test`, { directions: ['outgoing'] }));
    await settle(stage);
    const ended = succeeded(await stage.client().get(`/v1/mailbox-tests/${asked.id}`));
    expect(ended).toMatchObject({ result: 'success', outgoing: { status: 'success' } });
    const [copy] = itemsIn('inbox');
    expect(copy?.internetMessageId).not.toContain('postroom-test');

    await poll();
    expect(await received()).toEqual([]);
    keepsCopies = false;
    for (let look = 0; look < 4; look += 1) await poll();
    expect([...itemsIn('inbox'), ...itemsIn('sentitems'), ...itemsIn('drafts')]).toEqual([]);
    expect(succeeded(await stage.client().get(`/v1/mailbox-tests/${asked.id}`))).toMatchObject({
      message: { cleanUp: 'done' },
    });
  });

  it('receives an answer to the message of a test, and mail that only looks like one', async () => {
    const [{ marker }] = await stage.dataSource.query('SELECT marker FROM mailbox_tests');
    for (const subject of [`Re: Postroom mailbox test ${marker}`, `Postroom mailbox test ${randomUUID()}`])
      await stage.sandbox.control.deliver(ada, { from: 'bob@example.com', subject, text: 'What is this?' });
    await poll();
    expect(await received()).toHaveLength(2);
  });

  it('does not receive the message of an analysis', async () => {
    keepsCopies = true;
    hasSent = false;
    const before = await received();
    const report = succeeded(await stage.client().post('/v1/diagnostics', { profileId, mailboxId, sendToSelf: true }));
    expect(JSON.stringify(report)).toContain('It was sent, and arrived');
    await poll();
    expect(await received()).toEqual(before);
    expect(itemsIn('inbox').filter(({ subject }) => subject.startsWith('Postroom connectivity test'))).toHaveLength(1);
    keepsCopies = false;
  });
});
