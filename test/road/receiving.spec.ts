import { simpleParser } from 'mailparser';
import { eventually } from '../support/eventually.js';
import { describeOnBothQueues } from '../support/queues.js';
import { addressOf, Road } from '../support/road.js';

const attachment = Buffer.from(Array.from({ length: 4_000 }, (_, index) => (index * 7) % 256));

describeOnBothQueues('receiving', (queue) => {
  let road: Road;

  afterEach(() => road.close());

  const inbox = addressOf(1);
  const arrived = (subjects: string[], timeoutMs = 15_000) =>
    eventually(async () => expect(await road.subjects(road.mailboxIds[0])).toEqual([...subjects].sort()), {
      timeoutMs,
    });

  it('shows a delivered message once, whole, and announces it once', async () => {
    road = await Road.open(queue, { mailboxes: 2 });
    await road.exchange.deliver(inbox, {
      from: 'Jörg Müller <joerg@partner.example>',
      to: [inbox, 'Anna <anna@partner.example>'],
      cc: 'Čeněk <cenek@partner.example>',
      subject: 'Angebot № 7 – 見積書',
      text: 'Grüße aus Köln',
      html: '<p>Grüße aus <b>Köln</b></p>',
      messageId: '<offer-7@partner.example>',
      attachments: [{ name: 'Übersicht.bin', contentType: 'application/octet-stream', content: attachment }],
    });
    await arrived(['Angebot № 7 – 見積書']);

    const [summary] = await road.messages(road.mailboxIds[0]);
    const { body: message } = await road.api.get(`/v1/messages/${summary.id}`);
    expect(message).toMatchObject({
      folder: 'inbox',
      internetMessageId: '<offer-7@partner.example>',
      from: { name: 'Jörg Müller', address: 'joerg@partner.example' },
      to: [{ address: inbox }, { name: 'Anna', address: 'anna@partner.example' }],
      cc: [{ name: 'Čeněk', address: 'cenek@partner.example' }],
      hasAttachments: true,
      hasMime: true,
      attachments: [{ position: 0, filename: 'Übersicht.bin', sizeBytes: attachment.length, isInline: false }],
    });
    expect(message.text).toContain('Grüße aus Köln');
    expect(message.html).toContain('<b>Köln</b>');
    expect(await download(`/v1/messages/${summary.id}/attachments/0`)).toEqual(attachment);
    const original = await simpleParser(await download(`/v1/messages/${summary.id}/mime`));
    expect(original).toMatchObject({ subject: 'Angebot № 7 – 見積書', messageId: '<offer-7@partner.example>' });
    expect(original.attachments[0]?.content).toEqual(attachment);

    // Two more polls see the message again, and it stays one.
    await polls(2);
    expect(await road.messages(road.mailboxIds[0])).toHaveLength(1);
    expect(await road.messages(road.mailboxIds[1])).toEqual([]);
    expect(await road.feed('message.received')).toMatchObject([
      { mailboxId: road.mailboxIds[0], subjectId: summary.id, profileId: road.profileId },
    ]);
  });

  it('leaves mail from before processEmailsFrom alone, and brings it when that is set earlier', async () => {
    road = await Road.open(queue, { mailboxes: 0 });
    road.exchange.addMailbox({ address: inbox });
    await road.exchange.deliver(inbox, { subject: 'old', receivedAt: road.clock.in(-2 * 60 * 60_000) });
    await road.exchange.deliver(inbox, { subject: 'new' });
    road.mailboxIds = await road.addMailboxes(road.profileId, [inbox]);
    await arrived(['new']);
    await polls(2);
    await arrived(['new']);

    const processEmailsFrom = road.clock.in(-3 * 60 * 60_000).toISOString();
    expect(await road.api.patch(`/v1/email-server-profiles/${road.profileId}`, { processEmailsFrom })).toMatchObject({
      status: 200,
    });
    await arrived(['new', 'old']);
  });

  it('brings mail that is moved into the inbox later with an older date, and follows what leaves it', async () => {
    road = await Road.open(queue);
    const [archived] = await road.exchange.deliver(inbox, {
      subject: 'filed by a rule',
      folder: 'deleteditems',
      receivedAt: road.clock.in(-30 * 60_000),
    });
    await road.exchange.deliver(inbox, { subject: 'first' });
    await arrived(['first']);
    await polls(2);

    const moved = road.exchange.moveItem(inbox, archived ?? '', 'inbox');
    await arrived(['filed by a rule', 'first']);

    road.exchange.markRead(inbox, moved);
    await eventually(async () => expect(await byName('filed by a rule')).toMatchObject({ isRead: true }));
    const gone = road.exchange.moveItem(inbox, moved, 'deleteditems');
    await eventually(async () => expect(await byName('filed by a rule')).toMatchObject({ folder: null }));
    road.exchange.moveItem(inbox, gone, 'inbox');
    await eventually(async () => expect(await byName('filed by a rule')).toMatchObject({ folder: 'inbox' }));
    await arrived(['filed by a rule', 'first']);
    expect(await road.feed('message.received')).toHaveLength(2);
  });

  it('brings new mail while a large inbox of old mail is still enumerated for the first time', async () => {
    const old = 12_000;
    const syncCalls = () => road.exchange.counts().calls.byOperation['SyncFolderItems'] ?? 0;
    road = await Road.open(queue, { mailboxes: 0 });
    road.exchange.addMailbox({ address: inbox });
    await road.exchange.deliver(inbox, { count: old, subject: 'old', receivedAt: '2020-01-01T00:00:00Z' });
    road.exchange.injectFault({ operation: 'SyncFolderItems', times: 1_000, fault: { delayMs: 200 } });
    road.mailboxIds = await road.addMailboxes(road.profileId, [inbox]);
    await eventually(() => syncCalls() > 0);
    await road.exchange.deliver(inbox, { subject: 'urgent' });
    await arrived(['urgent']);
    expect(syncCalls()).toBeLessThan(old / 512);

    road.exchange.clearFaults();
    await eventually(() => syncCalls() > old / 512);
    await road.exchange.deliver(inbox, { subject: 'after' });
    await arrived(['after', 'urgent']);
    expect(await road.feed('message.received')).toHaveLength(2);
  });

  it('stores nothing twice and misses nothing when the server loses its sync states', async () => {
    road = await Road.open(queue, { mailboxes: 2 });
    await road.exchange.deliver(inbox, { count: 30, subject: 'before' });
    await eventually(async () => expect(await road.messages(road.mailboxIds[0])).toHaveLength(30));
    const before = await road.messages(road.mailboxIds[0]);
    await polls(2);

    road.exchange.invalidateSyncStates();
    await road.exchange.deliver(inbox, { count: 5, subject: 'during' });
    await eventually(async () => expect(await road.messages(road.mailboxIds[0])).toHaveLength(35));
    road.exchange.invalidateSyncStates();
    await polls(3);
    await road.exchange.deliver(inbox, { subject: 'after' });
    await eventually(async () => expect(await road.messages(road.mailboxIds[0])).toHaveLength(36));

    const after = await road.messages(road.mailboxIds[0]);
    expect(after.map(({ id }) => id)).toEqual(expect.arrayContaining(before.map(({ id }) => id)));
    expect(new Set(after.map(({ internetMessageId }) => internetMessageId)).size).toBe(36);
    expect(await road.feed('message.received')).toHaveLength(36);
    expect(await road.mailbox(road.mailboxIds[0])).toMatchObject({ state: 'active' });
  });

  it('brings the neighbours of an item that cannot be read, shows it, and tries it again over days', async () => {
    road = await Road.open(queue);
    await road.exchange.deliver(inbox, { count: 3, subject: 'good' });
    const [bad] = await road.exchange.deliver(inbox, { subject: 'bad' });
    road.exchange.corruptItem(inbox, bad ?? '', 'ErrorCorruptData');
    await arrived(['good 1', 'good 2', 'good 3']);
    const failures = async () => (await road.api.get(`/v1/mailboxes/${road.mailboxIds[0]}/item-failures`)).body.items;
    await eventually(async () =>
      expect(await failures()).toMatchObject([{ itemId: bad, folder: 'inbox', code: 'ErrorCorruptData', attempts: 1 }]),
    );
    // Each poll lists it again, and that is no try.
    await polls(3);
    expect(await failures()).toMatchObject([{ attempts: 1 }]);
    for (let attempts = 2; attempts <= 5; attempts += 1) {
      const [{ retryAt }] = await failures();
      road.clock.jumpTo(new Date(retryAt));
      await eventually(async () => expect(await failures()).toMatchObject([{ attempts }]));
    }
    const [{ retryAt }] = await failures();
    expect(Date.parse(retryAt) - road.clock.now().getTime()).toBeGreaterThan(5 * 60 * 60_000);

    await road.exchange.deliver(inbox, { subject: 'later' });
    await arrived(['good 1', 'good 2', 'good 3', 'later']);
    expect(await road.mailbox(road.mailboxIds[0])).toMatchObject({ state: 'active', failure: null });
    expect(await road.incidents()).toMatchObject([{ code: 'ItemsUnreadable', scope: 'notice', open: true }]);
  });

  it('takes an item in when it can be read after all, and forgets the failure', async () => {
    road = await Road.open(queue);
    const [bad] = await road.exchange.deliver(inbox, { subject: 'mended' });
    road.exchange.corruptItem(inbox, bad ?? '', 'ErrorContentConversionFailed');
    const failures = async () => (await road.api.get(`/v1/mailboxes/${road.mailboxIds[0]}/item-failures`)).body.items;
    const [{ retryAt }] = await eventually(async () => {
      const found = await failures();
      return found.length === 1 && found;
    });
    road.exchange.corruptItem(inbox, bad ?? '', null);
    road.clock.jumpTo(new Date(retryAt));
    await arrived(['mended']);
    expect(await failures()).toEqual([]);
  });

  async function byName(subject: string) {
    return (await road.messages(road.mailboxIds[0])).find((message) => message.subject === subject);
  }

  /** Lets the mailbox be polled some times more. */
  async function polls(count: number): Promise<void> {
    for (let done = 0; done < count; done += 1) {
      const { lastSyncAt } = await road.mailbox(road.mailboxIds[0]);
      await eventually(async () => (await road.mailbox(road.mailboxIds[0])).lastSyncAt !== lastSyncAt);
    }
  }

  async function download(path: string): Promise<Buffer> {
    const response = await road.postroom.download(path);
    expect(response.status).toBe(200);
    return Buffer.from(await response.arrayBuffer());
  }
});
