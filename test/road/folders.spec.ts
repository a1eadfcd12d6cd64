import { eventually } from '../support/eventually.js';
import { addressOf, Road } from '../support/road.js';

const inbox = addressOf(1);

/** Folders, moves and copies, on the queue in the database: nothing here depends on where jobs wait. */
describe('folders by choice', () => {
  let road: Road;
  let projects: string;

  beforeEach(async () => {
    road = await Road.open({ name: 'PostgreSQL', redis: () => null }, { mailboxes: 2 });
    projects = road.exchange.addFolder(inbox, { name: 'Projects' });
    road.exchange.addFolder(inbox, { name: 'Oak', parent: projects });
  });
  afterEach(() => road.close());

  const mailboxId = () => road.mailboxIds[0];
  const watch = async (...folders: { path: string; subfolders?: boolean }[]) => {
    const { status, body } = await road.api.patch(`/v1/mailboxes/${mailboxId()}`, { folders });
    expect([status, body]).toEqual([200, expect.objectContaining({ folders: expect.anything() })]);
    await settled();
  };
  const folders = async () => (await road.api.get(`/v1/mailboxes/${mailboxId()}/folders`)).body.items;
  /** Two whole runs after now: what one of them could still report has been reported. */
  const settled = async () => {
    for (let run = 0; run < 2; run += 1) {
      const { lastSyncAt } = await road.mailbox(mailboxId());
      await eventually(async () => expect((await road.mailbox(mailboxId())).lastSyncAt).not.toBe(lastSyncAt));
    }
  };
  const places = async () =>
    Object.fromEntries(
      (await road.messages(mailboxId())).map(({ subject, folder }: { subject: string; folder: string | null }) => [
        subject,
        folder,
      ]),
    );
  const changes = async () =>
    (
      await road.feed('message.received', 'message.moved', 'message.removed', 'message.restored', 'message.updated')
    ).map(({ type, data: { from, to, isRead } }) => [
      type,
      ...[from, to, isRead].filter((value) => value !== undefined),
    ]);

  it('syncs folders named by path, with their subfolders, and shows paths that lead nowhere', async () => {
    await road.exchange.deliver(inbox, { subject: 'In Projects', folder: projects });
    await watch({ path: 'inbox' }, { path: 'projects', subfolders: true }, { path: 'Nowhere' });
    const oak = (await folders()).find(({ path }: { path: string }) => path === 'projects/Oak');
    await road.exchange.deliver(inbox, { subject: 'In Oak', folder: oak.folder });
    await road.exchange.deliver(inbox, { subject: 'In the inbox' });
    await eventually(async () =>
      expect(await places()).toEqual({ 'In Projects': 'projects', 'In Oak': 'projects/Oak', 'In the inbox': 'inbox' }),
    );
    expect((await folders()).map(({ path, missing }: { path: string; missing: boolean }) => [path, missing])).toEqual([
      ['inbox', false],
      ['Nowhere', true],
      ['projects', false],
      ['projects/Oak', false],
    ]);
  });

  it('sees what people send from Outlook when Sent Items are watched', async () => {
    await watch({ path: 'inbox' }, { path: 'sentitems' });
    await road.exchange.deliver(inbox, {
      subject: 'Sent by hand',
      folder: 'sentitems',
      from: inbox,
      to: 'x@partner.example',
    });
    await eventually(async () => expect(await places()).toEqual({ 'Sent by hand': 'sentitems' }));
  });

  it('tells a move between watched folders as a move of one message', async () => {
    await watch({ path: 'inbox' }, { path: 'Projects' });
    const [item] = await road.exchange.deliver(inbox, { subject: 'Traveller' });
    await eventually(async () => expect(await places()).toEqual({ Traveller: 'inbox' }));
    const [{ id }] = await road.messages(mailboxId());

    const moved = road.exchange.moveItem(inbox, item ?? '', projects);
    await eventually(async () => expect(await places()).toEqual({ Traveller: 'Projects' }));
    await settled();
    road.exchange.moveItem(inbox, moved, 'inbox');
    await eventually(async () => expect(await places()).toEqual({ Traveller: 'inbox' }));
    await settled();

    expect((await road.messages(mailboxId())).map((message) => message.id)).toEqual([id]);
    expect(await changes()).toEqual([
      ['message.received'],
      ['message.moved', 'inbox', 'Projects'],
      ['message.moved', 'Projects', 'inbox'],
    ]);
  });

  it('tells read flags, departures and returns', async () => {
    const [item = ''] = await road.exchange.deliver(inbox, { subject: 'Here and there' });
    await eventually(async () => expect(await places()).toEqual({ 'Here and there': 'inbox' }));
    road.exchange.markRead(inbox, item);
    await eventually(async () => expect((await road.messages(mailboxId()))[0].isRead).toBe(true));
    const away = road.exchange.moveItem(inbox, item, projects);
    await eventually(async () => expect(await places()).toEqual({ 'Here and there': null }));
    const back = road.exchange.moveItem(inbox, away, 'inbox');
    await eventually(async () => expect(await places()).toEqual({ 'Here and there': 'inbox' }));
    road.exchange.deleteItem(inbox, back);
    await eventually(async () => expect(await places()).toEqual({ 'Here and there': null }));
    await settled();
    expect(await changes()).toEqual([
      ['message.received'],
      ['message.updated', true],
      ['message.removed', 'inbox'],
      ['message.restored', 'inbox'],
      ['message.removed', 'inbox'],
    ]);
  });

  it('takes a copy for the same message, which stays while one of them is there', async () => {
    await watch({ path: 'inbox' }, { path: 'Projects' });
    const [item = ''] = await road.exchange.deliver(inbox, { subject: 'Twice' });
    await eventually(async () => expect(await places()).toEqual({ Twice: 'inbox' }));
    road.exchange.copyItem(inbox, item, projects);
    await eventually(async () => expect((await road.messages(mailboxId()))[0].items).toHaveLength(2));
    road.exchange.deleteItem(inbox, item);
    await eventually(async () => expect(await places()).toEqual({ Twice: 'Projects' }));
    expect(await road.messages(mailboxId())).toHaveLength(1);
  });

  it('leaves the other folders working when one disappears, and finds it when it is there again', async () => {
    await watch({ path: 'inbox' }, { path: 'Later' });
    await road.exchange.deliver(inbox, { subject: 'First' });
    await eventually(async () => expect(await places()).toEqual({ First: 'inbox' }));
    const later = road.exchange.addFolder(inbox, { name: 'Later' });
    await road.exchange.deliver(inbox, { subject: 'Second', folder: later });
    road.clock.advance(16 * 60_000);
    await eventually(async () => expect(await places()).toEqual({ First: 'inbox', Second: 'Later' }));
  });

  it('stores one content for a message that several mailboxes got, and shows where it was seen', async () => {
    const both = [addressOf(1), addressOf(2)];
    const mail = {
      to: both,
      from: 'a@partner.example',
      subject: 'To both',
      text: 'Same',
      messageId: '<both@partner.example>',
      date: road.clock.now(),
    };
    for (const address of both) await road.exchange.deliver(address, { ...mail, headers: { 'X-Trace': address } });
    await eventually(async () =>
      expect((await road.messages(road.mailboxIds[1])).length + (await road.messages(mailboxId())).length).toBe(2),
    );
    const [message] = await road.messages(mailboxId());
    const { body } = await road.api.get(`/v1/messages/${message.id}`);
    expect(body.sightings.map((sighting: { mailboxId: string }) => sighting.mailboxId).sort()).toEqual(
      [...road.mailboxIds].sort(),
    );
    const [{ count }] = await road.database.dataSource.query('SELECT count(*)::int AS count FROM message_contents');
    expect(count).toBe(1);

    // Deleting one mailbox leaves the content to the other.
    expect((await road.api.delete(`/v1/mailboxes/${road.mailboxIds[1]}`)).status).toBe(204);
    await eventually(async () =>
      expect(await road.database.dataSource.query('SELECT id FROM mailboxes')).toHaveLength(1),
    );
    expect((await road.api.get(`/v1/messages/${message.id}`)).body.text).toContain('Same');
  });
});
