import type { Page } from 'playwright-core';
import { refusalInWords, refusals } from '../../src/console/session/refusals.js';
import type { OidcRefusalCode } from '../../src/features/identity/oidc/oidc-refusal.js';
import { FirstAdminLink } from '../../src/features/identity/users/first-admin-link.js';
import { consoleClient, signIn, userPassword } from '../features/support/sign-in.js';
import { succeeded } from '../features/support/whole-stage.js';
import { eventually } from '../support/eventually.js';
import { fitsItsWidth, phone, seriousFaults } from './support/browser.js';
import { ConsoleStage } from './support/console-stage.js';

const label = 'Company account';
let stage: ConsoleStage;
beforeAll(async () => {
  stage = await ConsoleStage.open({
    env: {
      POSTROOM_OIDC_ISSUER: 'https://login.example.com',
      POSTROOM_OIDC_CLIENT_ID: 'postroom',
      POSTROOM_OIDC_CLIENT_SECRET: 'a-secret-of-the-tests-only',
      POSTROOM_OIDC_LABEL: label,
    },
  });
});
afterEach(async () => {
  await stage?.closeWindows();
  // The browser itself notes each refused call; refusals are what is tried here.
  expect(stage.complaints.splice(0).filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
});
afterAll(() => stage?.close());

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
const person = (role: 'admin' | 'owner' | 'viewer' = 'viewer') => signIn(stage.whole, { role });
const anonymous = () => consoleClient(stage.url, null);

async function fillIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByRole('textbox', { name: 'E-mail address' }).fill(email);
  await page.getByLabel(/^Password/).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** By the link itself, as from a mail. */
async function open(page: Page, url: string): Promise<void> {
  const { pathname, hash } = new URL(url);
  await page.goto(pathname + hash);
}

async function changedPasswords(page: Page, password: string): Promise<void> {
  await page.getByLabel(/^Password/).fill(password);
  await page.getByLabel('The password once more').fill(password);
}

describe('signing in', () => {
  it('says that the password is wrong, and leads to the page that was asked for', async () => {
    const { user } = await person();
    const page = await stage.window();
    await page.goto('/settings/retention?from=mail');
    await heading(page, 'Sign in to Postroom').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await fillIn(page, user.email, 'not the password');
    await page.getByRole('alert').getByText('The e-mail address or the password is wrong').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await fillIn(page, user.email, userPassword);
    await heading(page, 'Retention').waitFor();
    expect(new URL(page.url()).search).toBe('?from=mail');
    await page.getByRole('button', { name: user.name }).waitFor();
  });

  it('leads to the overview from its own address', async () => {
    const { user } = await person();
    const page = await stage.window();
    await page.goto('/sign-in');
    await fillIn(page, user.email, userPassword);
    await heading(page, 'Overview').waitFor();
    await eventually(() => new URL(page.url()).pathname === '/');
  });

  it('says what too many tries are', async () => {
    const { user } = await person();
    for (let wrong = 0; wrong < 5; wrong += 1)
      await anonymous().post('/v1/session', { email: user.email, password: `guess ${wrong}` });
    const page = await stage.window({ viewport: phone });
    await page.goto('/');
    await fillIn(page, user.email, userPassword);
    await page.getByRole('alert').getByText('Too many sign-in attempts').waitFor();
    expect(await fitsItsWidth(page)).toBe(true);
  });

  it('offers single sign-on, which comes back to the page that was asked for', async () => {
    const page = await stage.window();
    await page.goto('/incidents?open=false');
    const link = page.getByRole('link', { name: `Continue with ${label}` });
    await eventually(async () =>
      expect(await link.getAttribute('href')).toBe(
        `/v1/sign-in/oidc?returnTo=${encodeURIComponent('/incidents?open=false')}`,
      ),
    );
    await page.goto('/sign-in?problem=unknown-person');
    await page.getByRole('alert').getByText(refusals['unknown-person']).waitFor();
    await eventually(async () => expect(await link.getAttribute('href')).toBe('/v1/sign-in/oidc?returnTo=%2F'));
    expect(await seriousFaults(page)).toEqual([]);
    // The compiler holds the codes against those of the API.
    const known: Record<OidcRefusalCode, string> = refusals;
    expect(refusalInWords('user-disabled')).toBe(known['user-disabled']);
    expect(refusalInWords('constructor')).toContain('Single sign-on did not succeed');
  });
});

describe('the end of a session', () => {
  it('comes with signing out', async () => {
    const { page, user } = await signedIn('/settings/about');
    await page.getByRole('button', { name: user.name }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await heading(page, 'Sign in to Postroom').waitFor();
    expect(await page.context().cookies()).toEqual([]);
    await page.reload();
    await heading(page, 'Sign in to Postroom').waitFor();
  });

  it('shows with the next call, and the page comes back after signing in again', async () => {
    const { page, user } = await signedIn('/settings/about');
    await heading(page, 'About').waitFor();
    await stage.whole.client().post(`/v1/users/${user.id}/sign-out`, {});
    await page.getByRole('link', { name: 'Webhooks' }).click();
    await heading(page, 'Sign in to Postroom').waitFor();
    await fillIn(page, user.email, userPassword);
    await heading(page, 'Webhooks').waitFor();
  });

  it('is no end of the person’s own window when the password is changed, but of the others', async () => {
    const { page, user } = await signedIn('/settings/about');
    const other = await stage.window();
    await other.goto('/settings/about');
    await fillIn(other, user.email, userPassword);
    await heading(other, 'About').waitFor();
    await page.getByRole('button', { name: user.name }).click();
    await page.getByRole('menuitem', { name: 'Change password' }).click();
    const dialog = page.getByRole('dialog');
    const change = async (present: string, next: string) => {
      await dialog.getByLabel('Present password').fill(present);
      await dialog.getByLabel(/^New password/).fill(next);
      await dialog.getByLabel('The new password once more').fill(next);
      await dialog.getByRole('button', { name: 'Change it' }).click();
    };
    await change('not the password', 'a new and long sentence');
    await dialog.getByRole('alert').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await change(userPassword, 'short');
    await dialog.getByText('must have at least 12 characters').first().waitFor();
    await change(userPassword, 'a new and long sentence');
    await page.getByRole('status').getByText('Your password is changed').waitFor();
    await page.getByRole('link', { name: 'Retention' }).click();
    await heading(page, 'Retention').waitFor();
    await other.getByRole('link', { name: 'Webhooks' }).click();
    await fillIn(other, user.email, 'a new and long sentence');
    await heading(other, 'Webhooks').waitFor();
  });

  async function signedIn(path: string) {
    const { user } = await person();
    const page = await stage.window();
    await page.goto(path);
    await fillIn(page, user.email, userPassword);
    await page.getByRole('button', { name: user.name }).waitFor();
    return { page, user };
  }
});

describe('one-time links', () => {
  it('make the first administrator, once', async () => {
    const token = (await stage.whole.get(FirstAdminLink).make()) ?? '';
    const page = await stage.window();
    await page.goto(`/welcome#${token}`);
    await heading(page, 'Set up Postroom').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByLabel('Your name').fill('Ada Moss');
    await page.getByLabel('E-mail address').fill('ada@people.example');
    await changedPasswords(page, 'ada@people.example');
    await page.getByRole('button', { name: 'Create the account' }).click();
    await page.getByText('must not be the e-mail address or the name').first().waitFor();
    await changedPasswords(page, 'quite a long sentence');
    await page.getByRole('button', { name: 'Create the account' }).click();
    await heading(page, 'Overview').waitFor();
    expect(new URL(page.url()).hash).toBe('');
    await page.goto('/settings/users');
    await heading(page, 'Users').waitFor();
    await page.getByRole('cell', { name: 'ada@people.example' }).waitFor();

    const late = await stage.window();
    await late.goto(`/welcome#${token}`);
    await heading(late, 'This link does not work').waitFor();
    await late.getByText('The link was used, replaced by a newer one, or has expired').waitFor();
    const newer = { email: 'zoe@people.example', name: 'Zoe Hale', role: 'viewer', profileIds: null };
    await open(late, succeeded(await stage.whole.client().post('/v1/users', newer)).link.url);
    await heading(late, 'Welcome to Postroom').waitFor();
    await open(late, `${stage.url}/welcome#${token}`);
    await heading(late, 'This link does not work').waitFor();
    await late.getByRole('link', { name: 'Go to sign-in' }).click();
    await heading(late, 'Sign in to Postroom').waitFor();
  });

  it('invite people, who choose a password', async () => {
    const body = { email: 'ben@people.example', name: 'Ben Holt', role: 'viewer', profileIds: null };
    const { link } = succeeded(await stage.whole.client().post('/v1/users', body));
    const page = await stage.window({ viewport: phone });
    await open(page, link.url);
    await heading(page, 'Welcome to Postroom').waitFor();
    await eventually(async () => expect(await page.getByLabel('E-mail address').inputValue()).toBe(body.email));
    await page.getByLabel(/^Password/).fill('one long sentence');
    await page.getByLabel('The password once more').fill('another long sentence');
    await page.getByRole('button', { name: 'Save and sign in' }).click();
    await page.getByText('The two passwords differ').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    expect(await fitsItsWidth(page)).toBe(true);
    await changedPasswords(page, 'one long sentence');
    await page.getByRole('button', { name: 'Save and sign in' }).click();
    await heading(page, 'Overview').waitFor();
    expect((await anonymous().post('/v1/session', { email: body.email, password: 'one long sentence' })).status).toBe(
      200,
    );
  });

  it('say so when somebody else has used them in between', async () => {
    const { user } = await person();
    const { url } = succeeded(await stage.whole.client().post(`/v1/users/${user.id}/sign-in-link`, {}));
    const page = await stage.window({ colorScheme: 'dark' });
    await open(page, url);
    await heading(page, 'Choose a new password').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    const token = new URL(url).hash.slice(1);
    succeeded(await anonymous().post('/v1/sign-in-links/redeem', { token, password: 'sooner than you think' }));
    await changedPasswords(page, 'later than you think');
    await page.getByRole('button', { name: 'Save and sign in' }).click();
    await page.getByRole('alert').getByText('The link was used, replaced by a newer one, or has expired').waitFor();
  });
});
