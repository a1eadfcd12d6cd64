import { v7 as uuid } from 'uuid';
import { DiagnosticReports } from '../../src/features/diagnostics/diagnostic-reports.js';
import type { ApiAnswer } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { WholeStage, serviceAccount, succeeded } from './support/whole-stage.js';

const [anna, ben, carl] = ['anna@example.com', 'ben@example.com', 'carl@example.com'];
const secret = 'Correct-Horse-1';

let stage: WholeStage;
let other: string;
let annaId: string;

beforeAll(async () => {
  stage = await WholeStage.open({ addresses: [anna, ben, carl] });
  other = await stage.makeProfile();
  annaId = await stage.makeMailbox(anna);
  await stage.makeMailbox(ben);
  while ((await stage.round()) > 0);
});
afterAll(() => stage?.close());
afterEach(() => stage.sandbox.control.clearFaults());

type Line = ApiAnswer['body'];
const lines = (answer: ApiAnswer): Line[] =>
  (answer.body as string)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const free = (more: object = {}) => ({
  ewsUrl: stage.sandbox.ewsUrl,
  username: serviceAccount,
  password: secret,
  emailAddress: anna,
  ...more,
});
const analyse = (body: object, token?: string) => stage.client(token).post('/v1/diagnostics', body);
const draftsOf = (address: string) => stage.sandbox.control.listItems(address, 'drafts');

async function problemOf(answer: Promise<ApiAnswer>): Promise<[status: number, code: string, fields: string[]]> {
  const { status, body } = await answer;
  return [status, body.code, (body.errors ?? []).map(({ field }: { field: string }) => field)];
}

/** Asks like a program that reads as it goes. */
async function follow(body: object, headers: Record<string, string> = {}) {
  const end = new AbortController();
  const response = await fetch(`${stage.process.url}/v1/diagnostics`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stage.adminToken}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: end.signal,
  });
  let text = '';
  const done = (async () => {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
      text += Buffer.from(chunk).toString();
  })().catch(() => undefined);
  return { response, text: () => text, done, leave: () => end.abort() };
}

describe('an analysis', () => {
  it('of a profile and a mailbox sends a line a step, and picks another mailbox to compare with', async () => {
    const answer = await analyse({ profileId: stage.profileId, mailboxId: annaId, sendToSelf: true });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const [summary, ...steps] = lines(answer).reverse();
    expect(steps.reverse().map(({ type, number }) => [type, number])).toEqual(
      Array.from({ length: 13 }, (_, index) => ['step', index + 1]),
    );
    expect(steps[7]).toMatchObject({ id: 'canary', status: 'passed', detail: expect.stringContaining(ben) });
    expect(summary).toMatchObject({
      type: 'summary',
      ok: true,
      verdict: { code: 'well-with-warnings' },
      counts: { passed: 11, warning: 1, failed: 0, skipped: 1 },
      reportId: null,
    });
    expect(draftsOf(anna)).toEqual([]);
  });

  it('of a mailbox that Postroom does not know yet runs by its address', async () => {
    const steps = lines(await analyse({ profileId: stage.profileId, emailAddress: carl }));
    expect(steps.at(-1)).toMatchObject({ ok: true });
    const without = lines(await analyse({ profileId: stage.profileId }));
    expect(without.filter(({ status }) => status === 'skipped').map(({ id }) => id)).toContain('create');
  });

  it('shows each step as it ends, and not all of them at the end', async () => {
    stage.sandbox.control.injectFault({ operation: 'CreateItem', times: 1, fault: { delayMs: 1_500 } });
    const stream = await follow(free());
    await eventually(() => stream.text().includes('"id":"canary"'));
    expect(stream.text()).not.toContain('"id":"create"');
    await stream.done;
    expect(stream.text()).toContain('"id":"create"');
    expect(JSON.parse(stream.text().trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ type: 'summary', ok: true });
  });

  it('comes as server-sent events when asked so', async () => {
    const stream = await follow(free(), { accept: 'text/event-stream' });
    await stream.done;
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream');
    const events = stream.text().trimEnd().split('\n\n');
    expect(events).toHaveLength(14);
    expect(events[0]).toMatch(/^event: step\ndata: \{"type":"step","number":1,/);
    expect(events[13]).toMatch(/^event: summary\ndata: \{"type":"summary",/);
  });

  it('is ended when its caller goes, and its draft deleted', async () => {
    stage.sandbox.control.injectFault({ operation: 'GetItem', times: 1, fault: { delayMs: 20_000 } });
    const stream = await follow(free());
    await eventually(() => stream.text().includes('"id":"create"'));
    expect(draftsOf(anna)).toHaveLength(1);
    stream.leave();
    await eventually(() => expect(draftsOf(anna)).toEqual([]), { timeoutMs: 15_000 });
  });

  it('is refused while too many run, and not any more afterwards', async () => {
    stage.sandbox.control.injectFault({ operation: 'GetFolder', times: 4, fault: { delayMs: 700 } });
    const streams = await Promise.all(Array.from({ length: 4 }, () => follow(free())));
    const fifth = await analyse(free());
    expect(fifth).toMatchObject({ status: 429, body: { code: 'too-many-diagnostics', retryable: true } });
    expect(Number(fifth.headers.get('retry-after'))).toBeGreaterThan(0);
    await Promise.all(streams.map(({ done }) => done));
    expect((await analyse(free())).status).toBe(200);
  });
});

describe('who may', () => {
  it('look at any server: admins that are limited to no profile; others only at those of their profiles', async () => {
    const writer = await stage.makeKey(['write']);
    const limited = await stage.makeKey(['write'], [stage.profileId]);
    const limitedAdmin = await stage.makeKey(['admin'], [stage.profileId]);
    stage.sandbox.control.resetCounts();
    expect(await problemOf(analyse(free(), writer))).toEqual([403, 'missing-scope', []]);
    expect(await problemOf(analyse(free(), limitedAdmin))).toEqual([403, 'beyond-own-reach', []]);
    expect(await problemOf(analyse({ profileId: other, emailAddress: anna }, limited))).toEqual([404, 'not-found', []]);
    expect(await problemOf(analyse({ profileId: uuid() }))).toEqual([404, 'not-found', []]);
    expect(await problemOf(analyse({ profileId: other, mailboxId: annaId }))).toEqual([404, 'not-found', []]);
    expect(stage.sandbox.control.counts().calls.total).toBe(0);
    expect(lines(await analyse({ profileId: stage.profileId, emailAddress: anna }, limited)).at(-1)?.ok).toBe(true);
    expect(lines(await analyse({ profileId: stage.profileId, emailAddress: anna }, writer)).at(-1)?.ok).toBe(true);
  });

  it('try other credentials on the server of a profile, and leave those of the profile alone', async () => {
    const limited = await stage.makeKey(['write'], [stage.profileId]);
    const { profileId } = stage;
    const wrong = lines(await analyse({ profileId, password: 'Wrong-Horse-2' }, limited)).at(-1);
    expect(wrong).toMatchObject({ ok: false, verdict: { code: 'credentials-refused' } });
    const unknown = lines(await analyse({ profileId, username: 'nobody', password: secret }, limited)).at(-1);
    expect(unknown.verdict).toMatchObject({
      code: 'credentials-refused',
      text: expect.stringContaining('password of nobody'),
    });
    expect(lines(await analyse({ profileId, password: secret }, limited)).at(-1)?.ok).toBe(true);
    expect(lines(await analyse({ profileId, emailAddress: anna }, limited)).at(-1)?.ok).toBe(true);
  });

  it('look at a server alone, no mailbox named', async () => {
    const { emailAddress: _none, ...server } = free();
    const steps = lines(await analyse(server));
    expect(steps.at(-1)).toMatchObject({ ok: true, counts: { passed: expect.any(Number) } });
    expect(steps.find(({ id }) => id === 'impersonation')).toMatchObject({
      status: 'skipped',
      detail: 'No mailbox was named.',
    });
  });

  it('name what: each wrong combination is told by its fields', async () => {
    const profileId = stage.profileId;
    const cases: [body: object, fields: string[]][] = [
      [{}, ['username', 'password', 'emailAddress']],
      [{ profileId, username: 'x' }, ['password']],
      [{ username: 'x', password: 'y', ewsUrl: 'https://x.test/', sendToSelf: true }, ['sendToSelf']],
      [{ profileId, ewsUrl: 'https://x.test/' }, ['ewsUrl']],
      [{ profileId, mailboxId: annaId, emailAddress: anna }, ['emailAddress']],
      [{ profileId, sendToSelf: true }, ['sendToSelf']],
      [{ profileId, connectingSid: 'x' }, ['connectingSid']],
      [{ profileId, mailboxId: annaId, canaryAddress: anna.toUpperCase() }, ['canaryAddress']],
      [free({ canaryAddress: anna }), ['canaryAddress']],
      [free({ mailboxId: annaId }), ['mailboxId', 'emailAddress']],
      [free({ caCertificates: '-----BEGIN PRIVATE KEY-----' }), ['caCertificates']],
      [free({ trustedHosts: ['https://x.test/'] }), ['trustedHosts.0']],
    ];
    for (const [body, fields] of cases)
      expect([body, await problemOf(analyse(body))]).toEqual([body, [400, 'invalid-request', fields]]);
  });
});

describe('a kept report', () => {
  const keep = async (body: object, token?: string): Promise<string> => {
    const { reportId } = lines(await analyse({ ...body, keep: true }, token)).at(-1);
    expect(reportId).toMatch(/^[0-9a-f-]{36}$/);
    return reportId;
  };

  it('is listed newest first, read with its steps, and deleted', async () => {
    const first = await keep({ profileId: stage.profileId, mailboxId: annaId });
    const second = await keep(free());
    const list = await stage.client().all('/v1/diagnostics?limit=1');
    expect(list.map(({ id }) => id)).toEqual([second, first]);
    expect(list[0]).toMatchObject({
      profileId: null,
      emailAddress: anna,
      ewsUrl: stage.sandbox.ewsUrl,
      sharedUntil: null,
    });
    expect(list[0]).not.toHaveProperty('steps');
    expect((await stage.client().all(`/v1/diagnostics?profileId=${stage.profileId}`)).map(({ id }) => id)).toEqual([
      first,
    ]);
    const report = succeeded(await stage.client().get(`/v1/diagnostics/${first}`));
    expect(report).toMatchObject({ id: first, profileId: stage.profileId, ok: true });
    expect(report.steps).toHaveLength(13);

    const limited = stage.client(await stage.makeKey(['write'], [stage.profileId]));
    expect((await limited.all('/v1/diagnostics')).map(({ id }) => id)).toEqual([first]);
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/share'],
      ['DELETE', '/share'],
    ])
      expect(
        (
          await limited.call(
            method ?? '',
            `/v1/diagnostics/${second}${path}`,
            path && method === 'POST' ? {} : undefined,
          )
        ).status,
      ).toBe(404);
    for (const id of [first, second]) expect((await stage.client().delete(`/v1/diagnostics/${id}`)).status).toBe(204);
    expect((await stage.client().get(`/v1/diagnostics/${first}`)).status).toBe(404);
    expect(await stage.client().all('/v1/diagnostics')).toEqual([]);
  });

  it('is shared by a link that needs no key, until it expires or is ended', async () => {
    stage.sandbox.control.revoke(serviceAccount, [anna]);
    const id = await keep({ profileId: stage.profileId, mailboxId: annaId });
    stage.sandbox.control.grant(serviceAccount, 'all');
    const shared = await stage.client().post(`/v1/diagnostics/${id}/share`, { expiresInHours: 2 });
    expect(shared.status).toBe(201);
    expect(shared.body.url).toMatch(/^https:\/\/postroom\.example\/v1\/shared-diagnostics\/[A-Za-z0-9_-]{43}$/);
    const path = new URL(shared.body.url).pathname;
    const stranger = stage.client(null);

    const report = succeeded(await stranger.get(path));
    expect(report).toMatchObject({ emailAddress: anna, ok: false, verdict: { code: 'outside-scope' } });
    for (const inner of ['id', 'profileId', 'apiKeyId']) expect(report).not.toHaveProperty(inner);
    const text = await stranger.get(path, { accept: 'text/plain' });
    expect(text.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(text.body).toContain('✗  7  The mailbox is opened');
    expect(text.body).toContain('outside its management scope');
    expect((await stage.client().get(`/v1/diagnostics/${id}`)).body.sharedUntil).toBe(shared.body.expiresAt);

    // Only the hash of the secret is stored.
    const token = path.split('/').at(-1) ?? '';
    const [row] = await stage.dataSource.query(
      `SELECT r::text AS text, length(share_hash) AS bytes FROM diagnostic_reports r WHERE id = $1`,
      [id],
    );
    expect(row.text).not.toContain(token);
    expect(row.bytes).toBe(32);

    for (const wrong of [`${path}x`, path.slice(0, -1), path.replace(token, 'x'.repeat(43)), path.replace(token, id)])
      expect((await stranger.get(wrong)).status).toBe(404);
    const again = succeeded(await stage.client().post(`/v1/diagnostics/${id}/share`, {}));
    expect((await stranger.get(path)).status).toBe(404);
    const next = new URL(again.url).pathname;
    expect((await stranger.get(next)).status).toBe(200);
    expect((await stage.client().delete(`/v1/diagnostics/${id}/share`)).status).toBe(204);
    expect((await stranger.get(next)).status).toBe(404);

    const key = { 'idempotency-key': uuid() };
    const last = succeeded(await stage.client().post(`/v1/diagnostics/${id}/share`, { expiresInHours: 1 }, key));
    const replayed = await stage.client().post(`/v1/diagnostics/${id}/share`, { expiresInHours: 1 }, key);
    expect(replayed.body).toEqual({ url: null, expiresAt: last.expiresAt });
    const lastPath = new URL(last.url).pathname;
    expect((await stranger.get(lastPath)).status).toBe(200);
    stage.clock.advance(60 * 60_000);
    expect((await stranger.get(lastPath)).status).toBe(404);
    expect((await stage.client().get(`/v1/diagnostics/${id}`)).body.sharedUntil).toBeNull();
  });

  it('goes with its profile, and after thirty days; no link outlives it', async () => {
    const profile = await stage.makeProfile();
    await keep({ profileId: profile, emailAddress: anna });
    expect((await stage.client().delete(`/v1/email-server-profiles/${profile}`)).status).toBe(204);
    expect(await stage.client().all(`/v1/diagnostics?profileId=${profile}`)).toEqual([]);

    const id = await keep(free());
    const { keptUntil } = succeeded(await stage.client().get(`/v1/diagnostics/${id}`));
    stage.clock.advance(29 * 24 * 60 * 60_000);
    const { expiresAt } = succeeded(await stage.client().post(`/v1/diagnostics/${id}/share`, { expiresInHours: 720 }));
    expect(expiresAt).toBe(keptUntil);
    const kept = async () => (await stage.client().all('/v1/diagnostics')).map((report) => report.id);
    await stage.get(DiagnosticReports).removeOld(100);
    expect(await kept()).toContain(id);
    stage.clock.advance(25 * 60 * 60_000);
    expect(await stage.get(DiagnosticReports).removeOld(1)).toBe(1);
    while ((await stage.get(DiagnosticReports).removeOld(1)) > 0);
    expect(await kept()).toEqual([]);
  });
});

describe('no secret', () => {
  it('is in a line, a stored report, an answer or the log', async () => {
    const planted = 'Planted/Secret+42"<&>';
    const forms = [
      planted,
      Buffer.from(`${serviceAccount}:${planted}`).toString('base64'),
      'Planted',
      encodeURIComponent(planted),
    ];
    stage.sandbox.control.setPassword(serviceAccount, planted);
    stage.sandbox.control.injectFault({
      operation: 'GetItem',
      times: 1,
      fault: { http: 500, body: `<p>${planted}</p>` },
    });
    const good = await analyse(free({ password: planted, keep: true }));
    stage.sandbox.control.setPassword(serviceAccount, secret);
    const refused = await analyse(free({ password: planted, keep: true }));
    const invalid = await analyse(
      free({ password: planted, ewsUrl: `https://u:${encodeURIComponent(planted)}@x.test/`, nonsense: planted }),
    );
    expect(lines(good).find(({ id }) => id === 'read')).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('***'),
    });
    expect(lines(refused).at(-1)).toMatchObject({ verdict: { code: 'credentials-refused' } });
    expect(invalid.status).toBe(400);
    const stored = await stage.dataSource.query(`SELECT string_agg(r::text, ' ') AS text FROM diagnostic_reports r`);
    const reports = await Promise.all(
      (await stage.client().all('/v1/diagnostics')).map(({ id }) => stage.client().get(`/v1/diagnostics/${id}`)),
    );
    expect(reports.length).toBeGreaterThan(1);
    const everything = [
      good.body,
      refused.body,
      JSON.stringify(invalid.body),
      stored[0].text,
      JSON.stringify(reports),
      stage.logged(),
    ];
    for (const [index, text] of everything.entries())
      for (const form of forms) expect([index, form, text.includes(form)]).toEqual([index, form, false]);
  });

  it('of a link is in the log or the answer when reading it fails', async () => {
    const token = 'T'.repeat(43);
    await stage.dataSource.query('ALTER TABLE diagnostic_reports RENAME TO hidden_reports');
    const answer = await stage.client(null).get(`/v1/shared-diagnostics/${token}`);
    await stage.dataSource.query('ALTER TABLE hidden_reports RENAME TO diagnostic_reports');
    expect(answer).toMatchObject({ status: 500, body: { instance: '/v1/shared-diagnostics/:token' } });
    expect(stage.logged()).toContain('/v1/shared-diagnostics/:token');
    expect(stage.logged()).not.toContain(token);
  });
});

it('a process that stops ends its runs, and takes their drafts along', async () => {
  stage.sandbox.control.injectFault({ operation: 'GetItem', times: 1, fault: { delayMs: 800 } });
  const stream = await follow(free());
  await eventually(() => stream.text().includes('"id":"create"'));
  expect(draftsOf(anna)).toHaveLength(1);
  await stage.process.stop();
  expect(draftsOf(anna)).toEqual([]);
  await stream.done;
  expect(stream.text()).toContain('"code":"stopped"');
});
