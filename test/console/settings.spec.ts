import type { Page } from 'playwright-core';
import { Webhook } from 'standardwebhooks';
import { EventsStore } from '../../src/features/feed/events.store.js';
import { NotificationWriter } from '../../src/features/notifications/notification-writer.js';
import { NotificationsStore } from '../../src/features/notifications/notifications.store.js';
import { Notifier } from '../../src/features/notifications/notifier.js';
import { readSettings } from '../../src/platform/config/settings.js';
import { strangeTries } from '../../src/features/identity/sign-in/guess-delays.js';
import { consoleClient, signIn, userPassword } from '../features/support/sign-in.js';
import { status, WebhookReceiver } from '../features/support/webhook-receiver.js';
import { succeeded, type WholeStage } from '../features/support/whole-stage.js';
import { recordedLog } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { feedSettled } from '../support/feed.js';
import { startSmtpReceiver, type SmtpReceiver } from '../support/smtp-receiver.js';
import { fitsItsWidth, phone, seriousFaults } from './support/browser.js';
import { ConsoleStage } from './support/console-stage.js';
import { deliverWebhooks } from './support/webhook-worker.js';

const minutes = 60_000;
let stage: ConsoleStage;
let whole: WholeStage;
let smtp: SmtpReceiver;
beforeAll(async () => {
  smtp = await startSmtpReceiver();
  stage = await ConsoleStage.open({
    addresses: ['anna@example.com'],
    scope: [],
    env: { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8', SMTP_URL: smtp.url },
  });
  whole = stage.whole;
});
/** Calls that are meant to be refused; the browser notes each. */
let refused = 0;
afterEach(async () => {
  await stage?.closeWindows();
  const complaints = stage.complaints.splice(0);
  const ofRefusals = complaints.filter((text) => text.startsWith('Failed to load resource')).slice(0, refused);
  expect(complaints.filter((text) => !ofRefusals.includes(text))).toEqual([]);
  refused = 0;
});
afterAll(async () => {
  await stage?.close();
  await smtp?.close();
});

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const parts = (page: Page) => page.getByRole('navigation', { name: 'Settings' }).getByRole('link').allTextContents();
const said = (page: Page, text: string) => page.getByRole('status').getByText(text).first().waitFor();

/** Presses a button that asks, and says yes. */
async function confirm(page: Page, name: string, asked: string, verb = name): Promise<void> {
  await button(page, name).click();
  const dialog = page.getByRole('dialog', { name: asked });
  await dialog.getByRole('button', { name: verb, exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
}

/** What is shown this once, as the copy button copies it. */
async function copied(page: Page): Promise<string> {
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
  await dialog.getByRole('button', { name: 'Copied' }).waitFor();
  const text = await page.evaluate<string>('navigator.clipboard.readText()');
  await dialog.getByRole('button', { name: 'I have kept it' }).click();
  await dialog.waitFor({ state: 'hidden' });
  return text;
}

async function makeEndpoint(url: string, more: object = {}): Promise<string> {
  return succeeded(await whole.client().post('/v1/webhook-endpoints', { url, ...more })).id;
}

async function emit(): Promise<void> {
  const { profileId } = whole;
  const event = { type: 'message.received' as const, profileId, mailboxId: null, subjectId: profileId, data: {} };
  await whole.get(EventsStore).append(whole.dataSource.manager, [event], whole.clock.now());
  // An endpoint that is made now would otherwise begin before it.
  await feedSettled(whole.dataSource);
}

describe('what is offered', () => {
  it('to a viewer are the parts that can be read, without a button that changes anything', async () => {
    const endpoint = await makeEndpoint('https://app.example.com/of-viewers');
    const page = await stage.page({ role: 'viewer' });
    await page.goto('/settings');
    await heading(page, 'About').waitFor();
    await eventually(async () => expect(await parts(page)).toEqual(['Webhooks', 'Retention', 'About']));
    await page.getByRole('link', { name: 'Retention' }).click();
    await page.getByRole('cell', { name: 'for ever' }).first().waitFor();
    expect(await page.getByRole('button', { name: /Change/ }).count()).toBe(0);
    await page.getByRole('link', { name: 'Webhooks' }).click();
    await page.getByRole('link', { name: 'https://app.example.com/of-viewers' }).click();
    await page.getByText('Nothing has been sent yet').waitFor();
    const buttons = await page.getByRole('main').getByRole('button').allTextContents();
    expect(buttons).toEqual([]);
    for (const part of ['users', 'api-keys', 'notifications', 'queues']) {
      await page.goto(`/settings/${part}`);
      await page.getByText('Only administrators see this').waitFor();
    }
    await whole.client().delete(`/v1/webhook-endpoints/${endpoint}`);
  });

  it('to an owner is besides how long the own profiles keep content', async () => {
    await whole.makeProfile({ name: 'Somebody else’s' });
    const page = await stage.page({ role: 'owner', profileIds: [whole.profileId] });
    await page.goto('/settings/retention');
    await page.getByRole('button', { name: /Change how long/ }).waitFor();
    await eventually(async () => expect(await page.getByRole('button', { name: /Change how long/ }).count()).toBe(1));
    await eventually(async () => expect(await parts(page)).toEqual(['Webhooks', 'Retention', 'About']));
    await page.getByRole('link', { name: 'Webhooks' }).click();
    await page.getByText('Nothing is told of events').waitFor();
    expect(await page.getByRole('button', { name: 'Add an endpoint' }).count()).toBe(0);
  });

  it('to an administrator is everything, on a phone in a list', async () => {
    const page = await stage.page({ viewport: phone });
    await page.goto('/settings/about');
    await page.getByText('PostgreSQL, because REDIS_URL is not set').waitFor();
    const choice = page.getByRole('combobox', { name: 'Part of the settings' });
    for (const [part, name] of [
      ['users', 'Users'],
      ['api-keys', 'API keys'],
      ['webhooks', 'Webhooks'],
      ['notifications', 'Notifications'],
      ['retention', 'Retention'],
      ['queues', 'Queues'],
      ['about', 'About'],
    ] as const) {
      await choice.selectOption(part);
      await heading(page, name).waitFor();
      await page.waitForLoadState('networkidle');
      expect([part, await fitsItsWidth(page), await seriousFaults(page)]).toEqual([part, true, []]);
    }
    await choice.selectOption('queues');
    const queues = page.getByRole('link', { name: 'Open the queues in a new tab' });
    await eventually(async () =>
      expect([await queues.getAttribute('href'), await queues.getAttribute('target')]).toEqual(['/queues', '_blank']),
    );
  });
});

describe('users', () => {
  it('are invited by a link that is shown once', async () => {
    const branches = await whole.makeProfile({ name: 'Branches' });
    const page = await stage.page();
    await page.goto('/settings/users');
    await button(page, 'Invite').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Olga Reyes');
    await dialog.getByLabel('E-mail address').fill('olga@people.example');
    await dialog.getByLabel('Owner').check();
    await dialog.getByRole('combobox', { name: 'Profiles' }).fill('branch');
    await page.getByRole('option', { name: 'Branches' }).click();
    expect(await seriousFaults(page)).toEqual([]);
    await dialog.getByRole('heading', { name: 'Invite somebody' }).click();
    await dialog.getByRole('button', { name: 'Make the invitation' }).click();
    await page.getByRole('dialog', { name: 'A link for Olga Reyes' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    // A stray key must not lose what nobody can show again.
    await page.keyboard.press('Escape');
    const url = new URL(await copied(page));
    const row = page.getByRole('row', { name: /Olga Reyes/ });
    await eventually(async () => expect(await row.textContent()).toMatch(/invited.*Owner.*Branches.*never/));

    const redeemed = await consoleClient(stage.url, null).post('/v1/sign-in-links/redeem', {
      token: url.hash.slice(1),
      password: 'one long sentence',
    });
    expect(succeeded(redeemed)).toMatchObject({ role: 'owner', profileIds: [branches] });
    await page.getByRole('combobox', { name: 'Only of a profile' }).click();
    await page.getByRole('option', { name: 'Members of Branches' }).click();
    await eventually(async () => (await page.getByRole('row').count()) === 2);
    expect(new URL(page.url()).searchParams.get('profile')).toBe(branches);
    await row.waitFor();
  });

  it('who are known already are refused in words', async () => {
    const { user } = await signIn(whole, { role: 'viewer' });
    const page = await stage.page();
    await page.goto('/settings/users');
    await button(page, 'Invite').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Once more');
    await dialog.getByLabel('E-mail address').fill(user.email);
    refused = 1;
    await dialog.getByRole('button', { name: 'Make the invitation' }).click();
    await dialog.getByRole('alert').getByText('There is a user with this e-mail address').waitFor();
  });

  it('are changed, disabled, enabled, signed out and deleted', async () => {
    const { user, client } = await signIn(whole, { role: 'viewer' });
    const page = await stage.page();
    await page.goto('/settings/users');
    await page.getByRole('link', { name: user.name }).click();
    await heading(page, user.name).waitFor();
    expect(await page.evaluate('document.activeElement?.contains(document.querySelector("h1"))')).toBe(true);
    await page.getByLabel('Administrator').check();
    await button(page, 'Save').click();
    await said(page, `${user.name} is changed.`);
    expect((await read()).role).toBe('admin');
    await confirm(page, 'End sessions', `Sign ${user.name} out everywhere?`);
    expect((await client.get('/v1/session')).status).toBe(401);

    await confirm(page, 'Disable', `Disable ${user.name}?`);
    await page.getByText('disabled', { exact: true }).waitFor();
    expect((await read()).disabled).toBe(true);
    await eventually(async () => expect(await button(page, 'Make a link for a new password').count()).toBe(0));
    await button(page, 'Enable').click();
    await button(page, 'Disable').waitFor();

    await button(page, 'Make a link for a new password').click();
    await page.getByRole('dialog', { name: `A link for ${user.name}` }).waitFor();
    expect(await copied(page)).toContain('/welcome#');
    await confirm(page, 'Delete', `Delete ${user.name}?`);
    await heading(page, 'Users').waitFor();
    await eventually(async () => (await page.getByRole('row', { name: user.name }).count()) === 0);

    async function read() {
      return succeeded(await whole.client().get(`/v1/users/${user.id}`));
    }
  });

  it('whose passwords strangers guess are shown as such', async () => {
    const { user } = await signIn(whole, { role: 'viewer' });
    for (let wrong = 0; wrong < strangeTries; wrong += 1)
      await consoleClient(stage.url, null).post(
        '/v1/session',
        { email: user.email, password: `guess ${wrong}` },
        { 'x-forwarded-for': `203.0.113.${1 + (wrong % 10)}` },
      );
    const page = await stage.page({ colorScheme: 'dark' });
    await page.goto('/settings/users');
    await page.getByRole('row', { name: user.name }).getByText('under attack').waitFor();
    await page.getByRole('link', { name: user.name }).click();
    await page.getByText('Many wrong passwords').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('keep a last administrator, in the words of the API', async () => {
    const page = await stage.page({ email: 'last@people.example' });
    const users = await whole.client().all('/v1/users?limit=200');
    const me = users.find(({ email }) => email === 'last@people.example');
    for (const { id, role, disabled } of users)
      if (role === 'admin' && !disabled && id !== me.id)
        await whole.client().patch(`/v1/users/${id}`, { disabled: true });
    await page.goto(`/settings/users?user=${me.id}`);
    await page.getByText('this is you').waitFor();
    refused = 2;
    await page.getByLabel('Viewer').check();
    await button(page, 'Save').click();
    const words = 'This is the last administrator who can sign in';
    await page.getByRole('alert').getByText(words).waitFor();
    await button(page, 'Delete').click();
    const dialog = page.getByRole('dialog', { name: `Delete ${me.name}?` });
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
    await dialog.getByRole('alert').getByText(words).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
  });
});

describe('API keys', () => {
  it('are made for some profiles and a time, shown once, and revoked', async () => {
    const page = await stage.page();
    await page.goto('/settings/api-keys');
    await page.getByRole('row', { name: /bootstrap.*set by POSTROOM_ADMIN_KEY/ }).waitFor();
    await button(page, 'Make a key').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('the ticket system');
    await dialog.getByRole('radio', { name: 'Write' }).check();
    await dialog.getByLabel('Only these').check();
    await dialog.getByRole('button', { name: 'Make the key' }).click();
    await dialog.getByText('Name a profile at least').waitFor();
    await dialog.getByRole('combobox', { name: 'Profiles' }).fill('somebody');
    await page.getByRole('option', { name: 'Somebody else’s' }).first().click();
    await dialog.getByRole('heading', { name: 'Make an API key' }).click();
    await dialog.getByLabel('Valid for').selectOption('90 days');
    expect(await seriousFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Make the key' }).click();
    const token = await copied(page);
    expect(succeeded(await whole.client(token).get('/v1/session'))).toMatchObject({
      name: 'the ticket system',
      scopes: ['write'],
      profileIds: [expect.any(String)],
      expiresAt: expect.stringMatching(/^2026-05-30T/),
    });
    await confirm(page, 'Revoke the ticket system', 'Revoke the ticket system?', 'Revoke');
    await page
      .getByRole('row', { name: /the ticket system/ })
      .getByText('revoked')
      .waitFor();
    expect((await whole.client(token).get('/v1/session')).status).toBe(401);
    await eventually(async () => expect(await button(page, 'Revoke the ticket system').count()).toBe(0));
  });

  it('keep a last one that can administer, in the words of the API', async () => {
    const page = await stage.page({ viewport: phone });
    await page.goto('/settings/api-keys');
    await page.getByRole('button', { name: 'Revoke bootstrap' }).click();
    const dialog = page.getByRole('dialog');
    refused = 1;
    await dialog.getByRole('button', { name: 'Revoke', exact: true }).click();
    await dialog.getByRole('alert').getByText('This is the last API key that can administer everything').waitFor();
    expect(await fitsItsWidth(page)).toBe(true);
  });
});

describe('webhook endpoints', () => {
  let receiver: WebhookReceiver;
  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
  });
  afterEach(() => receiver.close());

  it('are added with events, tested, given a new secret, changed and deleted', async () => {
    const page = await stage.page();
    await page.goto('/settings/webhooks');
    await button(page, 'Add an endpoint').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Address', exact: false }).first().fill(receiver.url);
    await dialog.getByRole('radiogroup', { name: 'Which events' }).getByLabel('Only these').check();
    await dialog.getByRole('checkbox', { name: /^message\.received/ }).check();
    await dialog.getByRole('checkbox', { name: /^incident\.opened/ }).check();
    expect(await seriousFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Add it' }).click();
    const secret = await copied(page);
    await page.getByRole('link', { name: receiver.url }).click();
    await page.getByText('message.received, incident.opened').waitFor();

    await button(page, 'Send a test').click();
    await page.getByRole('status').getByText('The test arrived').waitFor();
    expect(verified(secret)).toMatchObject({ type: 'webhook.test' });
    receiver.answer = status(403);
    await button(page, 'Send a test').click();
    await page.getByRole('status').getByText('It answered 403').waitFor();

    await button(page, 'New secret').click();
    await page.getByRole('dialog').getByLabel('The old secret stays valid for').selectOption('An hour');
    await page.getByRole('dialog').getByRole('button', { name: 'Make a new secret' }).click();
    await page.getByRole('dialog').getByText('a receiver with the old secret accepts').waitFor();
    const next = await copied(page);
    await page.getByText('valid until').waitFor();
    receiver.answer = status(204);
    await button(page, 'Send a test').click();
    await page.getByRole('status').getByText('The test arrived').waitFor();
    expect([verified(secret), verified(next)]).toEqual([expect.anything(), expect.anything()]);

    await button(page, 'Change').click();
    await page.getByRole('dialog').getByLabel('What it is for').fill('The ticket system');
    await page.getByRole('dialog').getByLabel('Name').fill('Mail team');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').getByText('Give the address too').waitFor();
    await page.getByRole('dialog').getByLabel('E-mail address').fill('mail-team@example.com');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('Mail team <mail-team@example.com>').waitFor();

    await confirm(page, 'Switch off', 'Switch the endpoint off?');
    await page.getByText('Somebody switched it off.').waitFor();
    await button(page, 'Switch on').click();
    await button(page, 'Switch off').waitFor();
    await confirm(page, 'Delete', 'Delete the endpoint?');
    await heading(page, 'Webhooks').waitFor();
    await page.getByText('Nothing is told of events').waitFor();
  });

  it('show what was delivered and what was not, and send it again', async () => {
    const id = await makeEndpoint(receiver.url);
    await emit();
    await deliverWebhooks(whole);
    receiver.answer = status(500);
    await emit();
    await deliverWebhooks(whole);
    const page = await stage.page();
    await page.goto('/settings/webhooks');
    await page.getByRole('row', { name: receiver.url }).getByText('failing').waitFor();
    await page.getByRole('link', { name: receiver.url }).click();
    await page.getByText('The last error, just now: answered 500').waitFor();
    const rows = page.getByRole('region', { name: 'Deliveries' }).getByRole('row');
    await eventually(async () =>
      expect(await rows.nth(1).textContent()).toMatch(
        /message\.received.*on its way.*answered 500 after \d+ ms.*1the last/,
      ),
    );
    await eventually(async () => expect(await rows.nth(2).textContent()).toMatch(/delivered.*answered 204/));
    await page.getByRole('radiogroup', { name: 'Only deliveries that are' }).getByText('Failed').click();
    await page.getByText('No delivery is failed').waitFor();
    expect(new URL(page.url()).searchParams.get('state')).toBe('failed');
    await page.getByRole('radiogroup', { name: 'Only deliveries that are' }).getByText('Delivered').click();
    await eventually(async () => (await rows.count()) === 2);

    receiver.answer = status(204);
    await page.getByRole('button', { name: 'Send again: message.received' }).click();
    await said(page, 'The event is on its way again.');
    await page.getByText('No delivery is delivered').waitFor();
    await deliverWebhooks(whole);
    const [delivered = '', failed = ''] = receiver.ids;
    // Both are of one profile, and go out in their order.
    expect(receiver.ids.slice(2)).toEqual([delivered, failed]);
    await page.getByRole('radiogroup', { name: 'Only deliveries that are' }).getByText('All').click();
    await eventually(async () => (await rows.getByText('answered 204').count()) === 2);
    await whole.client().delete(`/v1/webhook-endpoints/${id}`);
  });

  it('replay a time range, and show how far that has come, on a phone', async () => {
    whole.clock.advance(10 * minutes);
    await emit();
    const id = await makeEndpoint(receiver.url);
    await deliverWebhooks(whole);
    expect(receiver.ids).toEqual([]);
    const page = await stage.page({ viewport: phone });
    await page.goto(`/settings/webhooks?endpoint=${id}`);
    await button(page, 'Replay a time range').click();
    const dialog = page.getByRole('dialog');
    const [from, to] = [dialog.getByLabel('From'), dialog.getByLabel('To')];
    const [begin, end] = [await from.inputValue(), await to.inputValue()];
    await from.fill(end);
    await to.fill(begin);
    await dialog.getByRole('button', { name: 'Replay' }).click();
    await dialog.getByText('Must be later than the beginning').waitFor();
    await from.fill(begin);
    await to.fill(end);
    expect([await fitsItsWidth(page), await seriousFaults(page)]).toEqual([true, []]);
    await dialog.getByRole('button', { name: 'Replay' }).click();
    const replays = page.getByRole('region', { name: 'Replays' });
    await replays.getByText('0 put on their way so far').waitFor();
    await deliverWebhooks(whole);
    await replays.getByText(/^[1-9]\d* put on their way$/).waitFor();
    expect(receiver.ids.length).toBeGreaterThan(0);
    expect([await fitsItsWidth(page), await seriousFaults(page)]).toEqual([true, []]);
    await whole.client().delete(`/v1/webhook-endpoints/${id}`);
  });

  function verified(secret: string) {
    const { text, headers } = receiver.received.at(-1) ?? { text: '', headers: {} };
    // The signature is of the stage's time, which the library would hold to be old.
    const now = jest.spyOn(Date, 'now').mockReturnValue(whole.clock.now().getTime());
    try {
      return new Webhook(secret).verify(text, headers);
    } finally {
      now.mockRestore();
    }
  }
});

describe('notifications', () => {
  it('say how mail is set up, test it, and show what was told with its text folded', async () => {
    await whole.makeMailbox('anna@example.com');
    for (let poll = 0; poll < 3; poll += 1) await whole.poll();
    whole.clock.advance(5 * minutes);
    await whole.plan();
    smtp.refusal = () => ({ code: 451, words: 'Come back tomorrow' });
    await sendNotifications();
    const page = await stage.page({ email: 'ada@people.example' });
    await page.goto('/settings/notifications');
    await page.getByText('One notification cannot be mailed').waitFor();
    await page.getByText('Come back tomorrow').first().waitFor();
    refused = 1;
    await button(page, 'Send a test').click();
    await page.getByRole('alert').getByText('The mail server did not take the mail').waitFor();
    await page
      .getByRole('alert')
      .getByText(/at the stage recipient/)
      .waitFor();
    expect(await seriousFaults(page)).toEqual([]);

    smtp.refusal = () => null;
    await button(page, 'Send a test').click();
    await page.getByRole('status').getByText('The mail server has taken the test').waitFor();
    expect(smtp.mails.map(({ recipients }) => recipients)).toEqual([['ada@people.example']]);

    const item = page.getByRole('region', { name: 'Recent notifications' }).getByRole('button').first();
    await eventually(async () => expect(await item.textContent()).toMatch(/waiting.*new incident to/));
    expect(await page.getByRole('link', { name: 'The incident' }).isVisible()).toBe(false);
    await item.click();
    await page.getByRole('link', { name: 'The incident' }).waitFor();
    await page.getByText(/One try so far; the last one: .*Come back tomorrow/).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    whole.clock.advance(30 * minutes);
    await sendNotifications();
    await page.reload();
    await page.getByRole('region', { name: 'Recent notifications' }).getByText('sent', { exact: true }).waitFor();
    await eventually(async () => expect(await page.getByText('One notification cannot be mailed').count()).toBe(0));
  });

  it('that cannot be mailed say which settings are missing', async () => {
    const other = await ConsoleStage.open();
    try {
      const page = await other.page({ viewport: phone });
      await page.goto('/settings/notifications');
      await page.getByText('There is no mail server to send by').waitFor();
      await page.getByText('SMTP_URL=smtp://').waitFor();
      await page.getByText('Nobody had to be told yet').waitFor();
      expect(await page.getByRole('button', { name: 'Send a test' }).count()).toBe(0);
      expect([await fitsItsWidth(page), await seriousFaults(page)]).toEqual([true, []]);
      expect(other.complaints).toEqual([]);
    } finally {
      await other.close();
    }
  });

  async function sendNotifications(): Promise<void> {
    const settings = readSettings({ SMTP_URL: smtp.url });
    const parts = [whole.get(NotificationsStore), whole.get(NotificationWriter), whole.clock] as const;
    const notifier = new Notifier(...parts, settings, recordedLog().log);
    while ((await notifier.sendDue()) > 0);
    notifier.close();
  }
});

describe('retention', () => {
  it('is changed for a profile after saying what that removes', async () => {
    const page = await stage.page();
    await page.goto('/settings/retention');
    await page.getByRole('row', { name: /Events and webhook deliveries.*30 days/ }).waitFor();
    const { name } = succeeded(await whole.client().get(`/v1/email-server-profiles/${whole.profileId}`));
    await button(page, `Change how long ${name} keeps content`).click();
    const dialog = page.getByRole('dialog');
    await eventually(async () => expect(await dialog.getByRole('button', { name: 'Change' }).isDisabled()).toBe(true));
    await dialog.getByLabel('For so many days').check();
    await dialog.getByRole('textbox', { name: 'Days' }).fill('0');
    await dialog.getByText('A whole number from 1 to 36,500').waitFor();
    await dialog.getByRole('textbox', { name: 'Days' }).fill('90');
    await dialog.getByText(/older than 90 days are removed/).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Change, and remove older content' }).click();
    await said(page, `${name} keeps content for 90 days.`);
    await eventually(async () => expect(await page.getByRole('row', { name }).textContent()).toContain('90 days'));
    const profile = succeeded(await whole.client().get(`/v1/email-server-profiles/${whole.profileId}`));
    expect(profile.contentRetentionDays).toBe(90);

    await button(page, `Change how long ${name} keeps content`).click();
    await dialog.getByRole('textbox', { name: 'Days' }).fill('120');
    // Somebody else is faster.
    await whole.client().patch(`/v1/email-server-profiles/${whole.profileId}`, { contentRetentionDays: 30 });
    refused = 1;
    await dialog.getByRole('button', { name: 'Change', exact: true }).click();
    await dialog.getByRole('alert').waitFor();
  });
});

it('a viewer whose rights end while the page is open is told so', async () => {
  const { user } = await signIn(whole, { role: 'admin' });
  const page = await stage.window();
  await page.goto('/settings/users');
  await page.getByRole('textbox', { name: 'E-mail address' }).fill(user.email);
  await page.getByLabel(/^Password/).fill(userPassword);
  await button(page, 'Sign in').click();
  await button(page, 'Invite').waitFor();
  await whole.client().patch(`/v1/users/${user.id}`, { role: 'viewer', profileIds: null });
  refused = 3;
  await page.getByRole('link', { name: 'API keys' }).click();
  await page.getByRole('alert').waitFor();
  await page.reload();
  await page.getByText('Only administrators see this').waitFor();
});
