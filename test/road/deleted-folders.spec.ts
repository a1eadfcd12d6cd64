import { eventually } from '../support/eventually.js';
import { addressOf, Road } from '../support/road.js';

const inbox = addressOf(1);

describe('a watched folder that is deleted on the server', () => {
  let road: Road;
  afterEach(() => road.close());

  // GetFolder and FindItem say this, depending on the server; SyncFolderItems has a code of its own on all of them.
  it.each(['ErrorItemNotFound', 'ErrorFolderNotFound'] as const)(
    'stops neither sync nor audit where servers call it %s',
    async (code) => {
      road = await Road.open({ name: 'PostgreSQL', redis: () => null });
      road.exchange.setMissingFolderCode(code);
      road.exchange.addFolder(inbox, { name: 'Projects' });
      const [mailbox] = road.mailboxIds;
      const path = `/v1/mailboxes/${mailbox}`;
      const folders = [{ path: 'inbox' }, { path: 'Projects' }];
      expect(await road.api.patch(path, { folders })).toMatchObject({ status: 200 });
      await road.exchange.deliver(inbox, { subject: 'In Projects', folder: 'Projects' });
      const places = async () =>
        Object.fromEntries((await road.messages(mailbox)).map(({ subject, folder }) => [subject, folder]));
      await eventually(async () => expect(await places()).toEqual({ 'In Projects': 'Projects' }));

      road.exchange.removeFolder(inbox, 'Projects');
      await road.exchange.deliver(inbox, { subject: 'Afterwards' });
      await eventually(async () => expect(await places()).toMatchObject({ Afterwards: 'inbox' }));
      const missing = async () =>
        (await road.api.get(`${path}/folders`)).body.items.map((folder: { path: string; missing: boolean }) => [
          folder.path,
          folder.missing,
        ]);
      await eventually(async () =>
        expect(await missing()).toEqual([
          ['inbox', false],
          ['Projects', true],
        ]),
      );

      const asked = await road.api.post(`${path}/audits`);
      expect(asked.status).toBe(202);
      const audit = await eventually(async () => {
        const [newest] = (await road.api.get(`${path}/audits`)).body.items;
        return newest?.at >= asked.body.requestedAt && newest;
      });
      expect(audit).toMatchObject({ missing: 0, unreadable: 0, recurring: false });
      await road.exchange.deliver(inbox, { subject: 'After the audit' });
      await eventually(async () => expect(await places()).toMatchObject({ 'After the audit': 'inbox' }));
      expect(await road.mailbox(mailbox)).toMatchObject({ state: 'active', failure: null });
      expect(await road.incidents()).toEqual([]);
    },
  );
});
