import type { SyncChange } from '../../../src/drivers/port/mail-item.js';
import type { PortWorld } from './port-world.js';
import { detailsOf, fetched, inbox, listed } from './support.js';

/** Folders, listings by date and by changes, and items. */
export function itReads(world: () => PortWorld): void {
  const alice = () => world().open(world().alice);
  const deliver = (mail: Parameters<PortWorld['deliver']>[1] = {}) => world().deliver(world().alice, mail);

  it('opens folders by name and by id', async () => {
    await deliver({ count: 3 });
    const opened = await alice().openFolder(inbox);
    expect(opened).toMatchObject({ displayName: 'Inbox', totalCount: 3 });
    await expect(alice().openFolder({ id: opened.id })).resolves.toEqual(opened);
    await expect(world().open(world().bob).openFolder(inbox)).resolves.toMatchObject({ totalCount: 0 });
  });

  it('shows the folder tree, with the well-known ones named', async () => {
    const projects = world().addFolder(world().alice, 'Projects');
    const oak = world().addFolder(world().alice, 'Öak & Co', projects);
    const tree = await alice().listFolders();
    const inboxId = (await alice().openFolder(inbox)).id;
    expect(tree.find(({ id }) => id === inboxId)).toMatchObject({ distinguished: 'inbox', parentId: null });
    expect(tree.find(({ id }) => id === projects)).toMatchObject({ displayName: 'Projects', distinguished: null });
    expect(tree.find(({ id }) => id === oak)).toMatchObject({ displayName: 'Öak & Co', parentId: projects });
    expect(tree.flatMap(({ distinguished }) => distinguished ?? []).sort()).toEqual([
      'deleteditems',
      'drafts',
      'inbox',
      'junkemail',
      'outbox',
      'sentitems',
    ]);
  });

  it('says that a folder is gone', async () => {
    const id = world().addFolder(world().alice, 'Projects');
    await expect(alice().openFolder({ id })).resolves.toMatchObject({ displayName: 'Projects' });
    world().removeFolder(world().alice, id);
    expect(['folder-gone', 'unknown-id', 'item-gone']).toContain((await detailsOf(alice().openFolder({ id }))).kind);
  });

  it('lists what came since a time, oldest first, in pages of any size', async () => {
    const old = await deliver({ receivedAt: '2026-08-01T00:00:00Z', subject: 'too old' });
    const ids = await deliver({ count: 25, receivedAt: '2026-09-01T00:00:00Z' });
    const since = new Date('2026-09-01T00:00:00Z');
    const page = await alice().findReceivedSince(inbox, since, { offset: 0, limit: 100 });
    expect(page).toMatchObject({ last: true, unreadable: 0, limitation: null });
    expect(page.items.map(({ id }) => id)).toEqual(ids);
    expect(page.items[0]?.receivedAt).toEqual(since);
    for (const limit of [1, 7, 25]) expect((await listed(alice(), limit, since)).map(({ id }) => id)).toEqual(ids);
    expect((await listed(alice(), 7)).map(({ id }) => id)).toEqual([...old, ...ids]);
  });

  it('counts what came between two times, the first included', async () => {
    await deliver({ count: 25, receivedAt: '2026-09-01T00:00:00Z' });
    await deliver({ folder: 'junkemail', receivedAt: '2026-09-01T00:00:05Z' });
    const count = (from: string, to: string) => alice().countReceivedBetween(inbox, new Date(from), new Date(to));
    await expect(count('2026-09-01T00:00:00Z', '2026-09-01T01:00:00Z')).resolves.toBe(25);
    await expect(count('2026-09-01T00:00:05Z', '2026-09-01T00:00:10Z')).resolves.toBe(5);
    await expect(count('2026-08-01T00:00:00Z', '2026-09-01T00:00:00Z')).resolves.toBe(0);
  });

  it('follows changes, and says when the place to go on from is lost', async () => {
    const ids = await deliver({ count: 7 });
    const seen: SyncChange[] = [];
    let state: string | null = null;
    const drain = async () => {
      seen.length = 0;
      for (;;) {
        const page = await alice().syncFolder(inbox, state, 3);
        seen.push(...page.changes);
        state = page.syncState;
        if (page.last) return;
      }
    };
    await drain();
    expect(seen.map((change) => (change.kind === 'create' ? change.item.id : change.kind)).sort()).toEqual(
      [...ids].sort(),
    );
    const [first = '', second = '', third = ''] = ids;
    world().markRead(world().alice, first);
    world().deleteItem(world().alice, second);
    world().moveToJunk(world().alice, third);
    const [fresh = ''] = await deliver();
    await drain();
    expect(seen.map((change) => change.kind).sort()).toEqual(['create', 'delete', 'delete', 'read-flag']);
    expect(seen).toContainEqual({ kind: 'read-flag', itemId: first, isRead: true });
    expect(seen.find((change) => change.kind === 'create')).toMatchObject({ item: { id: fresh } });
    await drain();
    expect(seen).toEqual([]);
    world().loseSyncStates(world().alice);
    expect((await detailsOf(alice().syncFolder(inbox, state, 3))).kind).toBe('sync-state-invalid');
  });

  it('shows the same changes again for the same place', async () => {
    await deliver({ count: 4 });
    const once = await alice().syncFolder(inbox, null, 2);
    const twice = await alice().syncFolder(inbox, null, 2);
    expect(twice.changes).toEqual(once.changes);
    const next = await alice().syncFolder(inbox, once.syncState, 512);
    await expect(alice().syncFolder(inbox, once.syncState, 512)).resolves.toMatchObject({ changes: next.changes });
  });

  it('fetches MIME byte for byte, in the order asked, and each item’s own error', async () => {
    const mime = Buffer.from(
      'From: =?utf-8?Q?P=C3=A9?= <pe@x.test>\r\nTo: alice@contoso.test\r\nSubject: raw\r\nMessage-ID: <raw@x.test>\r\n\r\n\u00e9\u0000\u001a',
      'latin1',
    );
    const raw = await world().deliverMime(world().alice, mime, '2026-09-01T00:00:00Z');
    const [one = '', two = '', three = ''] = await deliver({ count: 3, subject: 'Note', isRead: true });
    world().makeUnreadable(world().alice, two);
    world().deleteItem(world().alice, three);
    const results = await alice().fetchItems([one, raw, two, three]);
    expect(results.map((result) => [result.itemId, result.ok || result.error.details.kind])).toEqual([
      [one, true],
      [raw, true],
      [two, 'other'],
      [three, 'item-gone'],
    ]);
    const [note, exact] = fetched(results.slice(0, 2));
    expect(exact?.mime?.equals(mime)).toBe(true);
    expect(exact?.properties).toMatchObject({
      itemClass: 'IPM.Note',
      subject: 'raw',
      internetMessageId: '<raw@x.test>',
      from: { name: 'Pé', address: 'pe@x.test' },
      receivedAt: new Date('2026-09-01T00:00:00Z'),
      isRead: false,
    });
    expect(note?.properties).toMatchObject({ subject: 'Note 1', isRead: true, to: [{ address: world().alice }] });
    await expect(alice().fetchItems([])).resolves.toEqual([]);
  });

  it('knows an item that was moved by its search key', async () => {
    const [id = ''] = await deliver();
    const [before] = fetched(await alice().fetchItems([id]));
    world().moveToJunk(world().alice, id);
    const page = await alice().syncFolder({ distinguished: 'junkemail' }, null, 512);
    const [created] = page.changes;
    const movedId = created?.kind === 'create' ? created.item.id : '';
    expect(movedId).not.toBe(id);
    const [after] = fetched(await alice().fetchItems([movedId]));
    expect(after?.properties.searchKey).toMatch(/^([0-9a-f]{2})+$/);
    expect(after?.properties.searchKey).toBe(before?.properties.searchKey);
  });

  it('fetches what the headers say without the content', async () => {
    const ids = await deliver({ count: 2, subject: 'Note', text: 'the words', headers: { 'X-Trace': 'abc' } });
    const results = fetched(await alice().fetchItemHeaders(ids));
    expect(results.map(({ id, mime }) => [id, mime])).toEqual(ids.map((id) => [id, null]));
    expect(results[0]?.properties).toMatchObject({ subject: 'Note 1', textBody: null, attachments: [] });
    expect(results[0]?.properties.headers).toContainEqual({ name: 'X-Trace', value: 'abc' });
  });

  it('reads an item by its properties, and its attachments', async () => {
    const content = Buffer.from([1, 2, 3]);
    const attachment = { name: 'ä.bin', content, contentType: 'application/x-thing', contentId: 'c1', inline: true };
    const [id = ''] = await deliver({
      subject: 'Größe',
      text: 'plain text',
      html: '<p>html</p>',
      headers: { 'X-Trace': 'abc' },
      attachments: [attachment],
    });
    const { mime, properties } = await alice().fetchItemProperties(id);
    expect(mime).toBeNull();
    expect(properties.htmlBody).toContain('html');
    if (world().showsText) expect(properties.textBody).toContain('plain text');
    expect(properties.headers).toContainEqual({ name: 'X-Trace', value: 'abc' });
    expect(properties.attachments).toMatchObject([{ kind: 'file', name: 'ä.bin', isInline: true }]);
    await expect(alice().fetchAttachment(properties.attachments[0]?.id ?? '')).resolves.toMatchObject({
      name: 'ä.bin',
      contentType: 'application/x-thing',
      content,
    });
  });
}
