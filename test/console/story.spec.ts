import type { Page } from 'playwright-core';
import { FirstAdminLink } from '../../src/features/identity/users/first-admin-link.js';
import { eventually } from '../support/eventually.js';
import { Road, service } from '../support/road.js';
import { phone } from './support/browser.js';
import { builtConsole } from './support/built-console.js';
import { Windows } from './support/windows.js';

const addresses = ['ann@postroom.example', 'ben@postroom.example', 'cleo@postroom.example'];

let road: Road;
let windows: Windows;
beforeAll(async () => {
  road = await Road.open(
    { name: 'PostgreSQL', redis: () => null },
    {
      consoleFolder: await builtConsole(),
      mailboxes: 0,
      sandbox: { mailboxes: addresses.map((address) => ({ address })) },
    },
  );
  windows = await Windows.open({ url: road.postroom.url, clock: road.clock });
});
afterAll(async () => {
  await windows?.close();
  await road?.close();
});

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
/** Needed fields have an asterisk at the end of their labels. */
const field = (page: Page, label: string) => page.getByLabel(new RegExp(`^${label}(?: \\*)?$`));
const goTo = (page: Page, place: string) =>
  page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: place }).click();

it('a newcomer connects a server, sees mail flow, a failure come, and all come back by itself', async () => {
  const page = await windows.window();

  // The link that the first start prints.
  const token = await road.postroom.app.get(FirstAdminLink, { strict: false }).whileThereIsNone();
  await page.goto(`/welcome#${token}`);
  await field(page, 'Your name').fill('Olga Berg');
  await field(page, 'E-mail address').fill('olga@owner.example');
  await field(page, 'Password').fill('four quiet words here');
  await field(page, 'The password once more').fill('four quiet words here');
  await button(page, 'Create the account').click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();

  // A profile, tested before it is saved.
  await goTo(page, 'Profiles');
  await page.getByRole('link', { name: 'New profile' }).click();
  await field(page, 'EWS address').fill(road.sandbox.ewsUrl);
  await button(page, 'Next').click();
  await field(page, 'User name').fill(`POSTROOM\\${service.username}`);
  await field(page, 'Password').fill(service.password);
  await button(page, 'Next').click();
  await field(page, 'Mailbox to open').fill(addresses[0] ?? '');
  await button(page, 'Run the test').click();
  await page.getByText('The test passed').waitFor();
  await button(page, 'Next').click();
  await field(page, 'Name of the profile').fill('Branch office');
  await button(page, 'Next').click();
  await button(page, 'Save the profile').click();
  await page.getByRole('heading', { level: 1, name: 'Branch office' }).waitFor();

  // Its mailboxes.
  await page.goto('/mailboxes/import');
  await page.getByLabel('Or paste here').fill(addresses.join('\n'));
  await page.getByRole('combobox', { name: 'Profile' }).click();
  await page.getByRole('option', { name: 'Branch office' }).click();
  await button(page, 'Check the rows').click();
  await button(page, 'Import 3 mailboxes').click();
  await page.getByRole('heading', { name: '3 mailboxes imported' }).waitFor();

  // Mail flows.
  await road.synced();
  await road.exchange.deliver(addresses[0] ?? '', { subject: 'Offer for the new office' });
  road.clock.advance(70_000);
  const advancedAt = road.clock.now().getTime();
  await goTo(page, 'Messages');
  await page.getByText('Offer for the new office').waitFor();
  const ids = (await road.api.all('/v1/mailboxes')).map(({ id }) => id as string);
  // A poll that is still under way when the clock jumps next would put the one after it off by a minute of ours.
  for (const id of ids)
    await eventually(async () => {
      const { lastSyncAt, running } = await road.mailbox(id);
      expect([Date.parse(lastSyncAt) >= advancedAt, running]).toEqual([true, false]);
    });

  // The right is taken away: one incident, told by the console while one looks at something else.
  road.exchange.revoke(service.username, addresses);
  road.clock.advance(70_000);
  await road.deniedOnce(ids);
  await eventually(async () => expect(await road.api.all('/v1/mailboxes?state=failed')).toHaveLength(3));
  await page.getByRole('navigation', { name: 'Main' }).getByLabel('1 open').waitFor();
  await goTo(page, 'Overview');
  await page.getByRole('main').getByRole('link', { name: 'The service account may not impersonate' }).first().click();
  await page.getByText('Branch office').first().waitFor();
  await button(page, /Copy the command: See which role assignments/).click();
  await eventually(async () =>
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toContain(
      'Get-ManagementRoleAssignment -Role ApplicationImpersonation',
    ),
  );
  const incident = page.url();

  // Whoever answers for it reads it on a phone, mends it, and asks for a look.
  const cookies = await page.context().cookies();
  const onPhone = await windows.window({ viewport: phone });
  await onPhone.context().addCookies(cookies);
  await onPhone.goto(incident);
  await button(onPhone, 'Check now').waitFor();
  road.exchange.grant(service.username, addresses);
  await button(onPhone, 'Check now').click();
  await onPhone.getByText('It is mended', { exact: true }).waitFor();
  await onPhone.getByText('It stopped 3 mailboxes.').waitFor();

  // The other window has heard of it.
  await page.getByText('It is over', { exact: true }).waitFor();
  await goTo(page, 'Mailboxes');
  await eventually(async () => expect(await page.getByRole('row').filter({ hasText: 'active' }).count()).toBe(3));
  // Who has not signed in yet is told so, and browsers note that.
  const refused = 'Failed to load resource: the server responded with a status of 401 (Unauthorized)';
  expect(windows.complaints.filter((line) => line !== refused)).toEqual([]);
});
