import { SpoilingProxy } from '../support/spoiling-proxy.js';
import { WholeStage } from './support/whole-stage.js';

let stage: WholeStage;
let proxy: SpoilingProxy;
let profileId: string;
let address: string;
let mailbox: string;
let turn = 0;

beforeAll(async () => {
  stage = await WholeStage.open();
  proxy = await SpoilingProxy.start(stage.sandbox.ewsUrl);
  profileId = await stage.makeProfile({ ewsUrl: proxy.url });
});
afterAll(async () => {
  await stage?.close();
  await proxy?.close();
});
beforeEach(() => {
  turn += 1;
  address = `changed${turn}@example.com`;
  stage.sandbox.control.addMailbox({ address });
  proxy.spoil = () => undefined;
});
afterEach(async () => {
  await stage.client().post(`/v1/mailboxes/${mailbox}/pause`);
});

/** A scanner's mail with one Message-ID; `boundary` and `part` as a server makes them up. */
const scan = (content: string, { boundary = 'b', part = 'p1', received = '' } = {}) =>
  Buffer.from(
    [
      ...(received ? [`Received: ${received}`] : []),
      'From: Ann <ann@ext.example>',
      'To: box@bug.example',
      'Subject: Scan',
      'Date: Mon, 02 Mar 2026 10:00:00 +0100',
      'Message-ID: <dup@scanner.example>',
      'MIME-Version: 1.0',
      `Content-Type: multipart/related; boundary=${boundary}`,
      '',
      `--${boundary}`,
      'Content-Type: text/html',
      '',
      `<p>See <img src="cid:${part}"></p>`,
      `--${boundary}`,
      'Content-Type: application/pdf; name=scan.pdf',
      `Content-ID: <${part}>`,
      'Content-Disposition: attachment; filename=scan.pdf',
      '',
      content,
      `--${boundary}--`,
      '',
    ].join('\r\n'),
  );

const begin = async (of = address, more: object = {}) => {
  mailbox = await stage.makeMailbox(of, { profileId, ...more });
  while ((await stage.round()) > 0);
};
const deliver = (mime: Buffer, to = address) => stage.sandbox.control.deliverMime(to, mime);
const only = async (of = mailbox) => {
  const messages = await stage.messagesOf(of);
  expect(messages).toHaveLength(1);
  return (await stage.client().get(`/v1/messages/${messages[0].id}`)).body;
};
const bytes = async (id: string) =>
  (
    await stage.dataSource.query(
      `SELECT convert_from(c.mime, 'UTF8') AS mime FROM messages m JOIN message_contents c ON c.id = m.content_id WHERE m.id = $1`,
      [id],
    )
  )[0].mime as string;
const events = async (type: string) =>
  (
    await stage.dataSource.query(`SELECT data FROM events WHERE type = $1 AND mailbox_id = $2 ORDER BY seq`, [
      type,
      mailbox,
    ])
  ).map((row: { data: object }) => row.data);
const contents = async (of: string) =>
  (
    await stage.dataSource.query(
      `SELECT count(*)::int AS n FROM message_contents c WHERE encode(c.mime, 'escape') LIKE '%' || $1 || '%'`,
      [of],
    )
  )[0].n;

it('takes the new content of a message that comes again, and keeps the old one as long as its item is there', async () => {
  const first = await deliver(scan(`placeholder ${turn}`));
  await begin();
  const before = await only();
  await deliver(scan(`real scan ${turn}`));
  await stage.poll();
  const after = await only();
  expect(after).toMatchObject({ id: before.id });
  expect(after.contentId).not.toBe(before.contentId);
  expect(await bytes(after.id)).toContain('real scan');
  expect(await events('message.updated')).toEqual([
    { emailAddress: address, changed: ['attachments'], contentId: after.contentId },
  ]);
  expect(await events('message.received')).toHaveLength(1);
  expect(await contents(`placeholder ${turn}`)).toBe(1);

  // Moved or copied, the placeholder stays the older one.
  stage.sandbox.control.copyItem(address, first, 'inbox');
  await stage.poll();
  expect((await only()).contentId).toBe(after.contentId);
  for (const { itemId } of (await only()).items)
    if (itemId === first) stage.sandbox.control.deleteItem(address, itemId);
  await stage.poll();
  expect((await only()).contentId).toBe(after.contentId);
  expect(await events('message.updated')).toHaveLength(1);
});

it('takes both of one batch, and removes a content that no item has any more', async () => {
  const first = await deliver(scan(`one ${turn}`));
  await deliver(scan(`two ${turn}`));
  await begin();
  expect(await bytes((await only()).id)).toContain(`two ${turn}`);
  expect(await contents(`one ${turn}`)).toBe(1);
  stage.sandbox.control.deleteItem(address, first);
  await stage.poll();
  expect(await contents(`one ${turn}`)).toBe(0);
  expect(await bytes((await only()).id)).toContain(`two ${turn}`);
});

it('takes true copies, and one message whose MIME the server writes anew, for one', async () => {
  await deliver(scan(`same ${turn}`));
  await begin();
  await deliver(scan(`same ${turn}`));
  await deliver(scan(`same ${turn}`, { boundary: 'other', part: 'generated-7' }));
  await stage.poll();
  await only();
  expect(await events('message.updated')).toEqual([]);

  const other = `elsewhere${turn}@example.com`;
  stage.sandbox.control.addMailbox({ address: other });
  await deliver(scan(`same ${turn}`, { boundary: 'third', part: 'generated-8' }), other);
  const one = await only();
  const first = mailbox;
  await begin(other);
  expect((await only()).contentId).toBe(one.contentId);
  await stage.client().post(`/v1/mailboxes/${first}/pause`);
});

it('follows a message that is changed on the server, and reads nothing anew for a flag', async () => {
  const id = await deliver(scan(`draft ${turn}`));
  await begin();
  const before = await only();
  proxy.calls.length = 0;
  stage.sandbox.control.markRead(address, id);
  await stage.poll();
  expect(proxy.count('GetItem')).toBe(0);

  // The server tells of a change: the same item, another change key, another attachment.
  proxy.spoil = async (call) => {
    const answer = await call.forward();
    if (call.operation === 'SyncFolderItems')
      return {
        ...answer,
        body: answer.body.replace(
          /<m:Changes\s*\/>|<m:Changes><\/m:Changes>/,
          `<m:Changes><t:Update><t:Message><t:ItemId Id="${id}" ChangeKey="changed-key"/><t:DateTimeReceived>2026-03-01T09:00:00Z</t:DateTimeReceived></t:Message></t:Update></m:Changes>`,
        ),
      };
    if (call.operation !== 'GetItem') return answer;
    const mime = scan(`final and longer ${turn}`);
    return {
      ...answer,
      body: answer.body
        .replace(/(<t:MimeContent[^>]*>)[^<]*/, `$1${mime.toString('base64')}`)
        .replace(/<t:Size>\d+/, `<t:Size>${mime.length}`),
    };
  };
  await stage.poll();
  const after = await only();
  expect(after.id).toBe(before.id);
  expect(await bytes(after.id)).toContain('final and longer');
  expect(await events('message.updated')).toMatchObject([{ isRead: true }, { changed: ['attachments'] }]);
  // Told again with the same key, it is not even looked at.
  proxy.calls.length = 0;
  await stage.poll();
  expect(proxy.count('GetItem')).toBe(0);
});

it.each(['ErrorItemNotFound', 'ErrorItemCorrupt'])(
  'goes on with a page that tells twice of one item that answers %s',
  async (code) => {
    const id = await deliver(scan(`twice ${turn}`));
    await begin();
    stage.sandbox.control.corruptItem(address, id, code);
    proxy.spoil = async (call) => {
      if (call.operation !== 'SyncFolderItems') return undefined;
      const answer = await call.forward();
      const told = (key: string) =>
        `<t:Update><t:Message><t:ItemId Id="${id}" ChangeKey="${key}"/></t:Message></t:Update>`;
      return {
        ...answer,
        body: answer.body
          .replace(/<m:Changes\s*\/>|<m:Changes>/, `<m:Changes>${told('k1')}${told('k2')}`)
          .replace(/(<\/t:Update>)(<m:Inc)/, '$1</m:Changes>$2'),
      };
    };
    await stage.sandbox.control.deliver(address, { subject: 'next' });
    await stage.poll();
    expect((await stage.messagesOf(mailbox)).map(({ subject }) => subject)).toContain('next');
    expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', lastError: null });
  },
);

it('notices a change from the time of a sync state that the server has lost', async () => {
  await deliver(scan(`early ${turn}`));
  await begin();
  const before = await only();
  proxy.calls.length = 0;
  stage.sandbox.control.invalidateSyncStates(address);
  await stage.poll();
  expect(proxy.count('GetItem')).toBe(0);

  await stage.poll();
  stage.sandbox.control.invalidateSyncStates(address);
  proxy.spoil = async (call) => {
    const answer = await call.forward();
    const mime = scan(`late and longer ${turn}`);
    return {
      ...answer,
      body: answer.body
        .replace(/(<t:ItemId Id="[^"]*" ChangeKey=")[^"]*/g, '$1later')
        .replace(/(<t:MimeContent[^>]*>)[^<]*/, `$1${mime.toString('base64')}`)
        .replace(/<t:Size>\d+/, `<t:Size>${mime.length}`),
    };
  };
  await stage.poll();
  const after = await only();
  expect(after.id).toBe(before.id);
  expect(await bytes(after.id)).toContain('late and longer');
});

it('asks again for MIME that has lost its end, and marks it until it comes whole', async () => {
  await deliver(scan('long '.repeat(200)));
  let cut = 1;
  proxy.spoil = async (call) => {
    const answer = await call.forward();
    if (call.operation !== 'GetItem' || cut-- <= 0) return answer;
    return {
      ...answer,
      body: answer.body.replace(
        /(<t:MimeContent[^>]*>)([^<]*)/,
        (_all, tag: string, mime: string) => tag + mime.slice(0, 800),
      ),
    };
  };
  await begin();
  expect(await only()).toMatchObject({ incomplete: false });
  await stage.client().post(`/v1/mailboxes/${mailbox}/pause`);

  address = `cut${turn}@example.com`;
  stage.sandbox.control.addMailbox({ address });
  await deliver(scan('cut '.repeat(200)));
  cut = 2;
  await begin();
  const marked = await only();
  expect(marked).toMatchObject({ incomplete: true });
  expect(await stage.client().all(`/v1/mailboxes/${mailbox}/item-failures`)).toMatchObject([
    { kind: 'incomplete', code: 'MimeIncomplete' },
  ]);
  await stage.poll();
  expect(await only()).toMatchObject({ id: marked.id, incomplete: false });
  expect(await events('message.updated')).toHaveLength(1);
});

it('knows a message again that is moved before it comes whole, and one that comes whole before it is cut', async () => {
  const folder = 'Moved here';
  stage.sandbox.control.addFolder(address, { name: folder });
  const folders = [{ path: 'inbox' }, { path: folder }];
  let isCut = true;
  proxy.spoil = async (call) => {
    const answer = await call.forward();
    if (call.operation !== 'GetItem' || !isCut) return answer;
    // In the middle of the text, by which messages are told apart.
    const shorter = (_all: string, tag: string, base64: string) => {
      const mime = Buffer.from(base64, 'base64');
      return tag + mime.subarray(0, mime.indexOf('See') + 2).toString('base64');
    };
    return { ...answer, body: answer.body.replace(/(<t:MimeContent[^>]*>)([^<]*)/g, shorter) };
  };
  const item = await deliver(scan('moved '.repeat(200)));
  await begin(address, { folders });
  const marked = await only();
  expect(marked).toMatchObject({ incomplete: true });

  isCut = false;
  const moved = stage.sandbox.control.moveItem(address, item, folder);
  await stage.poll();
  await stage.poll();
  const whole = await only();
  expect(whole).toMatchObject({ id: marked.id, incomplete: false });

  isCut = true;
  stage.sandbox.control.moveItem(address, moved, 'inbox');
  await stage.poll();
  await stage.poll();
  expect(await only()).toMatchObject({ id: marked.id, incomplete: false, contentId: whole.contentId });
});

it('keeps the Received and X- headers that the server leaves out of the MIME', async () => {
  await deliver(scan(`plain ${turn}`));
  proxy.spoil = async (call) => {
    const answer = await call.forward();
    if (call.operation !== 'GetItem') return answer;
    const headers =
      '<t:InternetMessageHeaders><t:InternetMessageHeader HeaderName="Received">from a by b</t:InternetMessageHeader><t:InternetMessageHeader HeaderName="X-Ticket">42</t:InternetMessageHeader></t:InternetMessageHeaders>';
    return {
      ...answer,
      body: answer.body
        .replace(/<t:InternetMessageHeaders>[^]*?<\/t:InternetMessageHeaders>/, '')
        .replace('<t:Size>', `${headers}<t:Size>`),
    };
  };
  await begin();
  const { headers } = await only();
  expect(headers).toEqual(
    expect.arrayContaining([
      { name: 'Received', value: 'from a by b' },
      { name: 'X-Ticket', value: '42' },
      { name: 'Subject', value: 'Scan' },
    ]),
  );
});

it('is the same message to a version that reads its MIME better, and gets the better reading', async () => {
  const item = await deliver(scan(`same bytes ${turn}`));
  await begin();
  const before = await only();
  // As an earlier version had read it.
  await stage.dataSource.query(
    `WITH poorer AS (UPDATE messages SET identity = sha256('poorer'), subject = 'poorer' WHERE id = $1 RETURNING content_id)
     UPDATE message_contents SET source = sha256('poorer') WHERE id IN (SELECT content_id FROM poorer)`,
    [before.id],
  );
  const { control } = stage.sandbox;
  control.moveItem(address, control.moveItem(address, item, 'junkemail'), 'inbox');
  await stage.poll();
  expect(await only()).toMatchObject({ id: before.id, subject: 'Scan' });
});

it('takes the server’s own text of a body that cannot be read, and stays the same message', async () => {
  const mime = 'Subject: Broken\r\nMessage-ID: <broken@x>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n';
  const item = await deliver(Buffer.concat([Buffer.from(`${mime}Größe für \u00ff`), Buffer.from([0xff, 0xfe])]));
  let serverReads = '<t:Body BodyType="Text">Größe für 5 €</t:Body>';
  proxy.spoil = async (call) => {
    const answer = await call.forward();
    if (call.operation !== 'GetItem' || call.body.includes('IncludeMimeContent>true')) return answer;
    const bodies = /<t:(TextBody|Body)\b[^>]*>[^]*?<\/t:\1>/g;
    return { ...answer, body: answer.body.replace(bodies, '').replace('</t:Message>', `${serverReads}</t:Message>`) };
  };
  await begin();
  expect(await only()).toMatchObject({ text: 'Größe für 5 €' });
  const { control } = stage.sandbox;
  serverReads = '';
  control.moveItem(address, control.moveItem(address, item, 'junkemail'), 'inbox');
  await stage.poll();
  expect(await only()).toMatchObject({ text: 'Größe für 5 €' });
});
