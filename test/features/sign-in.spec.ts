import { FirstAdminLink } from '../../src/features/identity/users/first-admin-link.js';
import { PasswordHasher } from '../../src/features/identity/sign-in/password-hasher.js';
import { freeTries, strangeTries } from '../../src/features/identity/sign-in/guess-delays.js';
import { triesOfNetwork } from '../../src/features/identity/sign-in/sign-in-limits.js';
import { SignInUpkeep } from '../../src/features/identity/sign-in/sign-in-upkeep.js';
import { ApiClient, type ApiAnswer } from '../support/api.js';
import { consoleClient, cookieOf, signIn, userPassword } from './support/sign-in.js';
import { succeeded, WholeStage } from './support/whole-stage.js';

const minute = 60_000;
const hour = 60 * minute;

let stage: WholeStage;
beforeAll(async () => {
  stage = await WholeStage.open();
});
afterAll(() => stage?.close());
// Each test has its own window of tries.
beforeEach(() => stage.clock.advance(16 * minute));

const withCookie = (cookie: string | null) => consoleClient(stage.process.url, cookie);
const attempt = (email: string, password: string, headers?: Record<string, string>) =>
  withCookie(null).post('/v1/session', { email, password }, headers);
const outcome = (answer: ApiAnswer) => [answer.status, answer.body?.code];
const wrong = [401, 'wrong-credentials'];

describe('signing in', () => {
  it('begins a session that says who one is, and ends it', async () => {
    const { user } = await signIn(stage, { role: 'owner', profileIds: [stage.profileId] });
    const answer = await attempt(user.email.toUpperCase(), userPassword);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      kind: 'user',
      id: user.id,
      name: user.name,
      email: user.email,
      role: 'owner',
      scopes: ['write'],
      profileIds: [stage.profileId],
      signedInBy: 'password',
      expiresAt: new Date(stage.clock.now().getTime() + 12 * hour).toISOString(),
    });
    const client = withCookie(cookieOf(answer.headers));
    expect(succeeded(await client.get('/v1/session'))).toEqual(answer.body);
    const out = await client.delete('/v1/session');
    expect([out.status, out.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    expect((await client.get('/v1/session')).status).toBe(401);
    expect((await client.delete('/v1/session')).status).toBe(204);
    expect((await withCookie(null).delete('/v1/session')).status).toBe(204);

    // Signing in again, in the same browser, ends the session before.
    const before = cookieOf((await attempt(user.email, userPassword)).headers);
    expect((await attempt(user.email, userPassword, { cookie: before })).status).toBe(200);
    expect((await withCookie(before).get('/v1/session')).status).toBe(401);
  });

  it('says of an API key what it is', async () => {
    const token = await stage.makeKey(['read'], [stage.profileId]);
    expect(succeeded(await stage.client(token).get('/v1/session'))).toMatchObject({
      kind: 'api-key',
      name: 'read',
      email: null,
      role: null,
      scopes: ['read'],
      profileIds: [stage.profileId],
      signedInBy: null,
      expiresAt: null,
    });
    expect(succeeded(await new ApiClient(stage.process.url, null).get('/v1/sign-in-options'))).toEqual({
      password: true,
      oidc: null,
    });
  });

  it('answers alike whatever is wrong, and stores and logs no secret', async () => {
    const { user } = await signIn(stage, { role: 'viewer' });
    const invited = succeeded(
      await stage.client().post('/v1/users', { email: 'invited@people.example', name: 'I', role: 'owner' }),
    );
    const disabled = await signIn(stage, { role: 'viewer' });
    succeeded(await stage.client().patch(`/v1/users/${disabled.user.id}`, { disabled: true }));
    const answers = [
      await attempt('nobody@people.example', 'My-Secret-Guess-1'),
      await attempt(user.email, 'My-Secret-Guess-1'),
      await attempt('invited@people.example', 'My-Secret-Guess-1'),
      await attempt(disabled.user.email, userPassword),
    ];
    for (const { status, body } of answers) {
      expect({ status, body: { ...body, requestId: '' } }).toEqual({
        status: 401,
        body: { ...answers[0]?.body, requestId: '' },
      });
      expect(body.code).toBe('wrong-credentials');
    }
    const right = await attempt(user.email, userPassword);
    const token = cookieOf(right.headers).split('=')[1] ?? '';
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const everywhere = [
      stage.logged(),
      ...(await Promise.all(
        ['users', 'sessions', 'sign_in_links', 'sign_in_attempts', 'sign_in_delays', 'idempotency_keys'].map(
          async (table) => JSON.stringify(await stage.dataSource.query(`SELECT t::text FROM ${table} t`)),
        ),
      )),
    ].join();
    expect(everywhere).toContain(user.id);
    for (const secret of [token, userPassword, 'My-Secret-Guess-1', invited.link.url.split('#')[1]])
      expect(everywhere).not.toContain(secret);
    expect(stage.logged()).not.toContain('nobody@people.example');
  });

  it('takes as long for an unknown address as for a wrong password', async () => {
    const hasher = stage.get(PasswordHasher);
    const verified = jest.spyOn(hasher, 'matches');
    await attempt('nobody@people.example', 'x');
    expect(verified.mock.calls).toEqual([[null, 'x']]);
    verified.mockRestore();
    const timed = async (hash: string | null) => {
      const begin = performance.now();
      for (let tries = 0; tries < 5; tries += 1) await hasher.matches(hash, 'x');
      return performance.now() - begin;
    };
    const hash = await hasher.hash(userPassword);
    const [unknown, known] = [await timed(null), await timed(hash)];
    expect(unknown / known).toBeGreaterThan(0.3);
  });

  it('hashes an old password anew when the parameters have changed', async () => {
    const { user } = await signIn(stage, { role: 'viewer' });
    const argon2 = await import('argon2');
    const old = await argon2.default.hash(userPassword, { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
    await stage.dataSource.query('UPDATE users SET password_hash = $2 WHERE id = $1', [user.id, old]);
    for (let tries = 0; tries < 2; tries += 1) expect((await attempt(user.email, userPassword)).status).toBe(200);
    const [{ password_hash }] = await stage.dataSource.query('SELECT password_hash FROM users WHERE id = $1', [
      user.id,
    ]);
    expect(password_hash).toContain('$m=19456,t=2,p=1$');
  });
});

describe('too many tries', () => {
  const by = (address: string) => ({ 'x-forwarded-for': address });
  const wrongTimes = async (email: string, times: number, address: string) => {
    for (let tries = 0; tries < times; tries += 1)
      expect(outcome(await attempt(email, 'wrong', by(address)))).toEqual(wrong);
  };
  const tooMany = [429, 'too-many-sign-ins'];
  const office = '198.51.100.7';
  const stranger = (n: number) => `203.0.113.${n}`;

  it('make a network wait, longer each time, and end with the right password', async () => {
    for (const email of ['nobody-here@people.example', (await signIn(stage, { role: 'viewer' })).user.email]) {
      await wrongTimes(email, freeTries, stranger(1));
      for (const wait of [1, 2, 4, 8, 16, 32, 60, 60]) {
        const refused = await attempt(email, userPassword, by(stranger(1)));
        expect([...outcome(refused), refused.headers.get('retry-after')]).toEqual([...tooMany, String(wait * 60)]);
        stage.clock.advance(wait * minute - 1);
        expect(outcome(await attempt(email, userPassword, by(stranger(1))))).toEqual(tooMany);
        stage.clock.advance(1);
        await wrongTimes(email, 1, stranger(1));
      }
      stage.clock.advance(hour);
      const right = email.startsWith('nobody') ? wrong : [200, undefined];
      expect(outcome(await attempt(email, userPassword, by(stranger(1))))).toEqual(right);
    }
  });

  it('by one stranger keep nobody else out, from whatever network', async () => {
    const { user, client } = await signIn(stage, { role: 'admin' });
    // Days of it: as often as the delay lets in.
    await wrongTimes(user.email, freeTries, stranger(1));
    for (let tries = 0; tries < 60; tries += 1) {
      stage.clock.advance(hour);
      await wrongTimes(user.email, 1, stranger(1));
      expect((await client.get('/v1/session')).status).toBe(200);
    }
    expect((await attempt(user.email, userPassword, by('192.0.2.77'))).status).toBe(200);
  });

  it('by a crowd of strangers leave the networks open that a user has signed in from', async () => {
    const { user } = await signIn(stage, { role: 'viewer' });
    expect((await attempt(user.email, userPassword, by(office))).status).toBe(200);
    for (let n = 1; n <= strangeTries / freeTries; n += 1) await wrongTimes(user.email, freeTries, stranger(n));
    const refused = await attempt(user.email, userPassword, by('192.0.2.1'));
    expect([...outcome(refused), refused.headers.get('retry-after')]).toEqual([...tooMany, '600']);
    const until = new Date(stage.clock.now().getTime() + 10 * minute).toISOString();
    const shown = succeeded(await stage.client().get(`/v1/users/${user.id}`));
    expect(shown.newNetworksRefusedUntil).toBe(until);
    expect((await attempt(user.email, userPassword, by(office))).status).toBe(200);
    expect((await attempt(user.email, userPassword, by(`::ffff:${office}`))).status).toBe(200);
    // One more try for all of them, and the right password is one.
    stage.clock.advance(10 * minute);
    expect((await attempt(user.email, userPassword, by('192.0.2.1'))).status).toBe(200);
    await wrongTimes(user.email, 1, stranger(99));
    expect(outcome(await attempt(user.email, userPassword, by('192.0.2.2')))).toEqual(tooMany);
    // The one that got in is known from now on; after 90 days it is strange again.
    expect((await attempt(user.email, userPassword, by('192.0.2.1'))).status).toBe(200);
    stage.clock.advance(91 * 24 * hour);
    for (let n = 1; n <= strangeTries / freeTries; n += 1) await wrongTimes(user.email, freeTries, stranger(n));
    expect(outcome(await attempt(user.email, userPassword, by('192.0.2.1')))).toEqual(tooMany);
    const { url } = succeeded(await stage.client().post(`/v1/users/${user.id}/sign-in-link`));
    const redeemed = await withCookie(null).post(
      '/v1/sign-in-links/redeem',
      { token: url.split('#')[1], password: `${userPassword}-new` },
      by('192.0.2.3'),
    );
    expect(redeemed.status).toBe(200);
    expect((await attempt(user.email, `${userPassword}-new`, by('192.0.2.3'))).status).toBe(200);
  });

  it('from the network of an earlier sign-in count as any other network’s once the password has changed', async () => {
    const { user, client } = await signIn(stage, { role: 'viewer' });
    const [thief, elsewhere] = ['192.0.2.66', '192.0.2.67'];
    for (const network of [thief, office])
      expect((await attempt(user.email, userPassword, by(network))).status).toBe(200);
    const newPassword = `${userPassword}-changed`;
    const change = { currentPassword: userPassword, newPassword };
    expect((await client.post('/v1/session/password', change, by(office))).status).toBe(204);
    for (let n = 1; n <= strangeTries / freeTries; n += 1) await wrongTimes(user.email, freeTries, stranger(n));
    for (const network of [thief, elsewhere])
      expect(outcome(await attempt(user.email, userPassword, by(network)))).toEqual(tooMany);
    expect((await attempt(user.email, newPassword, by(office))).status).toBe(200);
  });

  it('count for the user that is meant, however the address is written', async () => {
    const { user } = await signIn(stage, { role: 'viewer' });
    // PostgreSQL finds the user by each of them: İ is an i in lower case, other than to JavaScript.
    const spellings = [user.email, user.email.toUpperCase(), user.email.replace('i', 'İ')];
    for (const spelling of spellings) expect((await attempt(spelling, userPassword, by(office))).status).toBe(200);
    for (let tries = 0; tries < freeTries; tries += 1)
      await wrongTimes(spellings[tries % spellings.length] ?? '', 1, stranger(4));
    for (const spelling of spellings)
      expect(outcome(await attempt(spelling, 'wrong', by(stranger(4))))).toEqual(tooMany);
  });

  it('count when they come at once, and in a browser that is signed in', async () => {
    const { user, client } = await signIn(stage, { role: 'viewer' });
    const answers = await Promise.all(Array.from({ length: 12 }, () => attempt(user.email, 'x', by(stranger(3)))));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(freeTries);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(12 - freeTries);
    const change = { currentPassword: 'wrong', newPassword: `${userPassword}-2` };
    const changes = [];
    for (let tries = 0; tries <= freeTries; tries += 1)
      changes.push((await client.post('/v1/session/password', change)).status);
    expect(changes).toEqual([...Array.from({ length: freeTries }, () => 400), 429]);
  });

  it('that are refused for one user do not count for others in the network', async () => {
    const { user } = await signIn(stage, { role: 'viewer' });
    const colleague = await signIn(stage, { role: 'viewer' });
    await wrongTimes(user.email, freeTries, stranger(7));
    for (let tries = 0; tries < triesOfNetwork; tries += 1)
      expect(outcome(await attempt(user.email, userPassword, by(stranger(7))))).toEqual(tooMany);
    expect((await attempt(colleague.user.email, userPassword, by(stranger(7)))).status).toBe(200);
  });

  it('are refused for a client address, and those that succeed do not count', async () => {
    const { user } = await signIn(stage, { role: 'viewer' });
    const from = { 'x-forwarded-for': '2001:db8::1' };
    const neighbour = { 'x-forwarded-for': '2001:db8:0:0:ffff::2' };
    await stage.dataSource.query('DELETE FROM sign_in_attempts');
    expect((await attempt(user.email, userPassword, from)).status).toBe(200);
    await stage.dataSource.query('UPDATE sign_in_attempts SET attempts = $1 WHERE attempts = 0', [triesOfNetwork - 1]);
    expect((await attempt('a@people.example', 'x', from)).status).toBe(401);
    expect(outcome(await attempt('b@people.example', 'x', neighbour))).toEqual([429, 'too-many-sign-ins']);
    expect(outcome(await withCookie(null).post('/v1/sign-in-links/inspect', { token: 'x' }, from))).toEqual([
      429,
      'too-many-sign-ins',
    ]);
    expect((await attempt('b@people.example', 'x', { 'x-forwarded-for': '2001:db8:0:1::1' })).status).toBe(401);
  });
});

describe('a session', () => {
  it('has a cookie that no script reads, with the host prefix behind https', async () => {
    const { user } = await signIn(stage, { role: 'viewer' });
    const plain = await attempt(user.email, userPassword);
    expect(plain.headers.get('set-cookie')).toMatch(
      /^postroom_session=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/,
    );
    const https = { 'x-forwarded-proto': 'https' };
    const secure = await attempt(user.email, userPassword, https);
    expect(secure.headers.get('set-cookie')).toMatch(
      /^__Host-postroom_session=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure$/,
    );
    const client = withCookie(cookieOf(secure.headers));
    expect((await client.get('/v1/session', https)).status).toBe(200);
    // What somebody planted without TLS counts for nothing behind it.
    expect((await withCookie(cookieOf(plain.headers)).get('/v1/session', https)).status).toBe(401);
  });

  it('ends after 12 hours without use, and after 7 days in any case', async () => {
    const idle = await signIn(stage, { role: 'viewer' });
    const used = await signIn(stage, { role: 'viewer' });
    for (let hours = 0; hours < 7 * 24; hours += 6) {
      expect([hours, (await used.client.get('/v1/session')).status]).toEqual([hours, 200]);
      stage.clock.advance(6 * hour);
      if (hours === 6) expect((await idle.client.get('/v1/session')).status).toBe(401);
    }
    expect((await used.client.get('/v1/session')).status).toBe(401);
    await stage.get(SignInUpkeep).step(1_000);
    expect(
      await stage.dataSource.query('SELECT 1 FROM sessions WHERE user_id = ANY($1)', [[idle.user.id, used.user.id]]),
    ).toEqual([]);
  });

  it('notes its use once a minute at most', async () => {
    const { client, user } = await signIn(stage, { role: 'viewer' });
    const usedAt = async () =>
      (await stage.dataSource.query('SELECT last_used_at FROM sessions WHERE user_id = $1', [user.id]))[0].last_used_at;
    const before = await usedAt();
    stage.clock.advance(59_000);
    await client.get('/v1/session');
    expect(await usedAt()).toEqual(before);
    stage.clock.advance(2_000);
    await client.get('/v1/session');
    expect(await usedAt()).toEqual(stage.clock.now());
  });

  it('of a wrong kind is 401, and a key in the header goes before a cookie', async () => {
    const { cookie } = await signIn(stage, { role: 'viewer' });
    for (const bad of ['postroom_session=', 'postroom_session=x', `${cookie.slice(0, -1)}_`, `other=1; ${cookie}x`])
      expect(outcome(await withCookie(bad).get('/v1/session'))).toEqual([401, 'unauthenticated']);
    expect((await withCookie(`a=b; ${cookie}; c`).get('/v1/session')).body.kind).toBe('user');
    const both = await stage.client().get('/v1/session', { cookie });
    expect(both.body.kind).toBe('api-key');
    expect((await stage.client('nonsense').get('/v1/session', { cookie })).status).toBe(401);
  });

  it('changes nothing for another site', async () => {
    const { cookie, user } = await signIn(stage, { role: 'admin' });
    const raw = new ApiClient(stage.process.url, null, { cookie });
    const own = { 'x-postroom-request': '1' };
    const key = { name: 'k', scopes: ['read'] };
    const refused = [403, 'cross-site-request'];
    expect(outcome(await raw.post('/v1/api-keys', key))).toEqual(refused);
    for (const site of ['cross-site', 'same-site', 'none'])
      expect(outcome(await raw.post('/v1/api-keys', key, { ...own, 'sec-fetch-site': site }))).toEqual(refused);
    for (const [method, path] of [
      ['DELETE', '/v1/session'],
      ['POST', '/v1/session'],
      ['PATCH', `/v1/users/${user.id}`],
      ['PUT', '/v1/no-such-thing'],
      ['DELETE', `/v1/users/${user.id}`],
    ] as const)
      expect([method, path, ...outcome(await raw.call(method, path))]).toEqual([method, path, ...refused]);
    expect((await raw.get('/v1/session', { 'sec-fetch-site': 'cross-site' })).status).toBe(200);
    expect((await raw.post('/v1/api-keys', key, own)).status).toBe(201);
    expect((await raw.post('/v1/api-keys', key, { ...own, 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    // Nor does another site sign a visitor in as somebody else.
    const login = { email: user.email, password: userPassword };
    const stranger = new ApiClient(stage.process.url, null);
    expect(outcome(await stranger.post('/v1/session', login, { 'sec-fetch-site': 'cross-site' }))).toEqual(refused);
    expect((await stranger.post('/v1/session', JSON.stringify(login), { 'content-type': 'text/plain' })).status).toBe(
      415,
    );
    // A program with a key has no such duty.
    expect((await stage.client().post('/v1/api-keys', key)).status).toBe(201);
  });
});

describe('a password', () => {
  it.each([
    ['too short', 'short'],
    ['of eleven characters', 'abcdefghij1'],
    ['too long', 'long '.repeat(41)],
    ['the e-mail address', 'PAUL.person@people.example'],
    ['the e-mail address with digits', 'paulperson2026'],
    ['the name', 'Paul P. Person'],
    ['one character', 'aaaaaaaaaaaaaaaa'],
    ['what everybody takes', 'Password12345!'],
    ['a sequence', 'abcdefghijklm'],
    ['with NUL', 'quite a long\0sentence'],
  ])('%s is not taken, and the link still works', async (_what, password) => {
    const token = await stage.get(FirstAdminLink).make();
    const person = { email: 'paul.person@people.example', name: 'Paul P Person' };
    const answer = await withCookie(null).post('/v1/sign-in-links/redeem', { token, ...person, password });
    expect([answer.status, answer.body.errors]).toEqual([400, [expect.objectContaining({ field: 'password' })]]);
    expect((await withCookie(null).post('/v1/sign-in-links/inspect', { token })).status).toBe(200);
  });

  it('is changed by who knows it, which ends the other sessions', async () => {
    const { user, client } = await signIn(stage, { role: 'viewer' });
    const other = withCookie(cookieOf((await attempt(user.email, userPassword)).headers));
    const { url } = succeeded(await stage.client().post(`/v1/users/${user.id}/sign-in-link`));
    const newPassword = 'entirely different words';
    const change = (body: object, by = client) => by.post('/v1/session/password', body);
    const wrongly = await change({ currentPassword: 'wrong', newPassword });
    expect([wrongly.status, wrongly.body.errors?.[0].field]).toEqual([400, 'currentPassword']);
    const weak = await change({ currentPassword: userPassword, newPassword: 'weak' });
    expect([weak.status, weak.body.errors?.[0].field]).toEqual([400, 'newPassword']);
    expect((await other.get('/v1/session')).status).toBe(200);
    expect((await change({ currentPassword: userPassword, newPassword })).status).toBe(204);
    expect((await client.get('/v1/session')).status).toBe(200);
    expect((await other.get('/v1/session')).status).toBe(401);
    expect(outcome(await attempt(user.email, userPassword))).toEqual(wrong);
    expect((await attempt(user.email, newPassword)).status).toBe(200);
    expect((await withCookie(null).post('/v1/sign-in-links/inspect', { token: url.split('#')[1] })).status).toBe(410);
    expect(outcome(await change({ currentPassword: 'x', newPassword }, stage.client()))).toEqual([403, 'needs-user']);
  });

  it('is not changed back by who knew the one before, when another is set meanwhile', async () => {
    const { user, client } = await signIn(stage, { role: 'viewer' });
    const { url } = succeeded(await stage.client().post(`/v1/users/${user.id}/sign-in-link`));
    const redemption = { token: url.split('#')[1], password: 'words of the rightful one' };
    const hasher = stage.get(PasswordHasher);
    const hash = jest.spyOn(hasher, 'hash').mockImplementationOnce(async (password) => {
      succeeded(await withCookie(null).post('/v1/sign-in-links/redeem', redemption));
      return hasher.hash(password);
    });
    const body = { currentPassword: userPassword, newPassword: 'words of somebody else' };
    const answer = await client.post('/v1/session/password', body);
    hash.mockRestore();
    expect([answer.status, answer.body?.errors?.[0].field]).toEqual([400, 'currentPassword']);
    expect((await attempt(user.email, redemption.password)).status).toBe(200);
  });

  it('is not to be guessed by who finds a browser open', async () => {
    const { user, client } = await signIn(stage, { role: 'viewer' });
    const body = { currentPassword: 'wrong', newPassword: 'entirely different words' };
    for (let tries = 0; tries < freeTries; tries += 1)
      expect((await client.post('/v1/session/password', body)).status).toBe(400);
    expect((await client.post('/v1/session/password', { ...body, currentPassword: userPassword })).status).toBe(429);
    expect(outcome(await attempt(user.email, userPassword))).toEqual([429, 'too-many-sign-ins']);
  });
});
