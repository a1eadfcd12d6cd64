import type { ConnectingSidType, MailboxIdentity } from '../../../src/drivers/port/mail-server.js';
import { ElementBuilder } from '../../../src/drivers/ews/soap/element-builder.js';
import { descend, findBelow, type XmlElement } from '../../../src/drivers/ews/soap/element.js';
import { XmlReader } from '../../../src/drivers/ews/soap/xml-reader.js';
import { schemaAvailable, validateEnvelopes } from '../../support/ews-schema.js';
import { DRAFT, friendly } from './support/canned.js';
import { DELEGATED, IMPERSONATED, serverFor } from './support/clients.js';
import { startEwsStub, type EwsStub } from './support/ews-stub.js';

const VERSIONS = ['Exchange2013_SP1', 'Exchange2010_SP2', 'Exchange2007_SP1'] as const;
const SID_TYPES: ConnectingSidType[] = ['SmtpAddress', 'PrimarySmtpAddress', 'PrincipalName', 'SID'];

function identities(): MailboxIdentity[] {
  return [
    DELEGATED,
    ...SID_TYPES.map((type): MailboxIdentity => ({
      ...IMPERSONATED,
      connectingSid: { type, value: `<${type}> & "x"` },
    })),
  ];
}

function parse(document: string): XmlElement {
  const builder = new ElementBuilder();
  const reader = new XmlReader(builder, { maxBytes: 1e8, maxDepth: 50, maxElements: 1e5 });
  reader.write(Buffer.from(document));
  reader.end();
  if (builder.root === null) throw new Error('no root');
  return builder.root;
}

describe('requests', () => {
  let stub: EwsStub;

  beforeAll(async () => {
    stub = await startEwsStub(friendly);
  });
  afterAll(() => stub.close());

  /** Every method of the port, in every access mode and some schema versions. */
  async function everyRequest(): Promise<{ identity: MailboxIdentity; body: string }[]> {
    const requests: { identity: MailboxIdentity; body: string }[] = [];
    for (const requestVersion of VERSIONS) {
      const server = serverFor(stub.url, { requestVersion });
      const small = serverFor(stub.url, { requestVersion, limits: { maxRequestBytes: 100 } });
      for (const identity of identities()) {
        stub.seen.length = 0;
        const mailbox = server.openMailbox(identity);
        await mailbox.openFolder({ distinguished: 'inbox' });
        await mailbox.openFolder({ id: 'AAMk&"<>=' });
        await mailbox.findReceivedSince({ distinguished: 'inbox' }, new Date('2026-09-01T00:00:00Z'), {
          offset: 0,
          limit: 5000,
        });
        await mailbox.findReceivedSince({ id: 'F' }, new Date(1_700_000_000_123), { offset: 250, limit: 250 });
        await mailbox.countReceivedBetween({ distinguished: 'inbox' }, new Date(1_700_000_000_123), new Date());
        await mailbox.syncFolder({ distinguished: 'junkemail' }, null, 512);
        await mailbox.syncFolder({ id: 'F' }, 'H4sI+/==', 9999);
        await mailbox.fetchItems(['I1', 'I2&"']);
        await mailbox.fetchItemProperties('I1');
        await mailbox.fetchAttachment('A1');
        await mailbox.resolveAddress('/O=CORP & <CO>/CN=JDOE');
        await mailbox.saveDraft(DRAFT);
        await mailbox.saveDraft({
          ...DRAFT,
          html: null,
          text: null,
          to: [],
          cc: [],
          bcc: [],
          replyTo: [],
          attachments: [],
        });
        await small.openMailbox(identity).saveDraft(DRAFT);
        const whole = {
          ...DRAFT,
          attachments: [
            ...DRAFT.attachments,
            {
              kind: 'message' as const,
              name: 'Original',
              contentType: 'message/rfc822',
              contentId: null,
              isInline: false,
              content: Buffer.from('Subject: x\r\n\r\nx'),
            },
          ],
          from: { name: 'Info', address: 'info@example.com' },
          importance: 'high' as const,
          inReplyTo: '<b@x>',
          references: ['<a@x>', '<b@x>'],
          readReceipt: true,
          deliveryReceipt: true,
          headers: [
            { name: 'X-Order', value: '<4711> & more' },
            { name: 'List-Id', value: 'orders' },
          ],
        };
        await mailbox.saveDraft(whole);
        await small.openMailbox(identity).saveDraft(whole);
        await mailbox.sendDraft({ id: 'D1', changeKey: 'K1' });
        await mailbox.sendDraft({ id: 'D1', changeKey: null });
        await mailbox.findByMarker(DRAFT.marker);
        await mailbox.deleteItem('I1');
        requests.push(...stub.seen.map(({ body }) => ({ identity, body })));
      }
      await server.close();
      await small.close();
    }
    return requests;
  }

  it('carry exactly one ConnectingSID under impersonation, and name the mailbox in each folder under delegation', async () => {
    const requests = await everyRequest();
    expect(requests.length).toBeGreaterThan(200);
    for (const { identity, body } of requests) {
      const root = parse(body);
      const header = descend(root, 'Header');
      const sid = descend(header, 'ExchangeImpersonation', 'ConnectingSID');
      const folders = [...body.matchAll(/<t:DistinguishedFolderId Id="\w+"(\/>|>)/g)];
      if (identity.access === 'impersonation') {
        expect(sid?.children.map((element) => [element.name, element.text])).toEqual([
          [identity.connectingSid.type, identity.connectingSid.value],
        ]);
        expect(folders.every((match) => match[1] === '/>')).toBe(true);
      } else {
        expect(findBelow(root, 'ExchangeImpersonation')).toBeNull();
        expect(folders.every((match) => match[1] === '>')).toBe(true);
        expect(
          body.split(
            `<t:Mailbox><t:EmailAddress>${identity.address}</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>`,
          ),
        ).toHaveLength(folders.length + 1);
      }
    }
  });

  (schemaAvailable() ? it : it.skip)(
    'validate against the EWS schema in every operation and access mode (needs xmllint and ../shared/ews-schema)',
    async () => {
      const bodies = [...new Set((await everyRequest()).map(({ body }) => body))];
      const operations = new Set(bodies.map((body) => /<m:(\w+)/.exec(body)?.[1]));
      expect([...operations].sort()).toEqual([
        'CreateAttachment',
        'CreateItem',
        'DeleteItem',
        'FindItem',
        'GetAttachment',
        'GetFolder',
        'GetItem',
        'ResolveNames',
        'SendItem',
        'SyncFolderItems',
        'UpdateItem',
      ]);
      expect(validateEnvelopes(bodies).filter(({ valid }) => !valid)).toEqual([]);
      const [first = ''] = bodies;
      expect(validateEnvelopes([first.replaceAll('m:FolderShape', 'm:Shape')])).toMatchObject([{ valid: false }]);
    },
  );
});
