import { Registry } from 'prom-client';
import { startProcess, type RunningProcess } from '../../src/apps/start-process.js';
import { FirstAdminLink } from '../../src/features/identity/users/first-admin-link.js';
import { freeTries } from '../../src/features/identity/sign-in/guess-delays.js';
import { SignInUpkeep } from '../../src/features/identity/sign-in/sign-in-upkeep.js';
import { readSettings } from '../../src/platform/config/settings.js';
import { recordedLog, testSecretBox, type ApiAnswer } from '../support/api.js';
import { consoleClient, cookieOf, signIn, userPassword } from './support/sign-in.js';
import { succeeded, WholeStage } from './support/whole-stage.js';

const minute = 60_000;
const hour = 60 * minute;
const password = 'quite a long sentence';

let stage: WholeStage;
let second: string;
beforeAll(async () => {
  stage = await WholeStage.open();
  second = await stage.makeProfile();
});
afterAll(() => stage?.close());
beforeEach(() => stage.clock.advance(16 * minute));

const anonymous = (url = stage.process.url) => consoleClient(url, null);
const outcome = (answer: ApiAnswer) => [answer.status, answer.body?.code];
let made = 0;
const invite = async (body: object = {}) => {
  const email = `user-${(made += 1)}@people.example`;
  const answer = await stage
    .client()
    .post('/v1/users', { email, name: 'Uma', role: 'viewer', profileIds: 'role' in body ? undefined : null, ...body });
  return succeeded(answer) as { user: { id: string; email: string }; link: { url: string; expiresAt: string } };
};
const tokenOf = (url: string) => url.split('#')[1] ?? '';
const inspect = (token: string) => anonymous().post('/v1/sign-in-links/inspect', { token });
const redeem = (token: string, more: object = {}) =>
  anonymous().post('/v1/sign-in-links/redeem', { token, password, ...more });
const gone = [410, 'sign-in-link-not-valid'];

describe('one-time links', () => {
  it('let an invited person in, once', async () => {
    const { user, link } = await invite({ role: 'owner', profileIds: [stage.profileId] });
    expect(link.url).toMatch(/^https:\/\/postroom\.example\/welcome#[A-Za-z0-9_-]{43}$/);
    expect(link.expiresAt).toBe(new Date(stage.clock.now().getTime() + 7 * 24 * hour).toISOString());
    const token = tokenOf(link.url);
    expect(succeeded(await inspect(token))).toEqual({
      kind: 'invitation',
      email: user.email,
      name: 'Uma',
      expiresAt: link.expiresAt,
    });
    // What a person says of herself does not count here.
    const answer = await redeem(token, { email: 'else@people.example', name: 'Else' });
    expect(succeeded(answer)).toMatchObject({ id: user.id, email: user.email, name: 'Uma', signedInBy: 'link' });
    const client = consoleClient(stage.process.url, cookieOf(answer.headers));
    expect(succeeded(await client.get('/v1/session')).profileIds).toEqual([stage.profileId]);
    expect(outcome(await redeem(token))).toEqual(gone);
    expect(outcome(await inspect(token))).toEqual(gone);
  });

  it('are used by one of two at once', async () => {
    const { user, link } = await invite();
    const answers = await Promise.all([1, 2, 3].map(() => redeem(tokenOf(link.url))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410, 410]);
    const sessions = await stage.dataSource.query('SELECT 1 FROM sessions WHERE user_id = $1', [user.id]);
    expect(sessions).toHaveLength(1);
  });

  it('end with their time, with a newer one, and with the user', async () => {
    const { user, link } = await invite();
    stage.clock.advance(7 * 24 * hour - 1);
    expect((await inspect(tokenOf(link.url))).status).toBe(200);
    stage.clock.advance(1);
    expect(outcome(await redeem(tokenOf(link.url)))).toEqual(gone);
    const again = () => stage.client().post(`/v1/users/${user.id}/sign-in-link`);
    const [older, newer] = [succeeded(await again()), succeeded(await again())];
    expect(newer.kind).toBe('invitation');
    expect(outcome(await redeem(tokenOf(older.url)))).toEqual(gone);
    expect((await redeem(tokenOf(newer.url))).status).toBe(200);
    const reset = succeeded(await again());
    expect(reset).toMatchObject({
      kind: 'password-reset',
      expiresAt: new Date(stage.clock.now().getTime() + 24 * hour).toISOString(),
    });
    succeeded(await stage.client().patch(`/v1/users/${user.id}`, { disabled: true }));
    expect(outcome(await redeem(tokenOf(reset.url)))).toEqual(gone);
    expect(outcome(await again())).toEqual([409, 'user-disabled']);
    for (const token of ['x', 'x'.repeat(43), 'x'.repeat(200)]) expect(outcome(await inspect(token))).toEqual(gone);
  });

  it('set a new password, let in at once and end the other sessions', async () => {
    const { user, client } = await signIn(stage, { role: 'viewer' });
    for (let tries = 0; tries < 10; tries += 1)
      await anonymous().post('/v1/session', { email: user.email, password: 'wrong' });
    const { url } = succeeded(await stage.client().post(`/v1/users/${user.id}/sign-in-link`));
    expect((await redeem(tokenOf(url))).status).toBe(200);
    expect((await client.get('/v1/session')).status).toBe(401);
    expect((await anonymous().post('/v1/session', { email: user.email, password })).status).toBe(200);
    expect((await anonymous().post('/v1/session', { email: user.email, password: userPassword })).status).toBe(401);
  });

  it('are not kept for a repeated request', async () => {
    const key = { 'idempotency-key': `invite-${made}` };
    const body = { email: 'repeated@people.example', name: 'Rita', role: 'owner', profileIds: [] };
    const first = await stage.client().post('/v1/users', body, key);
    const replayed = await stage.client().post('/v1/users', body, key);
    expect(first.body.link.url).toContain('#');
    expect([replayed.status, replayed.body]).toEqual([201, { user: first.body.user, link: null }]);
    const path = `/v1/users/${first.body.user.id}/sign-in-link`;
    const link = await stage.client().post(path, undefined, key);
    expect(outcome(link)).toEqual([409, 'idempotency-key-reused']);
    const own = { 'idempotency-key': `link-${made}` };
    succeeded(await stage.client().post(path, undefined, own));
    expect((await stage.client().post(path, undefined, own)).body.url).toBeNull();
  });

  it('for the first administrator need a name, and all end when one is used', async () => {
    const links = stage.get(FirstAdminLink);
    await stage.dataSource.query('DELETE FROM users');
    // Processes that start together: each prints one that works.
    const together = await Promise.all([1, 2, 3].map(() => links.whileThereIsNone()));
    for (const token of together) expect((await inspect(token ?? '')).status).toBe(200);
    const [token = '', other = ''] = together.map((one) => one ?? '');
    stage.clock.advance(3 * minute);
    const later = (await links.whileThereIsNone()) ?? '';
    expect(outcome(await inspect(token))).toEqual(gone);
    const bare = await redeem(later);
    expect(bare.body.errors.map(({ field }: { field: string }) => field)).toEqual(['email', 'name']);
    const person = { email: 'first@people.example', name: 'Fay' };
    const answers = await Promise.all([redeem(later, person), redeem(later, person)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
    expect(outcome(await inspect(other))).toEqual(gone);
    expect(await links.whileThereIsNone()).toBeNull();
    expect(await stage.dataSource.query(`SELECT 1 FROM sign_in_links WHERE user_id IS NULL`)).toEqual([]);

    // Whoever lost access: the same person again, from whatever was left.
    const [fay] = await stage.client().all('/v1/users');
    await stage.dataSource.query(`UPDATE users SET role = 'owner', all_profiles = false, disabled_at = now()`);
    const rescue = await links.make();
    const rescued = await redeem(rescue, {
      email: 'FIRST@people.example',
      name: 'Whoever',
      password: 'yet another sentence',
    });
    expect(succeeded(rescued)).toMatchObject({ id: fay.id, role: 'admin', name: 'Fay', profileIds: null });
  });

  it('are cleared away when they have ended', async () => {
    await invite();
    stage.clock.advance(8 * 24 * hour);
    await anonymous().post('/v1/session', { email: 'x@people.example', password: 'x' });
    stage.clock.advance(16 * minute);
    await stage.get(SignInUpkeep).step(1_000);
    for (const table of ['sign_in_links', 'sign_in_attempts'])
      expect(await stage.dataSource.query(`SELECT 1 FROM ${table}`)).toEqual([]);
  });
});

describe('administering users', () => {
  it('makes, shows, changes and deletes them', async () => {
    const { user } = await invite({ role: 'owner', profileIds: [second, second] });
    expect(user).toMatchObject({ role: 'owner', profileIds: [second], hasPassword: false, hasSingleSignOn: false });
    const at = `/v1/users/${user.id}`;
    expect(succeeded(await stage.client().get(at))).toEqual(user);
    const listed = await stage.client().all(`/v1/users?profileId=${second}&limit=1`);
    expect(listed.map(({ id }) => id)).toContain(user.id);
    expect((await stage.client().all(`/v1/users?profileId=${stage.profileId}`)).map(({ id }) => id)).not.toContain(
      user.id,
    );
    const change = async (patch: object) => succeeded(await stage.client().patch(at, patch));
    expect(await change({ name: 'Other' })).toMatchObject({ name: 'Other', role: 'owner', profileIds: [second] });
    expect(await change({ role: 'viewer' })).toMatchObject({ role: 'viewer', profileIds: [second] });
    expect(await change({ profileIds: null })).toMatchObject({ role: 'viewer', profileIds: null });
    expect(await change({ role: 'owner' })).toMatchObject({ role: 'owner', profileIds: [] });
    expect(await change({ role: 'admin' })).toMatchObject({ role: 'admin', profileIds: null });
    expect(await change({ disabled: true })).toMatchObject({ disabled: true });
    expect(await change({ disabled: false, role: 'viewer' })).toMatchObject({ disabled: false, profileIds: null });
    expect((await stage.client().delete(at)).status).toBe(204);
    expect((await stage.client().get(at)).status).toBe(404);
    expect((await stage.client().delete(at)).status).toBe(404);
    // The address is free again.
    expect((await stage.client().post('/v1/users', { email: user.email, name: 'N', role: 'owner' })).status).toBe(201);
  });

  it('refuses what does not fit', async () => {
    const { user } = await invite();
    const create = (body: object) =>
      stage
        .client()
        .post('/v1/users', { email: 'odd@people.example', name: 'O', role: 'viewer', profileIds: null, ...body });
    expect(outcome(await create({ email: user.email.toUpperCase() }))).toEqual([409, 'user-exists']);
    for (const body of [
      { role: 'admin', profileIds: [second] },
      { role: 'owner', profileIds: null },
      { role: 'viewer', profileIds: undefined },
      { profileIds: ['00000000-0000-4000-8000-000000000000'] },
    ]) {
      const answer = await create(body);
      expect([answer.status, answer.body.errors?.[0].field]).toEqual([400, 'profileIds']);
    }
    const limited = stage.client(await stage.makeKey(['admin'], [second]));
    for (const answer of [
      await limited.get('/v1/users'),
      await limited.post('/v1/users', { email: 'x@people.example', name: 'X', role: 'admin' }),
      await limited.patch(`/v1/users/${user.id}`, { role: 'admin' }),
      await limited.call('PUT', `/v1/email-server-profiles/${second}/members/${user.id}`),
    ])
      expect(outcome(answer)).toEqual([403, 'beyond-own-reach']);
  });

  it('never loses the last administrator, also when two go at once', async () => {
    await stage.dataSource.query('DELETE FROM users');
    const one = await signIn(stage, { role: 'admin' });
    // An invited administrator who never came cannot let anybody in.
    const { user: invited } = await invite({ role: 'admin' });
    const last = [409, 'last-admin'];
    const path = `/v1/users/${one.user.id}`;
    expect(outcome(await one.client.delete(path))).toEqual(last);
    expect(outcome(await stage.client().patch(path, { disabled: true }))).toEqual(last);
    expect(outcome(await stage.client().patch(path, { role: 'viewer' }))).toEqual(last);
    expect((await stage.client().patch(path, { name: 'Still here' })).status).toBe(200);
    expect((await stage.client().delete(`/v1/users/${invited.id}`)).status).toBe(204);
    for (let round = 0; round < 5; round += 1) {
      const { user } = await signIn(stage, { role: 'admin' });
      const admins = (await stage.client().all('/v1/users')).filter(({ role }) => role === 'admin');
      expect(admins).toHaveLength(2);
      const answers = await Promise.all([
        stage.client().delete(`/v1/users/${admins[0].id}`),
        stage.client().patch(`/v1/users/${user.id}`, { role: 'viewer' }),
      ]);
      expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
      const [{ left }] = await stage.dataSource.query(
        `SELECT count(*)::int AS left FROM users WHERE role = 'admin' AND deleted_at IS NULL AND disabled_at IS NULL`,
      );
      expect(left).toBe(1);
    }
  });

  it('knows members of a profile, who go with it', async () => {
    const profile = await stage.makeProfile();
    const members = `/v1/email-server-profiles/${profile}/members`;
    const owner = await signIn(stage, { role: 'owner' });
    const viewer = await signIn(stage, { role: 'viewer', profileIds: [profile] });
    const everything = await signIn(stage, { role: 'viewer' });
    const put = (id: string) => stage.client().call('PUT', `${members}/${id}`);
    expect((await owner.client.get(members)).status).toBe(404);
    for (let times = 0; times < 2; times += 1) expect((await put(owner.user.id)).status).toBe(204);
    expect(outcome(await put(everything.user.id))).toEqual([409, 'sees-all-profiles']);
    expect((await put(profile)).status).toBe(404);
    const { id, name, email } = owner.user;
    const listed = succeeded(await owner.client.get(members)).items;
    expect(listed).toHaveLength(2);
    expect(listed).toContainEqual({ id, name, email, role: 'owner', disabled: false });
    expect((await stage.client().delete(`${members}/${viewer.user.id}`)).status).toBe(204);
    expect((await viewer.client.get(members)).status).toBe(404);
    expect((await stage.client().delete(`/v1/email-server-profiles/${profile}`)).status).toBe(204);
    expect(succeeded(await stage.client().get(`/v1/users/${id}`)).profileIds).toEqual([]);
    // Limited to a profile that is gone, and not to nothing.
    stage.clock.advance(5_000);
    expect(await viewer.client.all('/v1/email-server-profiles')).toEqual([]);
  });

  it('ends streams of those who see other profiles now', async () => {
    const { user, cookie } = await signIn(stage, { role: 'owner', profileIds: [stage.profileId, second] });
    const stream = await fetch(`${stage.process.url}/v1/events/stream?after=latest`, { headers: { cookie } });
    expect(stream.status).toBe(200);
    succeeded(await stage.client().patch(`/v1/users/${user.id}`, { profileIds: [second] }));
    // Without an end this never comes to one.
    expect(await stream.text()).toContain('retry:');
  });

  it('records what users do under their names, also when they are gone', async () => {
    const mailbox = await stage.makeMailbox('acts@example.com');
    const { user, client } = await signIn(stage, { role: 'owner', profileIds: [stage.profileId] });
    const key = { 'idempotency-key': 'pause-it' };
    succeeded(await client.post(`/v1/mailboxes/${mailbox}/pause`, undefined, key));
    expect(
      (await client.post(`/v1/mailboxes/${mailbox}/pause`, undefined, key)).headers.get('idempotent-replayed'),
    ).toBe('true');
    expect((await stage.client().delete(`/v1/users/${user.id}`)).status).toBe(204);
    const status = succeeded(await stage.client().get(`/v1/mailboxes/${mailbox}/status`));
    expect(JSON.stringify(status.reasons[0])).toContain(user.name);
    const timeline = succeeded(await stage.client().get(`/v1/mailboxes/${mailbox}/timeline`));
    expect(JSON.stringify(timeline.items)).toContain(user.name);
  });
});

describe('in two processes', () => {
  let other: RunningProcess;
  beforeAll(async () => {
    other = await startProcess({
      platform: {
        settings: readSettings({ PORT: '0', ROLES: 'api' }),
        dataSource: stage.dataSource,
        clock: stage.clock,
        log: recordedLog().log,
        secretBox: testSecretBox(),
        metrics: new Registry(),
      },
      databaseUrl: stage.database.url,
    });
  });
  afterAll(() => other?.stop());

  it.each([
    ['signing out', async ({ client }: Person) => client.delete('/v1/session'), 401],
    ['being signed out', async ({ at }: Person) => stage.client().post(`${at}/sign-out`), 401],
    ['being disabled', async ({ at }: Person) => stage.client().patch(at, { disabled: true }), 401],
    ['being deleted', async ({ at }: Person) => stage.client().delete(at), 401],
    ['losing the profile', async ({ at }: Person) => stage.client().patch(at, { profileIds: [second] }), 404],
  ] as const)('%s holds at once here, and within five seconds there', async (_what, change, status) => {
    const { user, cookie, client } = await signIn(stage, { role: 'owner', profileIds: [stage.profileId] });
    const there = consoleClient(other.url, cookie);
    const path = `/v1/email-server-profiles/${stage.profileId}`;
    for (const one of [client, there]) expect((await one.get(path)).status).toBe(200);
    expect((await change({ client, at: `/v1/users/${user.id}` })).status).toBeLessThan(300);
    expect((await client.get(path)).status).toBe(status);
    stage.clock.advance(4_000);
    expect((await there.get(path)).status).toBe(status);
  });

  it('counts tries together', async () => {
    const tryAt = (url: string) => anonymous(url).post('/v1/session', { email: 'both@people.example', password: 'x' });
    const urls = Array.from({ length: freeTries }, (_, tries) => (tries % 2 === 0 ? stage.process.url : other.url));
    for (const url of urls) expect((await tryAt(url)).status).toBe(401);
    for (const url of [stage.process.url, other.url]) expect((await tryAt(url)).status).toBe(429);
  });
});

interface Person {
  readonly client: ReturnType<typeof consoleClient>;
  readonly at: string;
}
