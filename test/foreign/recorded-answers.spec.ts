import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { EwsClient } from '../../src/drivers/ews/ews-client.js';
import { ExchangeMailbox } from '../../src/drivers/ews/exchange-mailbox.js';
import { attribute, child, childText } from '../../src/drivers/ews/soap/element.js';
import { errorOf, IMPERSONATED } from '../drivers/ews/support/clients.js';
import { DRAFT } from '../drivers/ews/support/canned.js';

const folder = join(import.meta.dirname, '../../../shared/cases/foreign-answers');
const names = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => name.endsWith('.response.txt'))
      .map((name) => name.replace('.response.txt', ''))
  : [];

/** The recorded bytes of an answer. */
const answerOf = (name: string) => readFileSync(join(folder, `${name}.response.txt`));

/** The nth id that the recorded request or answer has. */
const idIn = (name: string, side: 'request.xml' | 'response.txt', index = 0) =>
  [...readFileSync(join(folder, `${name}.${side}`), 'utf8').matchAll(/<t:(?:ItemId|ParentItemId) Id="([^"]+)"/g)][
    index
  ]?.[1] ?? '';

/** What each answer is read as; by its name in the folder. */
const readings: Readonly<Record<string, (mailbox: ExchangeMailbox, call: Caller) => Promise<unknown>>> = {
  'createattachment-itemattachment': async (_, call) => {
    const answer = await call('CreateAttachment', true);
    expect(answer.messages).toEqual([]);
  },
  'createitem-drafts-mime-with-attachment': async (mailbox, call) => {
    const answer = await call('CreateItem', true);
    expect(answer.outcome).toBe('NoError');
    const saved = await mailbox.saveDraft({ ...DRAFT, attachments: [] });
    expect(saved).toEqual({
      id: idIn('createitem-drafts-mime-with-attachment', 'response.txt'),
      changeKey: 'AgAAAKUYe2+83Ooe0DxWVwAAAAAARQ==',
    });
  },
  'finditem-calendarview': async (_, call) => {
    const [message] = (await call('FindItem', false)).messages;
    const [meeting] = child(child(message ?? null, 'RootFolder'), 'Items')?.children ?? [];
    expect(childText(meeting ?? null, 'Subject')).toBe('Meeting');
  },
  'finditem-inbox-default-paged': async (mailbox) => {
    const page = await mailbox.findReceivedSince({ distinguished: 'inbox' }, new Date('2026-11-01T00:00:00Z'), {
      offset: 0,
      limit: 3,
    });
    expect(page).toMatchObject({ last: false, nextOffset: 3 });
    expect(page.items.map(({ id }) => id)).toEqual(
      [0, 1, 2].map((index) => idIn('finditem-inbox-default-paged', 'response.txt', index)),
    );
    expect(page.items[0]?.receivedAt).toEqual(new Date('2026-11-21T22:37:23.129Z'));
  },
  'getevents-pull': async (_, call) => {
    const answer = await call('GetEvents', false);
    expect(answer.outcome).toBe('NoError');
    expect(answer.messages).toHaveLength(1);
  },
  'getfolder-inbox-impersonate-alice-PrimarySmtpAddress': async (mailbox) => {
    expect(await mailbox.openFolder({ distinguished: 'inbox' })).toMatchObject({
      id: expect.stringMatching(/^AAAAAIvq/),
      displayName: 'Inbox',
      totalCount: 0,
    });
  },
  'getfolder-permissionset': async (mailbox) => {
    expect(await mailbox.openFolder({ distinguished: 'inbox' })).toMatchObject({
      displayName: 'inbox',
      totalCount: null,
    });
  },
  'getitem-default': async (mailbox) => {
    const id = idIn('getitem-default', 'request.xml');
    expect(await mailbox.fetchItems([id])).toMatchObject([
      {
        ok: true,
        itemId: id,
        item: {
          id,
          mime: null,
          properties: {
            itemClass: 'IPM.Note',
            subject: 'Hallo Welt 1795300639',
            from: { name: 'Ext Sender', address: 'sender@example.net' },
            receivedAt: new Date('2026-11-21T22:37:23.021Z'),
            internetMessageId: null,
            isRead: null,
          },
        },
      },
    ]);
  },
  'getitem-mime-draft-all': async (mailbox) => {
    const id = idIn('getitem-mime-draft-all', 'request.xml');
    expect(await mailbox.fetchItemProperties(id)).toMatchObject({
      id,
      properties: {
        subject: 'MIME draft 1795300790',
        to: [{ address: 'bob@contoso.test' }],
        bcc: [{ address: 'carol@contoso.test' }],
        attachments: [{ kind: 'file', name: 'x.pdf', contentType: 'application/pdf', isInline: false, size: 57 }],
      },
    });
  },
  'neg-createitem-send-nonexistent-local-recipient': async (mailbox) => {
    const error = await errorOf(mailbox.saveDraft({ ...DRAFT, attachments: [] }));
    expect(error.details.text).toContain('E-3117: failed to send mail');
    expect(error.details.effectPossible).toBe(true);
  },
  'neg-getitem-bad-id': async (mailbox) => {
    const [result] = await mailbox.fetchItems(['AAAAbogus']);
    expect(result).toMatchObject({
      ok: false,
      itemId: 'AAAAbogus',
      error: expect.objectContaining({ code: 'ErrorInvalidId' }),
    });
  },
  'senditem-mime-draft-nosave': async (mailbox) => {
    await mailbox.sendDraft({ id: idIn('senditem-mime-draft-nosave', 'request.xml'), changeKey: null });
  },
  'sync-carol-after-readflag-only': async (mailbox) => {
    const page = await mailbox.syncFolder({ distinguished: 'inbox' }, 'AgAC', 512);
    expect(page.last).toBe(true);
    expect(page.syncState).toMatch(/^AwACARdAEAAAAAEA/);
    expect(page.changes).toMatchObject([
      { kind: 'update', item: { id: idIn('sync-carol-after-readflag-only', 'response.txt'), isRead: null } },
    ]);
  },
  'syncfolderitems-initial-page2': async (mailbox) => {
    const page = await mailbox.syncFolder({ distinguished: 'inbox' }, 'AgAC', 512);
    expect(page).toMatchObject({ last: true, changes: [0, 1, 2].map(() => ({ kind: 'create' })) });
    expect(page.changes.map((change) => 'item' in change && change.item.isRead)).toEqual([false, false, true]);
  },
  unsubscribe: async (_, call) => {
    expect((await call('Unsubscribe', true)).outcome).toBe('NoError');
  },
  'updateitem-sendandsavecopy': async (_, call) => {
    const [message] = (await call('UpdateItem', true)).messages;
    const [item] = child(message ?? null, 'Items')?.children ?? [];
    expect(attribute(child(item ?? null, 'ItemId'), 'Id')).toBe(idIn('updateitem-sendandsavecopy', 'request.xml'));
  },
};

type Caller = (operation: string, changes: boolean) => ReturnType<EwsClient['call']>;

if (names.length === 0) {
  it.skip('the recorded answers of another vendor (skipped: they are not there)', () => undefined);
} else {
  describe('a recorded answer of another vendor', () => {
    let server: Server;
    let client: EwsClient;
    let bytes = Buffer.alloc(0);

    beforeAll(async () => {
      server = createServer((socket) => {
        let received = '';
        socket.on('error', () => undefined);
        socket.on('data', (chunk) => {
          received += chunk.toString('latin1');
          const end = received.indexOf('\r\n\r\n');
          const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
          if (end < 0 || received.length < end + 4 + length) return;
          received = '';
          socket.write(bytes);
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      client = new EwsClient({
        ewsUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/EWS/Exchange.asmx`,
        auth: { type: 'basic', username: 'svc', password: 'first Password 1' },
        maxConnections: 1,
      });
    });
    afterAll(async () => {
      await client.close();
      server.close();
    });

    it.each(names)('%s is read as far as it goes', async (name) => {
      const read = readings[name];
      if (!read) throw new Error('says nothing of what it must be read as');
      bytes = answerOf(name);
      await read(new ExchangeMailbox(client, IMPERSONATED), (operation, changes) =>
        client.call(IMPERSONATED, { name: operation, changes, body: () => ({ [`m:${operation}`]: {} }) }),
      );
    });
  });
}
