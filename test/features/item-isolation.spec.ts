import { failure, fault, responses } from '../drivers/ews/support/answers.js';
import { SpoilingProxy, type ProxiedAnswer, type Spoil } from '../support/spoiling-proxy.js';
import { WholeStage } from './support/whole-stage.js';

let stage: WholeStage;
let proxy: SpoilingProxy;
let profileId: string;
let address: string;
let mailbox: string;
let turn = 0;

const minute = 60_000;
const html = (status: number): ProxiedAnswer => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: '<html>blocked</html>',
});
const xml = (body: string, status = 200): ProxiedAnswer => ({
  status,
  headers: { 'content-type': 'text/xml; charset=utf-8' },
  body,
});
const busy = (ms: number) => fault('ErrorServerBusy', 'Busy.', { BackOffMilliseconds: String(ms) });
const idsIn = (body: string) => body.match(/<t:ItemId /g)?.length ?? 0;
const itemErrors = (operation: string, code: string, count: number) =>
  xml(
    responses(
      operation,
      ...Array<string>(count).fill(
        failure(operation, code, 'No.', operation === 'GetItem' ? '<m:Items/>' : '<m:Attachments/>'),
      ),
    ),
  );

beforeAll(async () => {
  stage = await WholeStage.open();
  proxy = await SpoilingProxy.start(stage.sandbox.ewsUrl);
  profileId = await stage.makeProfile({ ewsUrl: proxy.url });
});
afterAll(async () => {
  await stage?.close();
  await proxy?.close();
});
beforeEach(async () => {
  turn += 1;
  address = `isolated${turn}@example.com`;
  stage.sandbox.control.addMailbox({ address });
  proxy.spoil = () => undefined;
  proxy.calls.length = 0;
  await stage.dataSource.query(`UPDATE profile_pacing SET hold_until = '-infinity', suspended_cause = NULL`);
});
afterEach(async () => {
  if (mailbox) await stage.client().post(`/v1/mailboxes/${mailbox}/pause`);
});

const deliver = (subject: string, count = 1) => stage.sandbox.control.deliver(address, { subject, count });
const begin = async (more: object = {}) => {
  mailbox = await stage.makeMailbox(address, { profileId, ...more });
  while ((await stage.round()) > 0);
};
const subjects = async () => (await stage.messagesOf(mailbox)).map(({ subject }) => subject).sort();
const failures = () => stage.client().all(`/v1/mailboxes/${mailbox}/item-failures`);

/** Spoils every GetItem whose answer holds the poison. */
const poisoned =
  (poison: string, spoil: (answer: ProxiedAnswer, call: Parameters<Spoil>[0]) => ProxiedAnswer): Spoil =>
  async (call) => {
    if (call.operation !== 'GetItem') return undefined;
    const answer = await call.forward();
    return answer.body.includes(poison) ? spoil(answer, call) : answer;
  };

describe('an error counts against the item that has it', () => {
  it.each([
    'ErrorAccessDenied',
    'ErrorInternalServerTransientError',
    'ErrorMailboxStoreUnavailable',
    'ErrorDataSourceOperation',
    'ErrorTooManyObjectsOpened',
    'ErrorServerBusy',
    'ErrorRightsManagementPermanentException',
    'ErrorThatNobodyKnows',
  ])('when an item in a batch answers %s', async (code) => {
    const [bad = ''] = await deliver('bad');
    await deliver('good', 3);
    stage.sandbox.control.corruptItem(address, bad, code);
    await begin();
    expect(await subjects()).toEqual(['good 1', 'good 2', 'good 3']);
    expect(await failures()).toMatchObject([{ itemId: bad, code, attempts: 1 }]);
    expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', failure: null, lastError: null });
    expect((await stage.client().get(`/v1/mailboxes/${mailbox}/status`)).body).toMatchObject({
      well: false,
      reasons: expect.arrayContaining([expect.objectContaining({ code: 'items-unreadable', failureCode: code })]),
    });

    // Alone in its batch, too: the folder opens.
    const [alone = ''] = await deliver('alone');
    stage.sandbox.control.corruptItem(address, alone, code);
    await stage.poll();
    expect((await failures()).map(({ itemId }) => itemId).sort()).toEqual([alone, bad].sort());
    expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', lastError: null });
  });

  it.each<[string, (answer: ProxiedAnswer, call: Parameters<Spoil>[0]) => ProxiedAnswer]>([
    ['is cut', (answer) => ({ ...answer, body: answer.body.slice(0, answer.body.length * 0.6) })],
    ['is not XML', (answer) => ({ ...answer, body: answer.body.replace('</t:Subject>', '</t:Subjec>') })],
    [
      'is reset',
      (_answer, { socket }) => {
        socket.destroy();
        throw new Error('reset');
      },
    ],
    ['is answered 403', () => html(403)],
    ['is answered 500', () => html(500)],
    ['is answered 502', () => html(502)],
    ['is answered 503', () => html(503)],
    ['is a fault', () => xml(fault('ErrorInternalServerTransientError'), 500)],
  ])('when the call that holds it %s', async (_what, spoil) => {
    await deliver('good', 4);
    const [bad = ''] = await deliver('poison');
    await deliver('more', 7);
    proxy.spoil = poisoned('poison', spoil);
    await begin();
    expect(await subjects()).toHaveLength(11);
    expect(await failures()).toMatchObject([{ itemId: bad, attempts: 1 }]);
    expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', failure: null, lastError: null });
    proxy.spoil = () => undefined;
    stage.clock.advance(minute);
    await stage.poll();
    expect(await subjects()).toHaveLength(12);
    expect(await failures()).toEqual([]);
  });

  it.each<[string, ProxiedAnswer]>([
    ['503 and a time to wait', { ...html(503), headers: { 'content-type': 'text/html', 'retry-after': '20' } }],
    ['429 and a time to wait', { ...html(429), headers: { 'content-type': 'text/html', 'retry-after': '20' } }],
    ['that it is busy', xml(busy(20_000), 500)],
    ['that it is busy, with a good status', xml(busy(20_000))],
    ['401', { ...html(401), headers: { 'www-authenticate': 'Basic realm="x"' } }],
    ['401 without a scheme', html(401)],
  ])('when the call that holds it is answered %s, after the pause that was asked for', async (_what, answer) => {
    const [bad = ''] = await deliver('poison');
    await deliver('good', 4);
    proxy.spoil = poisoned('poison', () => answer);
    await begin();
    stage.clock.advance(minute);
    await stage.poll();
    stage.clock.advance(minute);
    await stage.poll();
    expect(await subjects()).toEqual(['good 1', 'good 2', 'good 3', 'good 4']);
    expect(await failures()).toMatchObject([{ itemId: bad }]);
    expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', failure: null, lastError: null });

    // Each later try of it holds up nothing.
    for (let hour = 0; hour < 4; hour += 1) {
      stage.clock.advance(60 * minute);
      await deliver(`hour ${hour}`);
      await stage.poll();
      expect(await subjects()).toContain(`hour ${hour}`);
      expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', lastError: null });
    }
    proxy.spoil = () => undefined;
    await stage.client().post(`/v1/mailboxes/${mailbox}/item-failures/retry`);
    await stage.poll();
    expect(await failures()).toEqual([]);
  });

  it('and a call that fails once is only asked once more', async () => {
    let left = 1;
    proxy.spoil = ({ operation }) => (operation === 'GetItem' && left-- > 0 ? html(503) : undefined);
    await deliver('one');
    await begin();
    expect(await subjects()).toEqual(['one']);
    expect(await failures()).toEqual([]);
    expect(await stage.mailbox(mailbox)).toMatchObject({ lastError: null });
  });

  it('also when the headers are read before it for a filter', async () => {
    const [bad = ''] = await deliver('poison');
    await deliver('good', 2);
    proxy.spoil = poisoned('poison', () => html(403));
    await stage.dataSource.query(`UPDATE email_server_profiles SET max_message_bytes = 1000000 WHERE id = $1`, [
      profileId,
    ]);
    await begin();
    await stage.dataSource.query(`UPDATE email_server_profiles SET max_message_bytes = NULL WHERE id = $1`, [
      profileId,
    ]);
    expect(await subjects()).toEqual(['good 1', 'good 2']);
    expect(await failures()).toMatchObject([{ itemId: bad }]);
  });

  it('but against the mailbox when no folder opens', async () => {
    await deliver('one');
    proxy.spoil = ({ operation }) => (['GetItem', 'GetFolder'].includes(operation) ? html(403) : undefined);
    await begin();
    expect(await failures()).toEqual([]);
    // Listings are answered, so that it is trouble that may pass and no denial.
    expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', lastError: { code: 'Http403' } });
  });
});

describe('a server that gives no item at all', () => {
  const broken: [string, Spoil][] = [
    [
      'answers an error for each',
      ({ operation, body }) =>
        operation === 'GetItem' ? itemErrors('GetItem', 'ErrorInternalServerError', idsIn(body)) : undefined,
    ],
    [
      'answers without response messages',
      ({ operation }) => (operation === 'GetItem' ? xml(responses('GetItem')) : undefined),
    ],
    ['answers 502', ({ operation }) => (operation === 'GetItem' ? html(502) : undefined)],
  ];

  it.each(broken)(
    'and %s is asked a few times only, and has everything stored a poll after it works',
    async (_, spoil) => {
      await deliver('waiting', 40);
      proxy.spoil = spoil;
      await begin();
      expect(await subjects()).toEqual([]);
      expect(await failures()).toHaveLength(40);
      expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', failure: null });
      expect(proxy.count('GetItem')).toBeLessThanOrEqual(16);
      for (let poll = 0; poll < 10; poll += 1) {
        proxy.calls.length = 0;
        await stage.poll();
        expect(proxy.count('GetItem')).toBeLessThanOrEqual(10);
      }
      proxy.spoil = () => undefined;
      await stage.poll();
      await stage.poll();
      expect(await subjects()).toHaveLength(40);
      expect(await failures()).toEqual([]);
    },
  );

  it('for days is asked more and more rarely, and again as soon as other mail can be read', async () => {
    const held = await deliver('held', 3);
    for (const id of held) stage.sandbox.control.corruptItem(address, id, 'ErrorInternalServerError');
    await begin();
    for (let step = 0; step < 20; step += 1) {
      stage.clock.advance(6 * 60 * minute);
      await stage.poll();
    }
    expect(await failures()).toHaveLength(3);
    proxy.calls.length = 0;
    await stage.poll();
    await stage.poll();
    expect(proxy.count('GetItem')).toBe(0);
    for (const id of held) stage.sandbox.control.corruptItem(address, id, null);
    await deliver('new');
    await stage.poll();
    await stage.poll();
    expect(await subjects()).toEqual(['held 1', 'held 2', 'held 3', 'new']);
  });
});

describe('a call that only improves a message', () => {
  /** The server's own reading of an item, asked for because the MIME has bytes that are no text. */
  const forBodies: (answer: (body: string) => ProxiedAnswer) => Spoil =
    (answer) =>
    ({ operation, body }) =>
      operation === 'GetItem' && !body.includes('IncludeMimeContent>true') ? answer(body) : undefined;
  const damaged = Buffer.concat([
    Buffer.from('Subject: damaged\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGrüße über Füße '),
    Buffer.from([0xff, 0x0d, 0x0a]),
  ]);

  it.each<[string, (body: string) => ProxiedAnswer, number]>([
    ['the sign-in refused', () => ({ ...html(401), headers: { 'www-authenticate': 'Basic realm="x"' } }), 1],
    ['a wish for quiet', () => xml(busy(20_000), 500), 1],
    ['an error of the item', (body) => itemErrors('GetItem', 'ErrorItemCorrupt', idsIn(body)), 15],
  ])('and is answered with %s stops nothing', async (_what, answer, items) => {
    for (let count = 0; count < 15; count += 1) await stage.sandbox.control.deliverMime(address, damaged);
    const asked = new Set<string | undefined>();
    proxy.spoil = forBodies((body) => {
      asked.add(/<t:ItemId Id="([^"]+)"/.exec(body)?.[1]);
      return answer(body);
    });
    await begin();
    expect(await subjects()).toHaveLength(15);
    expect(await failures()).toEqual([]);
    expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', failure: null, lastError: null });
    expect(asked.size).toBe(items);
  });
});

describe('an attachment that cannot be read', () => {
  const withCard = () => stage.sandbox.control.deliverMime(address, cardMail());
  const cardMail = () =>
    Buffer.from(
      [
        'From: Ann <ann@ext.example>',
        'To: box@example.com',
        'Subject: With an attached mail',
        'Date: Mon, 02 Mar 2026 10:00:00 +0100',
        `Message-ID: <attached${turn}@ext.example>`,
        'MIME-Version: 1.0',
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        'Content-Type: text/plain',
        '',
        'See both.',
        '--b',
        'Content-Type: text/plain; name=note.txt',
        'Content-Disposition: attachment; filename=note.txt',
        '',
        'a note',
        '--b',
        'Content-Type: message/rfc822',
        'Content-Disposition: attachment; filename=mail.eml',
        '',
        'From: Bob <bob@ext.example>',
        'Subject: Inner',
        '',
        'inner text',
        '--b--',
        '',
      ].join('\r\n'),
    );
  const withoutMime: Spoil = ({ operation, body }) =>
    operation === 'GetItem' && body.includes('IncludeMimeContent>true')
      ? itemErrors('GetItem', 'ErrorMimeContentConversionFailed', idsIn(body))
      : undefined;
  const message = async () => {
    const [one] = await stage.messagesOf(mailbox);
    return (await stage.client().get(`/v1/messages/${one.id}`)).body;
  };

  it.each(['ErrorItemCorrupt', 'ErrorAccessDenied', 'ErrorInternalServerError'])(
    'with %s leaves a note in its place, and completes the message when it can be read',
    async (code) => {
      await withCard();
      const denied: Spoil = async (call) => {
        if (call.operation !== 'GetAttachment') return withoutMime(call);
        const answer = await call.forward();
        return answer.body.includes('ItemAttachment') ? itemErrors('GetAttachment', code, 1) : answer;
      };
      proxy.spoil = denied;
      await begin();
      expect(await stage.mailbox(mailbox)).toMatchObject({ state: 'active', lastError: null });
      const stored = await message();
      expect(stored).toMatchObject({ subject: 'With an attached mail', incomplete: true });
      const lacking = stored.attachments.filter((one: { unavailable: unknown }) => one.unavailable);
      expect(lacking).toMatchObject([{ unavailable: { code, retryAt: expect.any(String) } }]);
      expect(stored.attachments).toHaveLength(2);
      const path = `/v1/messages/${stored.id}/attachments/${lacking[0].position}`;
      expect(await stage.client().get(path)).toMatchObject({ status: 404, body: { code: 'attachment-unavailable' } });
      expect(await failures()).toMatchObject([{ kind: 'incomplete', code }]);

      proxy.spoil = withoutMime;
      stage.clock.advance(minute);
      await stage.poll();
      const whole = await message();
      expect(whole).toMatchObject({ id: stored.id, incomplete: false });
      expect(whole.attachments.filter((one: { unavailable: unknown }) => one.unavailable)).toEqual([]);
      expect(await failures()).toEqual([]);
      const [event] = await stage.dataSource.query(
        `SELECT data FROM events WHERE type = 'message.updated' AND subject_id = $1`,
        [stored.id],
      );
      expect(event.data).toMatchObject({ changed: ['attachments'] });
    },
  );

  it('for it is a contact, is given in words', async () => {
    await withCard();
    proxy.spoil = async (call) => {
      if (call.operation !== 'GetAttachment') return withoutMime(call);
      const answer = await call.forward();
      const card = '<t:Contact><t:ItemClass>IPM.Contact</t:ItemClass><t:Subject>Card</t:Subject></t:Contact>';
      return { ...answer, body: answer.body.replace(/<t:Message>[^]*<\/t:Message>/, card) };
    };
    await begin();
    const stored = await message();
    expect(stored).toMatchObject({ incomplete: false });
    const position = stored.attachments.find(
      (one: { filename: string }) => one.filename.endsWith('.txt') && one.filename !== 'note.txt',
    ).position;
    const { body } = await stage.client().get(`/v1/messages/${stored.id}/attachments/${position}`);
    expect(JSON.stringify(body)).toContain('IPM.Contact');
  });
});

describe('mail that cannot be read for half an hour', () => {
  const notices = async () =>
    (await stage.client().all('/v1/incidents?open=true')).filter(
      (incident) => incident.code === 'ItemsUnreadable' && incident.profileId === profileId,
    );

  it('is brought to notice, until none is left', async () => {
    const bad = await deliver('bad', 2);
    await deliver('good');
    for (const id of bad) stage.sandbox.control.corruptItem(address, id, 'ErrorAccessDenied');
    await begin();
    await stage.poll();
    expect(await notices()).toEqual([]);
    stage.clock.advance(30 * minute);
    await stage.poll();
    expect(await notices()).toMatchObject([
      {
        scope: 'notice',
        title: expect.stringContaining('cannot be read'),
        cause: expect.stringContaining('2 messages'),
        stoppedMailboxes: 1,
      },
    ]);
    stage.sandbox.control.corruptItem(address, bad[0] ?? '', null);
    await stage.client().post(`/v1/mailboxes/${mailbox}/item-failures/retry`, {});
    await stage.poll();
    expect(await notices()).toHaveLength(1);
    stage.sandbox.control.corruptItem(address, bad[1] ?? '', null);
    await stage.client().post(`/v1/mailboxes/${mailbox}/item-failures/retry`, {});
    await stage.poll();
    expect(await failures()).toEqual([]);
    expect(await notices()).toEqual([]);
  });

  it('is told until the last one is read that failed in the meantime', async () => {
    const [early = ''] = await deliver('early');
    stage.sandbox.control.corruptItem(address, early, 'ErrorItemCorrupt');
    await begin();
    stage.clock.advance(31 * minute);
    await stage.poll();
    const [late = ''] = await deliver('late');
    stage.sandbox.control.corruptItem(address, late, 'ErrorAccessDenied');
    await stage.poll();
    for (const id of [early, late]) {
      expect(await notices()).toHaveLength(1);
      stage.sandbox.control.corruptItem(address, id, null);
      await stage.client().post(`/v1/mailboxes/${mailbox}/item-failures/retry`);
      await stage.poll();
    }
    expect(await failures()).toEqual([]);
    expect(await notices()).toEqual([]);
  });

  it('and lies in a folder that is watched no more, is no trouble any more, and is tried when it is watched again', async () => {
    const projects = stage.sandbox.control.addFolder(address, { name: 'Projects' });
    const [bad = ''] = await stage.sandbox.control.deliver(address, { subject: 'bad', folder: projects });
    stage.sandbox.control.corruptItem(address, bad, 'ErrorItemCorrupt');
    const both = [{ path: 'inbox' }, { path: 'Projects' }];
    await begin({ folders: both });
    stage.clock.advance(31 * minute);
    await stage.poll();
    expect(await notices()).toMatchObject([{ stoppedMailboxes: 1 }]);
    const choose = async (folders: object[]) => {
      const { status } = await stage.client().patch(`/v1/mailboxes/${mailbox}`, { folders });
      expect(status).toBe(200);
      await stage.poll();
      await stage.poll();
    };
    await choose([{ path: 'inbox' }]);
    expect(await notices()).toEqual([]);
    expect(await failures()).toEqual([]);
    expect((await stage.client().get(`/v1/mailboxes/${mailbox}/status`)).body).toMatchObject({ well: true });

    stage.sandbox.control.corruptItem(address, bad, null);
    await choose(both);
    expect(await subjects()).toEqual(['bad']);
  });
});

it('tries an item over days, sets it aside then, and reads it once another one with that error is read', async () => {
  const [first = '', second = ''] = await deliver('damaged', 2);
  await deliver('sound', 1);
  for (const id of [first, second]) stage.sandbox.control.corruptItem(address, id, 'ErrorItemCorrupt');
  await begin();
  const retryIn = async () => {
    const [one] = await failures();
    return one.retryAt === null ? null : Math.round((Date.parse(one.retryAt) - stage.clock.now().getTime()) / minute);
  };
  const waits: (number | null)[] = [await retryIn()];
  for (let tries = 1; tries < 20; tries += 1) {
    stage.clock.advance((waits.at(-1) ?? 0) * minute);
    await stage.client().post(`/v1/mailboxes/${mailbox}/sync`);
    while ((await stage.round()) > 0);
    waits.push(await retryIn());
  }
  expect(waits).toEqual([1, 5, 15, 60, 360, ...Array<number>(14).fill(1440), null]);
  expect(await failures()).toMatchObject([{ attempts: 20 }, { attempts: 20 }]);
  const counted = async () =>
    /^postroom_items_unreadable\{tried="set-aside"\} (\d+)$/m.exec((await stage.client().get('/metrics')).body)?.[1];
  expect(Number(await counted())).toBeGreaterThanOrEqual(2);

  for (const id of [first, second]) stage.sandbox.control.corruptItem(address, id, null);
  const [one] = await failures();
  await stage.client().post(`/v1/mailboxes/${mailbox}/item-failures/retry`, { itemId: one.itemId });
  await stage.poll();
  await stage.poll();
  expect(await failures()).toEqual([]);
  expect(await counted()).toBe('0');
  expect(await subjects()).toEqual(['damaged 1', 'damaged 2', 'sound']);
});

it('reads an item whose folder was known by another key when it failed', async () => {
  stage.sandbox.control.addFolder(address, { name: 'Projects' });
  const [damaged = ''] = await deliver('damaged');
  stage.sandbox.control.corruptItem(address, damaged, 'ErrorItemCorrupt');
  // The inbox is asked for first among the well-known folders; without an answer it is a folder like any other.
  proxy.spoil = async ({ operation, forward }) => {
    if (operation !== 'GetFolder') return undefined;
    const answer = await forward();
    const body = answer.body.replace(
      /<m:GetFolderResponseMessage .*?<\/m:GetFolderResponseMessage>/s,
      failure('GetFolder', 'ErrorFolderCorrupt', 'No.', '<m:Folders/>'),
    );
    return { ...answer, body };
  };
  await begin({ folders: [{ path: 'inbox' }, { path: 'Projects' }] });
  const [failed] = await failures();
  expect(failed).toMatchObject({ itemId: damaged });
  expect(failed.folder).not.toBe('inbox');

  proxy.spoil = () => undefined;
  for (let polls = 0; polls < 15; polls += 1) await stage.poll();
  stage.sandbox.control.corruptItem(address, damaged, null);
  await stage.client().post(`/v1/mailboxes/${mailbox}/item-failures/retry`);
  await stage.poll();
  expect(await failures()).toEqual([]);
  expect(await subjects()).toEqual(['damaged']);
});

it('loses nothing to a server that for a quarter of an hour knows none of the ids that it tells', async () => {
  await deliver('there', 3);
  proxy.spoil = ({ operation, body }) =>
    operation === 'GetItem' ? itemErrors('GetItem', 'ErrorItemNotFound', idsIn(body)) : undefined;
  await begin();
  for (let poll = 0; poll < 15; poll += 1) await stage.poll();
  proxy.spoil = () => undefined;
  await stage.poll();
  await stage.poll();
  expect(await subjects()).toEqual(['there 1', 'there 2', 'there 3']);
});

it('asks again for some minutes for an id that the server has told and does not know yet', async () => {
  const [early = ''] = await deliver('early');
  stage.sandbox.control.corruptItem(address, early, 'ErrorItemNotFound');
  await begin();
  expect(await failures()).toEqual([]);
  await stage.poll();
  stage.sandbox.control.corruptItem(address, early, null);
  await stage.poll();
  await stage.poll();
  expect(await subjects()).toEqual(['early']);

  const [gone = ''] = await deliver('gone');
  stage.sandbox.control.corruptItem(address, gone, 'ErrorItemNotFound');
  await stage.poll();
  for (let poll = 0; poll < 12; poll += 1) await stage.poll();
  proxy.calls.length = 0;
  await stage.poll();
  await stage.poll();
  expect(proxy.count('GetItem')).toBe(0);
});
