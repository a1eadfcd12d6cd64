import type { Page } from 'playwright-core';
import { signIn } from '../features/support/sign-in.js';
import { serviceAccount, succeeded } from '../features/support/whole-stage.js';
import { eventually } from '../support/eventually.js';
import { fitsItsWidth, phone, seriousFaults } from './support/browser.js';
import { ConsoleStage } from './support/console-stage.js';

const password = 'Correct-Horse-1';
const wrong = 'Wrong-Horse-2';
const anna = 'anna@example.com';
const ben = 'ben@example.com';

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await ConsoleStage.open({ addresses: [anna, ben], scope: [anna] });
});
afterEach(async () => {
  await stage?.closeWindows();
  // Answers that a test provokes are told by the browser, too.
  expect(stage.complaints.splice(0).filter((line) => !line.startsWith('Failed to load resource'))).toEqual([]);
});
afterAll(() => stage?.close());

const client = () => stage.whole.client();
const read = async (id: string) => succeeded(await client().get(`/v1/email-server-profiles/${id}`));
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name });
/** Needed fields have an asterisk at the end of their labels. */
const field = (page: Page, label: string) => page.getByLabel(new RegExp(`^${label}(?: \\*)?$`));

async function fillServerAndAccount(page: Page, secret: string): Promise<void> {
  await field(page, 'EWS address').fill(stage.whole.sandbox.ewsUrl);
  await button(page, 'Next').click();
  await heading(page, 'The service account').waitFor();
  await field(page, 'User name').fill(serviceAccount);
  await field(page, 'Password').fill(secret);
  await button(page, 'Next').click();
  await heading(page, 'Test before saving').waitFor();
}

const stepOf = (page: Page, title: string) => page.getByRole('listitem').filter({ hasText: title });

describe('the wizard', () => {
  it('finds a wrong password before anything is saved, and saves what passed', async () => {
    const page = await stage.page({ role: 'admin', email: 'ada@people.example' });
    await page.goto('/profiles');
    await page.getByRole('link', { name: 'New profile' }).click();
    await fillServerAndAccount(page, wrong);
    await field(page, 'Mailbox to open').fill(anna);
    await button(page, 'Run the test').click();
    const signsIn = stepOf(page, 'The service account signs in');
    await signsIn.getByText('Failed').waitFor();
    await signsIn.getByRole('button', { name: /^Copy the command: See the state of the service account/ }).waitFor();
    await page.getByText('The test did not pass').waitFor();
    expect(await seriousFaults(page)).toEqual([]);

    await button(page, 'Back').click();
    await field(page, 'Password').fill(password);
    await button(page, 'Next').click();
    await button(page, 'Run the test again').click();
    await page.getByText('The test passed').waitFor();
    await stepOf(page, 'The mailbox is opened').getByText('OK').waitFor();
    await button(page, 'Next').click();

    await field(page, 'Name of the profile').fill('Head office');
    await eventually(async () =>
      expect(await field(page, 'Owner’s e-mail address').inputValue()).toBe('ada@people.example'),
    );
    await field(page, 'Owner’s name').fill('Olga Berg');
    await field(page, 'Owner’s e-mail address').fill('olga@example.com');
    await button(page, 'Next').click();
    await page.getByRole('row', { name: 'Owner Olga Berg <olga@example.com>' }).waitFor();
    expect(await page.content()).not.toContain(password);
    await button(page, 'Save the profile').click();
    await page.getByRole('heading', { level: 1, name: 'Head office' }).waitFor();

    const [saved] = await client().all('/v1/email-server-profiles?name=Head');
    expect(saved).toMatchObject({
      ownerEmail: 'olga@example.com',
      ewsUrl: stage.whole.sandbox.ewsUrl,
      auth: { username: serviceAccount },
      access: 'impersonation',
    });
    expect(page.url()).toContain(`/profiles/${saved.id}`);
    const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state])');
    expect(`${String(kept)} ${page.url()}`).not.toContain(password);
  });

  it('tells a mailbox outside of the scope from a missing role, by another mailbox', async () => {
    const page = await stage.page();
    await page.goto('/profiles/new');
    await fillServerAndAccount(page, password);
    await field(page, 'Mailbox to open').fill(ben);
    await field(page, 'Another mailbox, to compare with').fill(anna);
    await button(page, 'Run the test').click();
    await page.getByText('so it has the role').first().waitFor();
    await button(page, /^Copy the command: .*Bring ben@example.com/).click();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied).toContain(`-Member '${ben}'`);
    await button(page, 'Go on without a passed test').click();
    await heading(page, 'Details').waitFor();
  });

  it('opens the step with the field that the API refuses, and saves untested after saying what it means', async () => {
    const page = await stage.page();
    await page.goto('/profiles/new');
    await button(page, 'Next').click();
    await page.getByText('Give the address, such as').waitFor();
    await field(page, 'EWS address').fill('mail.example.com');
    await button(page, 'Next').click();
    await button(page, 'How to make the service account').click();
    await field(page, 'User name').fill("o'neill");
    await page.getByText("New-ADUser -Name 'o''neill'").waitFor();
    await field(page, 'Password').fill(wrong);
    await button(page, 'Next').click();
    await button(page, 'Go on without a passed test').click();
    await field(page, 'Name of the profile').fill('Untested');
    await button(page, 'Next').click();
    await page.getByText('Not tested', { exact: true }).waitFor();
    await page.getByText('stop at their first try').waitFor();
    await button(page, 'Save without a passed test').click();
    await heading(page, 'The server').waitFor();
    await page.getByText('Must be an http or https address').waitFor();

    await field(page, 'EWS address').fill('https://mail.example.com/EWS/Exchange.asmx');
    for (const next of ['Next', 'Next', 'Go on without a passed test', 'Next']) await button(page, next).click();
    await button(page, 'Save without a passed test').click();
    await page.getByRole('heading', { level: 1, name: 'Untested' }).waitFor();
  });

  it('ends the test when one leaves it', async () => {
    stage.whole.sandbox.control.injectFault({ operation: 'GetFolder', times: 1, fault: { delayMs: 3_000 } });
    const page = await stage.page();
    await page.goto('/profiles/new');
    await fillServerAndAccount(page, password);
    await field(page, 'Mailbox to open').fill(anna);
    await button(page, 'Run the test').click();
    await page.getByText('The next step is under way').waitFor();
    await button(page, 'Stop the test').click();
    await page.getByText('You stopped the test').waitFor();
    const stopped = () => stage.whole.logged().split('"verdict":"stopped"').length - 1;
    await eventually(() => expect(stopped()).toBe(1));
    stage.whole.sandbox.control.injectFault({ operation: 'GetFolder', times: 1, fault: { delayMs: 3_000 } });
    await button(page, 'Run the test again').click();
    await page.getByText('The next step is under way').waitFor();
    await page.getByRole('link', { name: 'Mailboxes' }).click();
    await eventually(() => expect(stopped()).toBe(2));
    stage.whole.sandbox.control.clearFaults();
  });
});

describe('a profile', () => {
  let id: string;
  beforeEach(async () => {
    id = await stage.whole.makeProfile({ name: `Branch ${Math.random().toString(36).slice(2, 8)}` });
  });
  const open = async (tab: string, page?: Page): Promise<Page> => {
    const shown = page ?? (await stage.page());
    await shown.goto(`/profiles/${id}?tab=${tab}`);
    await shown.getByRole('heading', { level: 1 }).waitFor();
    return shown;
  };

  it('is edited, and not over what somebody else changed meanwhile', async () => {
    const page = await open('settings');
    await field(page, 'Name of the profile').fill('Branch office');
    succeeded(await client().patch(`/v1/email-server-profiles/${id}`, { maxSendsPerMinute: 7 }));
    await button(page, 'Save the settings').click();
    await page.getByText('Somebody else changed the profile meanwhile').waitFor();
    expect((await read(id)).name).not.toBe('Branch office');
    await eventually(async () => expect(await field(page, 'Messages sent a minute').inputValue()).toBe('7'));
    await field(page, 'Name of the profile').fill('Branch office');
    await field(page, 'Connections at once').fill('3');
    await button(page, 'Save the settings').click();
    await page.getByRole('heading', { level: 1, name: 'Branch office' }).waitFor();
    expect(await read(id)).toMatchObject({ maxConcurrentConnections: 3, maxSendsPerMinute: 7 });
    await field(page, 'EWS address').fill('https://other.example.com/EWS/Exchange.asmx');
    await button(page, 'Save the settings').click();
    await page.getByText('Must be given again when ewsUrl names another server').waitFor();
    await field(page, 'Password of the service account').fill(password);
    await button(page, 'Save the settings').click();
    await page.getByText('The settings are saved.').first().waitFor();
    await eventually(async () => expect((await read(id)).ewsUrl).toContain('other.example.com'));
  });

  it('gets other credentials after they were tried; suspended, it says what to mend and goes on at once', async () => {
    await stage.whole.makeMailbox(anna, { profileId: id });
    const path = `/v1/email-server-profiles/${id}`;
    succeeded(await client().patch(path, { auth: { password: wrong } }));
    // The only mailbox of the profile is asked again before its account counts as refused.
    for (let polls = 0; polls < 10 && (await read(id)).pacing.suspendedCause === null; polls += 1)
      await stage.whole.poll();
    expect((await read(id)).pacing.suspendedCause).not.toBeNull();

    const page = await open('mailboxes');
    await page.getByText('The profile is suspended').waitFor();
    await page.getByText('suspended', { exact: true }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await button(page, 'Replace the credentials').click();
    await field(page, 'New password').fill('Wrong-Horse-3');
    await button(page, 'Test them').click();
    await page.getByText('The test did not pass').waitFor();
    await field(page, 'New password').fill(password);
    await field(page, 'Mailbox to open in the test').fill(anna);
    await button(page, 'Test them').click();
    await page.getByText('The test passed').waitFor();
    await button(page, 'Save them').click();
    await page.getByText('The credentials are saved.').first().waitFor();
    await eventually(async () => expect(await field(page, 'New password').inputValue()).toBe(''));
    await stage.whole.poll();
    expect((await read(id)).pacing.suspendedCause).toBeNull();
    await page.reload();
    await page.getByText('ok', { exact: true }).waitFor();
    for (const mailbox of await client().all(`/v1/mailboxes?profileId=${id}`))
      await client().delete(`/v1/mailboxes/${mailbox.id}`);
  });

  it('gets and loses members', async () => {
    const { user } = await signIn(stage.whole, { role: 'owner', email: 'omar@people.example' });
    const page = await open('members');
    await page.getByText('Nobody yet').waitFor();
    await page.getByRole('combobox', { name: 'Add a user' }).click();
    await page.getByRole('option', { name: /omar@people\.example/ }).click();
    await button(page, 'Add').click();
    await page.getByRole('cell', { name: 'owner: reads and changes it' }).waitFor();
    expect((await client().all(`/v1/email-server-profiles/${id}/members`)).map((member) => member.id)).toEqual([
      user.id,
    ]);
    expect(await seriousFaults(page)).toEqual([]);
    await button(page, /^Remove/).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('Nobody yet').waitFor();
  });

  it('says who is told, and tells again of a muted cause', async () => {
    const muted = `/v1/email-server-profiles/${id}/muted-causes/ErrorImpersonateUserDenied`;
    succeeded(await client().call('PUT', muted));
    const page = await open('notifications');
    await page.getByText('The service account may not impersonate the mailbox').waitFor();
    await button(page, /^Unmute/).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Unmute' }).click();
    await page.getByText('None is muted.').waitFor();
    expect((await client().get(muted)).status).toBe(404);
    await page.getByRole('checkbox', { name: 'Tell somebody else as well' }).check();
    await field(page, 'Their name').fill('Erik');
    await field(page, 'Their e-mail address').fill('erik');
    await button(page, 'Save who is told').click();
    await eventually(async () =>
      expect(await field(page, 'Their e-mail address').getAttribute('aria-invalid')).toBe('true'),
    );
    await field(page, 'Their e-mail address').fill('erik@example.com');
    await button(page, 'Save who is told').click();
    await page.getByText('Who is told is saved.').first().waitFor();
    expect((await read(id)).escalationContact).toEqual({ name: 'Erik', email: 'erik@example.com' });
  });

  it('has a guide for both kinds of server, from the API', async () => {
    const page = await open('guide');
    await page.getByText(`-Role ApplicationImpersonation -User '${serviceAccount}'`).waitFor();
    await button(page, 'Copy the command: Make the group.').click();
    await eventually(async () =>
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
        "New-DistributionGroup -Name 'Postroom mailboxes' -Type Security",
      ),
    );
    await page.getByText('Exchange Online', { exact: true }).click();
    await page.getByText('Register an application in Entra').waitFor();
    expect(page.url()).toContain('server=exchange-online');
  });

  it('is analysed, keeps the report, and shares it', async () => {
    const page = await open('analysis');
    await page.getByText('None yet').waitFor();
    await field(page, 'Mailbox to open').fill(anna);
    await button(page, 'Run the analysis').click();
    await page.getByText('The test passed').waitFor();
    await page
      .getByRole('row', { name: /passed/ })
      .getByRole('button')
      .click();
    await heading(page, /^Report of/).waitFor();
    await button(page, 'Share by a link').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Share by a link' }).click();
    const link = await field(page, 'Link to the report').inputValue();
    expect(link).toMatch(/\/v1\/shared-diagnostics\//);
    const shared = await fetch(stage.url + new URL(link).pathname);
    expect(shared.status).toBe(200);
    await button(page, 'Delete the report').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete the report' }).click();
    await page.getByText('None yet').waitFor();
  });

  it('is deleted only when no mailbox uses it', async () => {
    const mailbox = await stage.whole.makeMailbox(ben, { profileId: id });
    const page = await open('settings');
    await page.getByText('It cannot be deleted while').waitFor();
    expect(await button(page, 'Delete the profile').count()).toBe(0);
    await client().delete(`/v1/mailboxes/${mailbox}`);
    await page.reload();
    await button(page, 'Delete the profile').click();
    await page.getByRole('dialog').getByText('cannot be brought back').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete the profile' }).click();
    await eventually(async () => {
      // What is left of the mailbox may have to be cleared away first.
      const gone = (await client().get(`/v1/email-server-profiles/${id}`)).status === 404;
      const waits = (await page.getByText('still being cleared away').count()) > 0;
      expect(gone || waits).toBe(true);
    });
  });

  it('is an owner’s to change, and a viewer’s to read; neither sees others, nor makes any', async () => {
    const other = await stage.whole.makeProfile({ name: 'Somebody else’s' });
    const owner = await stage.page({ role: 'owner', profileIds: [id] });
    await owner.goto('/profiles');
    await owner.getByRole('link', { name: (await read(id)).name }).waitFor();
    expect(await owner.getByText('Somebody else’s').count()).toBe(0);
    expect(await owner.getByRole('link', { name: 'New profile' }).count()).toBe(0);
    await owner.goto(`/profiles/${other}`);
    await owner.getByText('There is no such profile').waitFor();
    await owner.goto('/profiles/new');
    await owner.getByText('Administrators make profiles').waitFor();
    await open('members', owner);
    await owner.getByRole('cell', { name: 'owner: reads and changes it' }).waitFor();
    expect(await button(owner, /^(Add|Remove)/).count()).toBe(0);
    await open('credentials', owner);
    await field(owner, 'New password').fill(password);
    await button(owner, 'Test them').click();
    await owner.getByText('The test passed').waitFor();

    const viewer = await stage.page({ role: 'viewer', profileIds: [id] });
    await open('settings', viewer);
    await eventually(async () => expect(await field(viewer, 'Name of the profile').isDisabled()).toBe(true));
    expect(await button(viewer, /Save|Delete/).count()).toBe(0);
    await open('credentials', viewer);
    await viewer.getByText('Postroom signs in as').waitFor();
    expect(await field(viewer, 'New password').count()).toBe(0);
    await open('analysis', viewer);
    await viewer.getByText('Past reports').first().waitFor();
    expect(await button(viewer, 'Run the analysis').count()).toBe(0);
  });
});

describe('the pages', () => {
  it('find profiles by name, and teach where there is none', async () => {
    const page = await stage.page();
    await page.goto('/profiles?q=nothing-has-this-name');
    await page.getByText('No profile has such a name').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await button(page, 'Clear the search').click();
    await page.getByRole('link', { name: 'Head office' }).waitFor();
    const nobody = await stage.page({ role: 'owner', profileIds: [] });
    await nobody.goto('/profiles');
    await nobody.getByText('No profile is yours yet').waitFor();
  });

  it.each(['light', 'dark'] as const)('fit a phone and have no serious faults, %s', async (colorScheme) => {
    const page = await stage.page({ viewport: phone, colorScheme });
    const tabs = ['mailboxes', 'settings', 'credentials', 'members', 'notifications', 'guide', 'analysis'];
    const paths = tabs.map((tab) => `/profiles/${stage.whole.profileId}?tab=${tab}`);
    for (const path of ['/profiles', '/profiles/new', ...paths]) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await eventually(async () => expect(await page.locator('[aria-busy=true]').count()).toBe(0));
      expect([path, await seriousFaults(page)]).toEqual([path, []]);
      expect([path, await fitsItsWidth(page)]).toEqual([path, true]);
    }
  });
});
