import { eventually } from '../support/eventually.js';
import { describeOnPostgres } from '../support/queues.js';
import { addressOf, Road, service } from '../support/road.js';

const inbox = addressOf(1);
const hour = 60 * 60_000;

describeOnPostgres('audit', (queue) => {
  let road: Road;

  afterEach(() => road.close());

  const audits = async () => (await road.api.get(`/v1/mailboxes/${road.mailboxIds[0]}/audits`)).body.items;
  const sql = (text: string, parameters: unknown[] = []) => road.database.dataSource.query(text, parameters);
  const stored = (count: number) =>
    eventually(async () => expect(await road.messages(road.mailboxIds[0])).toHaveLength(count));

  /** Opens a road on which everything is stored, and the first audit has found nothing. */
  async function synced(count: number): Promise<void> {
    road = await Road.open(queue);
    await road.exchange.deliver(inbox, { count, subject: 'kept', receivedAt: road.clock.in(-50 * 60_000) });
    await stored(count);
    await eventually(async () => {
      const [folder] = await sql(`SELECT baseline_at FROM mailbox_folders`);
      return folder?.baseline_at != null;
    });
    expect(await audit()).toMatchObject({ compared: 'items', onServer: count, stored: count, missing: 0, surplus: 0 });
  }

  /** A day goes by. @returns the audit that it brings */
  async function audit() {
    const before = (await audits()).length;
    // A run that has written its result and not yet when the next is due would count the day from its end.
    await eventually(async () =>
      expect(await sql(`SELECT 1 FROM mailbox_work WHERE kind = 'audit' AND lease_until IS NOT NULL`)).toEqual([]),
    );
    road.clock.advance(27 * hour);
    return eventually(async () => {
      const found = await audits();
      return found.length > before && found[0];
    });
  }

  /** As if the item had been lost on its way: the sync state covers it, and it is not there. */
  const lose = (subject: string) =>
    sql(`DELETE FROM messages WHERE mailbox_id = $1 AND subject = $2`, [road.mailboxIds[0], subject]);

  it('brings what was lost, marks what is gone, and puts back what is thought to be elsewhere', async () => {
    await synced(20);
    await lose('kept 3');
    await lose('kept 4');
    // Deleted on the server, and the deletion went unseen: its state is followed on from behind it.
    const itemOf = `(SELECT i.item_id FROM message_items i JOIN messages m ON m.id = i.message_id WHERE m.subject = $1)`;
    const [gone] = await sql(`SELECT item_id FROM message_items WHERE item_id = ${itemOf}`, ['kept 5']);
    await sql(`UPDATE message_items SET item_id = 'lost-' || item_id WHERE item_id = ${itemOf}`, ['kept 5']);
    road.exchange.deleteItem(inbox, gone.item_id);
    await sql(`UPDATE message_items SET folder = 'sentitems' WHERE item_id = ${itemOf}`, ['kept 6']);
    await polls();

    expect(await audit()).toMatchObject({
      compared: 'items',
      onServer: 19,
      stored: 17,
      missing: 2,
      surplus: 1,
      misplaced: 1,
      recurring: false,
    });
    await eventually(async () => {
      const messages = await road.messages(road.mailboxIds[0]);
      expect(messages).toHaveLength(20);
      expect(messages.filter(({ folder }) => folder === null)).toMatchObject([{ subject: 'kept 5' }]);
    });
    expect(await road.feed('message.removed')).toHaveLength(1);
    expect(await metric('postroom_audit_differences_total{kind="missing"}')).toBe(2);
    expect(await metric('postroom_audit_differences_total{kind="surplus"}')).toBe(1);
    expect(await road.incidents()).toEqual([]);
    // What was healed is healed: by their numbers both sides agree.
    expect(await audit()).toMatchObject({ compared: 'count', onServer: 19, stored: 19, missing: 0, surplus: 0 });
  });

  it('opens an incident when differences recur, which closes with the first clean audit', async () => {
    await synced(5);
    await lose('kept 1');
    expect(await audit()).toMatchObject({ missing: 1, recurring: false });
    await lose('kept 2');
    expect(await audit()).toMatchObject({ missing: 1, recurring: true });
    const [incident] = await road.incidents();
    expect(incident).toMatchObject({
      scope: 'notice',
      open: true,
      code: 'AuditDifference',
      title: expect.stringContaining('differs'),
      cause: expect.stringContaining('1 missing'),
      stoppedMailboxes: 1,
    });
    // Mail flows, and a failure that comes and goes in between leaves the notice alone.
    expect(await road.mailbox(road.mailboxIds[0])).toMatchObject({ state: 'active', failure: null });
    road.exchange.revoke(service.username, [inbox]);
    await road.deniedOnce(road.mailboxIds);
    await eventually(async () => expect((await road.mailbox(road.mailboxIds[0])).state).toBe('failed'));
    road.exchange.grant(service.username, [inbox]);
    await road.api.post(`/v1/mailboxes/${road.mailboxIds[0]}/sync`);
    await eventually(async () => expect((await road.mailbox(road.mailboxIds[0])).state).toBe('active'));
    expect((await road.api.get(`/v1/incidents/${incident.id}`)).body).toMatchObject({ open: true });

    const mailed = async () => (await road.api.get(`/v1/notifications?incidentId=${incident.id}`)).body.items;
    await eventually(async () => expect(await mailed()).toMatchObject([{ kind: 'opened', state: 'kept' }]));

    expect(await audit()).toMatchObject({ missing: 0, recurring: false });
    expect((await road.api.get(`/v1/incidents/${incident.id}`)).body).toMatchObject({
      open: false,
      stoppedMailboxes: 0,
    });
    // The day that the audit waited for may have brought a digest in between.
    const textOf = async (wanted: string): Promise<string> =>
      eventually(async () => {
        const mails = (await mailed()).filter(({ kind }: { kind: string }) => kind === wanted);
        expect(mails).toMatchObject([{ text: expect.any(String) }]);
        return mails[0].text;
      });
    expect(await textOf('recovered')).toContain('All is well again');
    const opening = await textOf('opened');
    expect(opening).toContain('goes on');
    expect(opening).not.toContain('held up');
  });

  it('takes neither mail on its way nor items that cannot be read for a loss', async () => {
    await synced(5);
    const [bad] = await road.exchange.deliver(inbox, { subject: 'bad' });
    road.exchange.corruptItem(inbox, bad ?? '', 'ErrorCorruptData');
    await eventually(async () =>
      expect((await road.api.get(`/v1/mailboxes/${road.mailboxIds[0]}/item-failures`)).body.items).toHaveLength(1),
    );
    // The poll stands still, so these are on the server only, and one with a date in the middle of the window.
    await sql(`UPDATE mailbox_work SET due_at = NULL WHERE kind = 'incoming'`);
    await eventually(async () => expect((await road.mailbox(road.mailboxIds[0])).running).toBe(false));
    await road.exchange.deliver(inbox, { subject: 'just come' });
    await road.exchange.deliver(inbox, { subject: 'moved in', receivedAt: road.clock.in(-20 * hour) });
    const [{ item_id: left }] = await sql(
      `SELECT i.item_id FROM message_items i JOIN messages m ON m.id = i.message_id WHERE m.subject = 'kept 1'`,
    );
    road.exchange.moveItem(inbox, left, 'deleteditems');

    expect(await audit()).toMatchObject({ compared: 'items', missing: 0, surplus: 0, misplaced: 0, recurring: false });
    expect(await metric('postroom_audit_differences_total{kind="missing"}')).toBe(0);
    await road.api.post(`/v1/mailboxes/${road.mailboxIds[0]}/sync`);
    await stored(7);
  });

  it('compares at once when somebody asks, item by item, and tries what could not be read', async () => {
    await synced(3);
    const [bad] = await road.exchange.deliver(inbox, { subject: 'bad' });
    road.exchange.corruptItem(inbox, bad ?? '', 'ErrorCorruptData');
    await eventually(async () =>
      expect((await road.api.get(`/v1/mailboxes/${road.mailboxIds[0]}/item-failures`)).body.items).toHaveLength(1),
    );
    const asked = async () => {
      const answer = await road.api.post(`/v1/mailboxes/${road.mailboxIds[0]}/audits`);
      expect(answer).toMatchObject({ status: 202, body: { requestedAt: expect.any(String) } });
      return eventually(async () => {
        const [newest] = await audits();
        return newest.at >= answer.body.requestedAt && newest;
      });
    };
    expect(await asked()).toMatchObject({ compared: 'items', missing: 0, unreadable: 1 });
    road.exchange.corruptItem(inbox, bad ?? '', null);
    expect(await asked()).toMatchObject({ compared: 'items', missing: 0, unreadable: 0 });
    await stored(4);
    await road.api.post(`/v1/mailboxes/${road.mailboxIds[0]}/pause`);
    expect(await road.api.post(`/v1/mailboxes/${road.mailboxIds[0]}/audits`)).toMatchObject({
      status: 409,
      body: { code: 'audit-not-possible' },
    });
  });

  it('stops while the mailbox is paused, and names nobody who was deleted', async () => {
    await synced(3);
    await road.api.post(`/v1/mailboxes/${road.mailboxIds[0]}/pause`);
    expect(await sql(`SELECT due_at FROM mailbox_work WHERE kind = 'audit'`)).toEqual([{ due_at: null }]);
    await road.api.post(`/v1/mailboxes/${road.mailboxIds[0]}/resume`);
    await lose('kept 1');
    await audit();
    await lose('kept 2');
    await audit();
    expect(await road.incidents()).toMatchObject([{ open: true, code: 'AuditDifference' }]);
    expect(await road.api.delete(`/v1/mailboxes/${road.mailboxIds[0]}`)).toMatchObject({ status: 204 });
    expect(await road.incidents()).toMatchObject([{ open: false }]);
  });

  async function metric(name: string): Promise<number> {
    const text = await (await road.postroom.download('/metrics')).text();
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
    return line ? Number(line.split(' ').at(-1)) : 0;
  }

  async function polls(): Promise<void> {
    const { lastSyncAt } = await road.mailbox(road.mailboxIds[0]);
    await eventually(async () => (await road.mailbox(road.mailboxIds[0])).lastSyncAt > lastSyncAt);
  }
});
