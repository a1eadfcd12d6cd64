import { binary, attachedMessage, forwarded, plain, rich } from './support/samples.js';
import { digest, ForeignStage, type ForeignPlace } from './support/foreign-stage.js';
import { ALL_QUIRKS, type Quirks } from './server/quirks.js';

let stage: ForeignStage;
let place: ForeignPlace;

beforeAll(async () => {
  stage = await ForeignStage.open();
});
afterAll(() => stage.close());

const kinds: readonly (readonly [name: string, quirks: Partial<Quirks>])[] = [
  ['no quirks', {}],
  [
    'other names and another order',
    { foreignPrefixes: true, foreignWrappers: true, oddOrder: true, nanoseconds: true },
  ],
  [
    'thin shapes and strange ids',
    { thinShapes: true, strangeIds: true, addressesInCapitals: true, noAttachmentIds: true },
  ],
  [
    'faults with HTTP 200, bare codes and no request ids',
    { faultsWithStatus200: true, bareFaultCodes: true, noRequestIdEcho: true },
  ],
  ['a 400 after a large request', { largeBodyBreaksNext: '400' }],
  ['a cut connection after a large request', { largeBodyBreaksNext: 'cut' }],
  ['two answers to a request', { answersTwice: 2 }],
  ['dates in 2185', { datesIn2185: true }],
  [
    'GetItem that answers some, in another order',
    { itemsInOtherOrder: true, leavesItemsOutAfter: 2, busyAfterItems: 1 },
  ],
  [
    'MIME made anew, small pages and read flags as updates',
    { regeneratedMime: true, longestPage: 2, readFlagsAsUpdates: true },
  ],
  ['no restrictions and no sorting', { refusesRestrictions: 'all', refusesSorting: true }],
  ['no restrictions on dates', { refusesRestrictions: 'dates' }],
  ['no restrictions on extended properties', { refusesRestrictions: 'extended' }],
  ['no sorting', { refusesSorting: true }],
  ['no FindItem', { refusesFindItem: true }],
  ['drafts that stay, without a copy of what was sent', { draftStays: true, sentCopy: 'none' }],
  ['drafts that stay, with the copy among them', { draftStays: true, sentCopy: 'drafts' }],
  ['drafts that stay, with the copy in Sent Items', { draftStays: true, sentCopy: 'sentitems' }],
  ['files of CreateItem dropped', { dropsFilesOfCreateItem: true, dropsAttachedMessages: 'of CreateItem' }],
  ['Message-ID and extended properties dropped', { dropsIdsOfDrafts: true }],
  ['all quirks', ALL_QUIRKS],
];

describe.each(kinds)('on a server with %s', (_name, quirks) => {
  beforeAll(async () => {
    place = await stage.place(quirks);
  });
  afterAll(() => place.leave());

  it('receives each message once with its parts, and follows what happens to it', async () => {
    const { server } = place;
    const to = place.address(1);
    const first = await server.deliver(to, await plain(to));
    const second = await server.deliver(to, await rich(to));
    const third = await server.deliver(to, await forwarded(to));
    await server.deliver(place.address(2), await rich(to));
    const subjects = ['Angebot № 7 – 見積書', 'Forwarded', 'Plain words'];
    await place.received(async () => expect(await place.subjects(1)).toEqual(subjects));
    await place.received(async () => expect(await place.subjects(2)).toEqual(['Angebot № 7 – 見積書']));

    const message = await place.message(1, 'Angebot № 7 – 見積書');
    expect(message.from.address.toLowerCase()).toBe('joerg@partner.example');
    expect(message.html).toContain('<b>Köln</b>');
    expect(message.attachments.map(({ filename }: { filename: string }) => filename).sort()).toEqual([
      'pixel.gif',
      'Übersicht.bin',
    ]);
    expect((await place.attachments(message))['Übersicht.bin']).toBe(digest(binary));
    expect(message.headers).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'X-Tracking' }),
        { name: 'Received', value: expect.stringContaining('relay.partner.example') },
      ]),
    );
    // One mail in two mailboxes is one content, whatever the server makes of its MIME.
    expect((await place.message(2, message.subject)).contentId).toBe(message.contentId);
    const withMessage = await place.message(1, 'Forwarded');
    expect(await place.attachments(withMessage)).toEqual({ 'before.eml': digest(attachedMessage) });
    const soon = stage.clock.now().getTime() + 86_400_000;
    for (const { receivedAt } of await place.messages(1)) expect(Date.parse(receivedAt)).toBeLessThan(soon);

    server.markRead(to, first);
    server.move(to, second, 'deleteditems');
    server.remove(to, third);
    await place.received(async () => {
      expect(await place.message(1, 'Plain words')).toMatchObject({ isRead: true, folder: 'inbox' });
      expect(await place.message(1, 'Angebot № 7 – 見積書')).toMatchObject({ folder: null });
      expect(await place.message(1, 'Forwarded')).toMatchObject({ folder: null });
    });
    expect(await place.subjects(1)).toEqual(subjects);
    expect(await stage.whole.mailbox(place.id(1))).toMatchObject({ state: 'active', failure: null });
  });

  it('sends each message once, without waiting for the one before', async () => {
    const other = place.address(2);
    const before = stage.clock.now().getTime();
    await place.send(1, { to: [other], subject: 'Only words', text: 'Only words' });
    await place.send(1, {
      to: [other, 'out@elsewhere.example'],
      subject: 'With files',
      html: '<p>With <b>files</b></p>',
      attachments: [
        {
          filename: 'large.bin',
          contentType: 'application/octet-stream',
          content: Buffer.alloc(60_000, 7).toString('base64'),
        },
        { filename: 'small.txt', contentType: 'text/plain', content: Buffer.from('small').toString('base64') },
      ],
    });
    const original = await place.message(1, 'Angebot № 7 – 見積書');
    await place.send(1, {
      to: [other],
      subject: 'With a message',
      text: 'See below',
      forwardOfMessageId: original.id,
      attachOriginal: true,
    });
    await place.send(1, { to: [other], subject: 'After it', text: 'After it' });
    expect(stage.clock.now().getTime() - before).toBeLessThanOrEqual(10_000);
    for (const [subject, recipients] of [
      ['Only words', 1],
      ['With files', 2],
      ['With a message', 1],
      ['After it', 1],
    ] as const)
      expect(place.deliveriesOf(subject)).toHaveLength(recipients);
    const [delivery] = place.deliveriesOf('With files');
    expect(delivery?.mail.parts.map(({ name, content }) => `${name} ${content.length}`).sort()).toEqual([
      'large.bin 60000',
      'small.txt 5',
    ]);

    await place.received(async () =>
      expect(await place.subjects(2)).toEqual([
        'After it',
        'Angebot № 7 – 見積書',
        'Only words',
        'With a message',
        'With files',
      ]),
    );
    for (const number of [1, 2])
      expect(await stage.whole.mailbox(place.id(number))).toMatchObject({ state: 'active', failure: null });
    // Later nothing is sent again, and nothing is stored again.
    stage.clock.advance(20 * 60_000);
    await stage.sending.receive();
    expect(place.server.deliveries).toHaveLength(5);
    expect(await place.messages(2)).toHaveLength(5);
  });

  it('passes a test of a mailbox, and leaves nothing of it behind', async () => {
    const http = stage.sending.http;
    const asked = await http.post(`/v1/mailboxes/${place.id(2)}/test`, { directions: ['incoming', 'outgoing'] });
    const test = await place.ended(asked.body.id);
    expect(test).toMatchObject({ result: 'success', incoming: { status: 'success' }, outgoing: { status: 'success' } });
    const sent = place.server.deliveries.at(-1)?.mail.subject;
    await place.received(async () => {
      expect(await place.subjects(2)).not.toContain(sent);
      for (const folder of ['inbox', 'drafts', 'sentitems', 'outbox'] as const)
        expect(place.server.items(place.address(2), folder).filter(({ mail }) => mail.subject === sent)).toEqual([]);
    });
  });
});
