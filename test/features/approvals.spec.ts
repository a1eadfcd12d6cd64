import { succeeded, WholeStage } from './support/whole-stage.js';

const addresses = Array.from({ length: 4 }, (_, index) => `u${index + 1}@example.com`);
const refused = {
  status: 409,
  body: { code: 'mailbox-not-approved', remediation: expect.stringContaining('approve') },
};

describe('mailboxes that need an approval', () => {
  let stage: WholeStage;

  beforeEach(async () => {
    stage = await WholeStage.open({ addresses, env: { REQUIRE_MAILBOX_APPROVAL: 'true' } });
  });
  afterEach(() => stage.close());

  const post = (path: string, body?: object) => stage.client().post(path, body);

  it('do nothing until somebody approves them, who needs more than a key that creates', async () => {
    const write = stage.client(await stage.makeKey(['write']));
    const created = succeeded(
      await write.post('/v1/mailboxes', { profileId: stage.profileId, emailAddress: addresses[0] }),
    );
    expect(created).toMatchObject({ state: 'paused', approvedAt: null, nextSyncAt: null });
    const path = `/v1/mailboxes/${created.id}`;
    expect(await write.post(`${path}/resume`)).toMatchObject(refused);
    expect(await write.post(`${path}/sync`)).toMatchObject(refused);
    expect(await write.post(`${path}/test`, { enable: true })).toMatchObject(refused);
    expect(await write.post(`${path}/approve`)).toMatchObject({ status: 403, body: { code: 'missing-scope' } });
    expect(await write.post('/v1/mailboxes/approve', { profileId: stage.profileId })).toMatchObject({ status: 403 });
    expect(await write.delete(`${path}/approval`)).toMatchObject({ status: 403 });
    expect(await stage.claim()).toEqual([]);

    const approved = succeeded(await post(`${path}/approve`));
    expect(approved).toMatchObject({ state: 'paused', approvedAt: stage.clock.now().toISOString() });
    stage.clock.advance(60_000);
    expect(succeeded(await post(`${path}/approve`)).approvedAt).toBe(approved.approvedAt);
    expect(succeeded(await write.post(`${path}/resume`))).toMatchObject({ state: 'active' });
    await stage.round();
    expect((await stage.mailbox(created.id)).lastSyncAt).not.toBeNull();
  });

  it('stop at once when the approval is withdrawn, and for good until it is given anew', async () => {
    const id = await stage.makeMailbox(addresses[0] ?? '');
    const path = `/v1/mailboxes/${id}`;
    await post(`${path}/approve`);
    await post(`${path}/resume`);
    const [claim] = await stage.claim();
    expect(await stage.client().delete(`${path}/approval`)).toMatchObject({ status: 204 });
    await stage.sandbox.control.deliver(addresses[0] ?? '', { subject: 'too late' });
    await stage.receive(claim!);
    expect(await stage.messagesOf(id)).toEqual([]);
    expect(await stage.mailbox(id)).toMatchObject({ state: 'paused', approvedAt: null, nextSyncAt: null });
    expect(await post(`${path}/resume`)).toMatchObject(refused);
    expect(await stage.client().delete(`${path}/approval`)).toMatchObject({ status: 204 });
  });

  it('need it again under another address', async () => {
    const id = await stage.makeMailbox(addresses[0] ?? '');
    const path = `/v1/mailboxes/${id}`;
    for (const change of [{ emailAddress: addresses[1] }, { connectingSid: 'other@example.com' }]) {
      await post(`${path}/approve`);
      await post(`${path}/resume`);
      succeeded(await stage.client().patch(path, { displayName: 'Somebody' }));
      expect(await stage.mailbox(id)).toMatchObject({ state: 'active' });
      succeeded(await stage.client().patch(path, change));
      expect(await stage.mailbox(id)).toMatchObject({ state: 'paused', approvedAt: null });
      expect(await post(`${path}/sync`)).toMatchObject(refused);
    }
    expect(await stage.claim()).toEqual([]);
  });

  it('keep it when only the spelling of the address changes, and what they have read', async () => {
    const id = await stage.makeMailbox(addresses[0] ?? '', { connectingSid: 'owner@example.com' });
    const path = `/v1/mailboxes/${id}`;
    await post(`${path}/approve`);
    await post(`${path}/resume`);
    const patch = { emailAddress: 'U1@Example.com', connectingSid: 'Owner@EXAMPLE.com' };
    expect(succeeded(await stage.client().patch(path, patch))).toMatchObject({
      ...patch,
      state: 'active',
      approvedAt: expect.any(String),
    });
  });

  it('are approved many at once, as far as the key sees them', async () => {
    const other = await stage.makeProfile();
    const ids: string[] = [];
    for (const [index, address] of addresses.entries())
      ids.push(await stage.makeMailbox(address, index > 1 ? { profileId: other } : {}));
    const limited = stage.client(await stage.makeKey(['admin'], [other]));
    expect(await limited.post(`/v1/mailboxes/${ids[0]}/approve`)).toMatchObject({ status: 404 });
    expect(await limited.delete(`/v1/mailboxes/${ids[0]}/approval`)).toMatchObject({ status: 404 });
    expect(succeeded(await limited.post('/v1/mailboxes/approve', { mailboxIds: [ids[0], ids[2]] }))).toEqual({
      approved: 1,
    });
    expect(succeeded(await limited.post('/v1/mailboxes/approve', { profileId: other }))).toEqual({ approved: 1 });
    const waiting = await stage.client().all('/v1/mailboxes?approved=false');
    expect(waiting.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(succeeded(await post('/v1/mailboxes/approve', { mailboxIds: ids }))).toEqual({ approved: 2 });
    expect(await stage.client().all('/v1/mailboxes?approved=false')).toEqual([]);
  });
});

describe('mailboxes that need none', () => {
  it('start at once, or after their test', async () => {
    const stage = await WholeStage.open({ addresses });
    try {
      const now = await stage.makeMailbox(addresses[0] ?? '');
      const later = await stage.makeMailbox(addresses[1] ?? '', { start: 'after-test' });
      expect(await stage.mailbox(now)).toMatchObject({ state: 'active', approvedAt: expect.any(String) });
      expect(await stage.mailbox(later)).toMatchObject({ state: 'paused', approvedAt: expect.any(String) });
      expect((await stage.claim()).map(({ mailboxId }) => mailboxId)).toEqual([now]);
      succeeded(await stage.client().patch(`/v1/mailboxes/${now}`, { emailAddress: addresses[2] }));
      expect(await stage.mailbox(now)).toMatchObject({ state: 'active' });
    } finally {
      await stage.close();
    }
  });
});
