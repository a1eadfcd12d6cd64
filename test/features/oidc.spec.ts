import { OidcSignIn } from '../../src/features/identity/oidc/oidc-sign-in.js';
import { returnPath } from '../../src/features/identity/oidc/return-path.js';
import { eventually } from '../support/eventually.js';
import { consoleClient, signIn } from './support/sign-in.js';
import { clientId, clientSecret, startOidcProvider, type TestOidcProvider } from './support/oidc-provider.js';
import { succeeded, WholeStage } from './support/whole-stage.js';

const publicUrl = 'https://postroom.example';
const callback = `${publicUrl}/v1/sign-in/oidc/callback`;
const byHttps = { 'x-forwarded-proto': 'https' };

const settingsFor = (issuer: string, more: Record<string, string> = {}) => ({
  PUBLIC_URL: publicUrl,
  POSTROOM_OIDC_ISSUER: issuer,
  POSTROOM_OIDC_CLIENT_ID: clientId,
  POSTROOM_OIDC_CLIENT_SECRET: clientSecret,
  POSTROOM_OIDC_LABEL: 'Company account',
  ...more,
});

let provider: TestOidcProvider;
let stage: WholeStage;

beforeAll(async () => {
  provider = await startOidcProvider(callback);
  stage = await WholeStage.open({ env: settingsFor(provider.issuer) });
});
afterAll(async () => {
  await stage?.close();
  await provider?.close();
});

/** As a browser goes: redirects are looked at and not followed. */
async function go(on: WholeStage, path: string, cookie = '') {
  const response = await fetch(on.process.url + path, { redirect: 'manual', headers: { ...byHttps, cookie } });
  const cookies = response.headers.getSetCookie();
  const named = (name: string) => cookies.find((text) => text.startsWith(`__Host-${name}=`)) ?? null;
  return { status: response.status, location: response.headers.get('location') ?? '', named };
}
const pair = (cookie: string | null) => cookie?.split(';', 1)[0] ?? '';

/** The whole way. @returns the answer of the callback */
async function ssoAs(subject: string, returnTo = '/incidents/x', at = provider, on = stage) {
  const start = await go(on, `/v1/sign-in/oidc?returnTo=${encodeURIComponent(returnTo)}`);
  expect(start.status).toBe(302);
  const back = await at.signIn(start.location, subject);
  return go(on, back.pathname + back.search, pair(start.named('postroom_oidc')));
}
const sessionOf = async (cookie: string | null, on = stage) =>
  consoleClient(on.process.url, pair(cookie)).get('/v1/session', byHttps);

it('signs in a known person, and knows them by the subject from then on', async () => {
  const { user } = await signIn(stage, { role: 'owner', email: 'Olga@people.example' });
  provider.people.set('sub-olga', { email: 'olga@people.example', email_verified: true });
  const first = await ssoAs('sub-olga');
  expect([first.status, first.location]).toEqual([302, '/incidents/x']);
  expect(first.named('postroom_session')).toMatch(/; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure$/);
  expect(first.named('postroom_oidc')).toContain('Max-Age=0');
  expect(succeeded(await sessionOf(first.named('postroom_session')))).toMatchObject({
    id: user.id,
    role: 'owner',
    signedInBy: 'oidc',
  });
  // Another address, which is even somebody else's: the subject counts.
  const other = await signIn(stage, { role: 'admin', email: 'boss@people.example' });
  provider.people.set('sub-olga', { email: other.user.email, email_verified: true });
  const second = await ssoAs('sub-olga');
  expect(succeeded(await sessionOf(second.named('postroom_session')))).toMatchObject({ id: user.id });
  // And nobody else gets in by the address that is taken.
  provider.people.set('sub-impostor', { email: 'olga@people.example', email_verified: true });
  expect((await ssoAs('sub-impostor')).location).toBe('/sign-in?problem=unknown-person');
  expect(succeeded(await stage.client().get('/v1/sign-in-options'))).toEqual({
    password: true,
    oidc: { label: 'Company account' },
  });
  expect(stage.logged()).not.toContain(pair(first.named('postroom_session')).split('=')[1]);
});

it('refuses who is not known, not verified or disabled', async () => {
  const { user } = await signIn(stage, { role: 'viewer', email: 'vera@people.example' });
  provider.people.set('sub-stranger', { email: 'stranger@people.example', email_verified: true });
  provider.people.set('sub-vera', { email: 'vera@people.example', email_verified: false });
  provider.people.set('sub-nobody', {});
  const refused = async (subject: string) => {
    const answer = await ssoAs(subject);
    expect(answer.named('postroom_session')).toBeNull();
    return answer.location;
  };
  expect(await refused('sub-stranger')).toBe('/sign-in?problem=unknown-person');
  expect(await refused('sub-vera')).toBe('/sign-in?problem=email-not-verified');
  expect(await refused('sub-nobody')).toBe('/sign-in?problem=email-not-verified');
  provider.people.set('sub-vera', { email: 'vera@people.example', email_verified: true });
  succeeded(await stage.client().patch(`/v1/users/${user.id}`, { disabled: true }));
  expect(await refused('sub-vera')).toBe('/sign-in?problem=user-disabled');
});

it('takes no answer but that of the journey which this browser began', async () => {
  await signIn(stage, { role: 'viewer', email: 'wanda@people.example' });
  provider.people.set('sub-wanda', { email: 'wanda@people.example', email_verified: true });
  const start = await go(stage, '/v1/sign-in/oidc');
  const cookie = pair(start.named('postroom_oidc'));
  const back = await provider.signIn(start.location, 'sub-wanda');
  const expired = '/sign-in?problem=sign-in-expired';
  const without = await go(stage, back.pathname + back.search);
  expect([without.location, without.named('postroom_session')]).toEqual([expired, null]);
  const otherState = new URL(back);
  otherState.searchParams.set('state', 'x'.repeat(43));
  expect((await go(stage, otherState.pathname + otherState.search, cookie)).location).toBe(expired);
  const anothers = pair((await go(stage, '/v1/sign-in/oidc')).named('postroom_oidc'));
  expect((await go(stage, back.pathname + back.search, anothers)).location).toBe(expired);
  const spoilt = `${cookie.slice(0, -6)}AAAAAA`;
  expect((await go(stage, back.pathname + back.search, spoilt)).location).toBe(expired);
  const wrongCode = new URL(back);
  wrongCode.searchParams.set('code', 'nonsense');
  expect((await go(stage, wrongCode.pathname + wrongCode.search, cookie)).location).toBe(
    '/sign-in?problem=provider-refused',
  );
  const denied = `/v1/sign-in/oidc/callback?error=access_denied&state=${back.searchParams.get('state')}&iss=${encodeURIComponent(provider.issuer)}`;
  expect((await go(stage, denied, cookie)).location).toBe('/sign-in?problem=provider-refused');
  // Everything else was refused before the code was used: it is still good, once.
  expect((await go(stage, back.pathname + back.search, cookie)).location).toBe('/');
  expect((await go(stage, back.pathname + back.search, cookie)).location).toBe('/sign-in?problem=provider-refused');
  const late = await go(stage, '/v1/sign-in/oidc');
  const lateBack = await provider.signIn(late.location, 'sub-wanda');
  stage.clock.advance(10 * 60_000);
  expect((await go(stage, lateBack.pathname + lateBack.search, pair(late.named('postroom_oidc')))).location).toBe(
    expired,
  );
});

it('asks for the details where the first answer has none, and makes newcomers viewers of nothing', async () => {
  const sparse = await startOidcProvider(callback, { claimsInIdToken: false });
  const open = await WholeStage.open({ env: settingsFor(sparse.issuer, { POSTROOM_OIDC_DEFAULT_ROLE: 'viewer' }) });
  try {
    sparse.people.set('sub-new', { email: 'new@people.example', email_verified: true, name: 'Nora New' });
    sparse.people.set('sub-unverified', { email: 'un@people.example' });
    const answer = await ssoAs('sub-new', '/', sparse, open);
    expect(succeeded(await sessionOf(answer.named('postroom_session'), open))).toMatchObject({
      name: 'Nora New',
      email: 'new@people.example',
      role: 'viewer',
      profileIds: [],
    });
    expect((await ssoAs('sub-unverified', '/', sparse, open)).location).toBe('/sign-in?problem=email-not-verified');
    expect(await open.client().all('/v1/users')).toHaveLength(1);
  } finally {
    await open.close();
    await sparse.close();
  }
});

it('makes one user of a newcomer who comes twice at once by two addresses', async () => {
  const open = await WholeStage.open({ env: settingsFor(provider.issuer, { POSTROOM_OIDC_DEFAULT_ROLE: 'viewer' }) });
  try {
    let asked = 0;
    const as = (verifiedEmail: string) =>
      open.get(OidcSignIn).signIn({ issuer: provider.issuer, subject: 'sub-twice' }, '127.0.0.1', async () => {
        asked += 1;
        await eventually(() => asked === 2);
        return { verifiedEmail, name: null };
      });
    const begun = await Promise.all([as('one@people.example'), as('two@people.example')]);
    expect(new Set(begun.map(({ caller }) => caller.id)).size).toBe(1);
    expect(await open.client().all('/v1/users')).toHaveLength(1);
  } finally {
    await open.close();
  }
});

it('starts without its provider, says so, and finds it when it is back', async () => {
  const away = await startOidcProvider(callback);
  await away.close();
  const lonely = await WholeStage.open({ env: settingsFor(away.issuer) });
  try {
    for (let tries = 0; tries < 2; tries += 1) {
      const answer = await go(lonely, '/v1/sign-in/oidc');
      expect([answer.status, answer.location]).toEqual([302, '/sign-in?problem=provider-away']);
    }
    expect((await fetch(`${lonely.process.url}/health/ready`)).status).toBe(200);
    const back = await startOidcProvider(callback, { port: Number(new URL(away.issuer).port) });
    const answer = await go(lonely, '/v1/sign-in/oidc').finally(() => back.close());
    expect(new URL(answer.location).origin).toBe(away.issuer);
  } finally {
    await lonely.close();
  }
});

it('is not there where it is not set up', async () => {
  const plain = await WholeStage.open();
  try {
    expect((await go(plain, '/v1/sign-in/oidc')).status).toBe(404);
  } finally {
    await plain.close();
  }
});

it.each([
  ['/incidents/x', '/incidents/x'],
  ['/mailboxes?state=failed#top', '/mailboxes?state=failed#top'],
  [undefined, '/'],
  ['', '/'],
  ['incidents', '/'],
  ['//evil.example/x', '/'],
  ['/\\evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['/a/..//evil.example', '/'],
  ['/./\\evil.example', '/'],
  ['/.//evil.example', '/'],
  ['https://evil.example', '/'],
  ['javascript:alert(1)', '/'],
  [`/${'x'.repeat(2_000)}`, '/'],
  // Written as an address it is nine times as long, and the cookie would not hold it.
  [`/${'語'.repeat(900)}`, '/'],
])('goes back to %.40s as %s', (wanted, path) => {
  expect(returnPath(wanted)).toBe(path);
});

it('leads nowhere else when asked to', async () => {
  await signIn(stage, { role: 'viewer', email: 'xenia@people.example' });
  provider.people.set('sub-xenia', { email: 'xenia@people.example', email_verified: true });
  expect((await ssoAs('sub-xenia', '//evil.example/x')).location).toBe('/');
});
