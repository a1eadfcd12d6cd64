import { v7 as uuid } from 'uuid';
import { statementsOf } from './support/sql-log.js';
import { WholeStage, succeeded } from './support/whole-stage.js';

interface Row {
  readonly index: number;
  readonly result: string;
  readonly id: string | null;
  readonly errors?: { field: string; message: string }[];
}

let stage: WholeStage;
beforeAll(async () => {
  stage = await WholeStage.open({ addresses: ['anna@example.com', 'ben@example.com'] });
});
afterAll(() => stage?.close());

describe('a batch of 10,000 mailboxes', () => {
  let profileId: string;
  const rows: object[] = [];
  const kind = (index: number) =>
    index % 100 === 3 ? 'invalid' : index % 100 === 5 ? 'doubled' : index % 100 === 7 ? 'there' : 'new';

  beforeAll(async () => {
    profileId = await stage.makeProfile();
    for (let index = 0; index < 10_000; index += 1) {
      const emailAddress = `user${kind(index) === 'doubled' ? index - 1 : index}@example.com`;
      rows.push({
        profileId,
        emailAddress: kind(index) === 'doubled' ? emailAddress.toUpperCase() : emailAddress,
        displayName: `Row ${index}`,
        ...(kind(index) === 'invalid' ? { emailAddress: 'nobody', outgoing: 'yes' } : {}),
      });
    }
    const there = rows.filter((_, index) => kind(index) === 'there');
    expect(succeeded(await stage.client().post('/v1/mailboxes/batch', { mailboxes: there })).created).toBe(100);
  });

  it('gives each row its own result, with one statement a table, and replays them', async () => {
    const key = { 'idempotency-key': 'the-big-batch' };
    let answer: { results: Row[]; created: number; existing: number; invalid: number } | undefined;
    const statements = await statementsOf(stage.dataSource, async () => {
      answer = succeeded(await stage.client().post('/v1/mailboxes/batch', { mailboxes: rows }, key));
    });
    if (!answer) throw new Error('no answer');
    expect(answer).toMatchObject({ created: 9_700, existing: 200, invalid: 100 });
    expect(answer.results.map(({ index }) => index)).toEqual(rows.map((_, index) => index));
    for (const { index, result, id, errors } of answer.results) {
      const expected = { invalid: 'invalid', doubled: 'exists', there: 'exists', new: 'created' }[kind(index)];
      if (result !== expected) throw new Error(`row ${index} is ${result}`);
      if (result === 'invalid')
        expect([id, errors?.map(({ field }) => field)]).toEqual([null, ['emailAddress', 'outgoing']]);
      if (kind(index) === 'doubled') expect(id).toBe(answer.results[index - 1]?.id);
    }
    const inserts = statements.map(({ sql }) => /^INSERT INTO (\w+)/.exec(sql)?.[1]).filter(Boolean);
    expect(inserts.sort()).toEqual(['idempotency_keys', 'mailbox_work', 'mailboxes']);
    expect(statements.length).toBeLessThanOrEqual(9);

    const again = await stage.client().post('/v1/mailboxes/batch', { mailboxes: rows }, key);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual(answer);
    const other = await stage.client().post('/v1/mailboxes/batch', { mailboxes: rows.slice(1) }, key);
    expect([other.status, other.body.code]).toEqual([409, 'idempotency-key-reused']);
    const [counted] = await stage.dataSource.query('SELECT count(*)::int AS n FROM mailboxes WHERE profile_id = $1', [
      profileId,
    ]);
    expect(counted.n).toBe(9_800);
    const doubled = succeeded(await stage.client().get('/v1/mailboxes?emailAddress=user4@example.com')).items;
    // The first of two rows with one address is the one that counts.
    expect(doubled).toMatchObject([{ displayName: 'Row 4', emailAddress: 'user4@example.com', state: 'active' }]);
    expect(doubled[0].nextSyncAt).toBe(stage.clock.now().toISOString());
  });

  it('and no more', async () => {
    const answer = await stage.client().post('/v1/mailboxes/batch', { mailboxes: [...rows, rows[0]] });
    expect([answer.status, answer.body.errors[0].field]).toEqual([400, 'mailboxes']);
  });

  it('lists them page by page, each once, in the order of their creation', async () => {
    const all = await stage.client().all(`/v1/mailboxes?profileId=${profileId}&limit=200`);
    const ids = all.map(({ id }) => id);
    expect(new Set(ids).size).toBe(9_800);
    expect(ids).toEqual([...ids].sort());
  });

  it('sent twice at once, in opposite orders, creates each mailbox once', async () => {
    const batch = Array.from({ length: 500 }, (_, index) => ({ profileId, emailAddress: `twice${index}@example.com` }));
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, turn) =>
        stage.client().post('/v1/mailboxes/batch', { mailboxes: turn % 2 ? [...batch].reverse() : batch }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(answers.reduce((sum, { body }) => sum + body.created, 0)).toBe(500);
    expect(answers.reduce((sum, { body }) => sum + body.existing, 0)).toBe(2_500);
    const ids = answers.map(({ body }) => new Set(body.results.map((row: Row) => row.id)));
    expect(ids).toEqual(ids.map(() => ids[0]));
  });
});

describe('a mailbox', () => {
  it('is read, changed, found, paused, resumed, synced and deleted', async () => {
    const api = stage.client();
    const id = await stage.makeMailbox('anna@example.com', { displayName: 'Anna', outgoing: true });
    expect(await stage.mailbox(id)).toMatchObject({
      profileId: stage.profileId,
      emailAddress: 'anna@example.com',
      displayName: 'Anna',
      connectingSid: null,
      incoming: true,
      outgoing: true,
      state: 'active',
      failure: null,
      lastError: null,
      lastSyncAt: null,
      running: false,
    });
    await stage.round();
    expect((await stage.mailbox(id)).lastSyncAt).toBe(stage.clock.now().toISOString());

    expect(
      succeeded(await api.patch(`/v1/mailboxes/${id}`, { displayName: null, connectingSid: 'anna' })),
    ).toMatchObject({
      displayName: null,
      connectingSid: 'anna',
    });
    expect(succeeded(await api.get('/v1/mailboxes?emailAddress=ANNA@EXAMPLE.COM')).items).toMatchObject([{ id }]);
    expect(succeeded(await api.post(`/v1/mailboxes/${id}/pause`))).toMatchObject({ state: 'paused', nextSyncAt: null });
    expect(succeeded(await api.get('/v1/mailboxes?state=paused')).items).toMatchObject([{ id }]);
    const refused = await api.post(`/v1/mailboxes/${id}/sync`);
    expect([refused.status, refused.body.code]).toEqual([409, 'mailbox-paused']);
    expect(succeeded(await api.post(`/v1/mailboxes/${id}/resume`))).toMatchObject({
      state: 'active',
      nextSyncAt: stage.clock.now().toISOString(),
    });
    stage.clock.advance(1_000);
    const asked = await api.post(`/v1/mailboxes/${id}/sync`);
    expect([asked.status, asked.body.state]).toEqual([202, 'active']);

    expect((await api.delete(`/v1/mailboxes/${id}`)).status).toBe(204);
    for (const path of [`/v1/mailboxes/${id}`, `/v1/messages?mailboxId=${id}`, `/v1/mailboxes/${id}/item-failures`])
      expect((await api.get(path)).status).toBe(404);
    expect((await api.delete(`/v1/mailboxes/${id}`)).status).toBe(404);
    // Its address is free again at once.
    await stage.makeMailbox('anna@example.com');
  });

  it('cannot take an address that another one has, even when several try at once', async () => {
    const api = stage.client();
    const ids = await Promise.all(['p1', 'p2', 'p3', 'p4'].map((name) => stage.makeMailbox(`${name}@example.com`)));
    const taken = await api.patch(`/v1/mailboxes/${ids[0]}`, { emailAddress: 'P2@example.com' });
    expect([taken.status, taken.body.code]).toEqual([409, 'mailbox-exists']);
    expect(taken.body.detail).toContain(ids[1]);
    const answers = await Promise.all(
      ids.map((id) => api.patch(`/v1/mailboxes/${id}`, { emailAddress: 'same@example.com' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
  });

  it('created by many at once is created once', async () => {
    const body = { profileId: stage.profileId, emailAddress: 'rush@example.com' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => stage.client().post('/v1/mailboxes', body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 7 }, () => 409)]);
    const [{ id }] = succeeded(await stage.client().get('/v1/mailboxes?emailAddress=rush@example.com')).items;
    for (const answer of answers.filter(({ status }) => status === 409)) expect(answer.body.detail).toContain(id);
  });

  it('needs a profile that is there', async () => {
    const answer = await stage.client().post('/v1/mailboxes', { profileId: uuid(), emailAddress: 'x@example.com' });
    expect([answer.status, answer.body.errors]).toEqual([
      400,
      [{ field: 'profileId', message: 'there is no email server profile of this id' }],
    ]);
  });
});
