import { FirstAdminLink } from '../../src/features/users/first-admin-link.js';
import { ApiClient } from '../support/api.js';
import { consoleClient, cookieOf, signIn, userPassword } from './support/sign-in.js';
import { succeeded, WholeStage } from './support/whole-stage.js';

let stage: WholeStage;
beforeAll(async () => {
  stage = await WholeStage.open();
});
afterAll(() => stage?.close());

const anonymous = () => consoleClient(stage.process.url, null);
const withCookie = (cookie: string) => consoleClient(stage.process.url, cookie);
const attempt = (email: string, password: string, headers?: Record<string, string>) =>
  anonymous().post('/v1/session', { email, password }, headers);

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
      expiresAt: new Date(stage.clock.now().getTime() + 12 * 3_600_000).toISOString(),
    });
    const client = withCookie(cookieOf(answer.headers));
    expect(succeeded(await client.get('/v1/session'))).toEqual(answer.body);
    const out = await client.delete('/v1/session');
    expect([out.status, out.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    expect((await client.get('/v1/session')).status).toBe(401);
    expect((await client.delete('/v1/session')).status).toBe(204);
    expect((await anonymous().delete('/v1/session')).status).toBe(204);
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
});

describe('links', () => {
  it('let the first administrator in, who lets the others in', async () => {
    const token = (await stage.get(FirstAdminLink).make()) ?? '';
    expect(succeeded(await anonymous().post('/v1/sign-in-links/inspect', { token }))).toMatchObject({
      kind: 'first-admin',
      email: null,
    });
    const redeemed = await anonymous().post('/v1/sign-in-links/redeem', {
      token,
      email: 'ada@people.example',
      name: 'Ada',
      password: 'quite a long sentence',
    });
    expect(succeeded(redeemed)).toMatchObject({ role: 'admin', signedInBy: 'link', profileIds: null });
    const ada = withCookie(cookieOf(redeemed.headers));
    const made = succeeded(
      await ada.post('/v1/users', { email: 'ben@people.example', name: 'Ben', role: 'viewer', profileIds: null }),
    );
    expect(made.user).toMatchObject({ email: 'ben@people.example', hasPassword: false, disabled: false });
    const [address, secret = ''] = made.link.url.split('#');
    expect(address).toBe('https://postroom.example/welcome');
    const ben = await anonymous().post('/v1/sign-in-links/redeem', {
      token: secret,
      password: 'another long sentence',
    });
    expect(succeeded(ben)).toMatchObject({ role: 'viewer', email: 'ben@people.example' });
    expect((await ada.all('/v1/users')).map(({ email }) => email)).toContain('ben@people.example');
  });
});
