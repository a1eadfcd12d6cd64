import type { Page } from 'playwright-core';
import { samplerOf } from '../features/support/overview-stage.js';
import { serviceAccount, succeeded } from '../features/support/whole-stage.js';
import { eventually } from '../support/eventually.js';
import { fitsItsWidth, phone, seriousFaults } from './support/browser.js';
import { ConsoleStage } from './support/console-stage.js';

const shots = process.env.POSTROOM_SHOTS;
const addresses = Array.from({ length: 6 }, (_, index) => `person.${index + 1}@example.com`);

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await ConsoleStage.open({ addresses });
});
afterEach(async () => {
  await stage?.closeWindows();
  expect(stage.complaints.splice(0)).toEqual([]);
});
afterAll(() => stage?.close());

const whole = () => stage.whole;
const control = () => whole().sandbox.control;
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name });
const shoot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
};

async function pass(ms: number, stepMs = 10_000): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    whole().clock.advance(stepMs);
    while ((await whole().round()) > 0);
  }
}

it('teaches the first steps: a profile, then mailboxes', async () => {
  const stranger = await stage.page({ role: 'owner', profileIds: [] });
  await stranger.goto('/');
  await heading(stranger, 'There is nothing of yours here yet').waitFor();
  expect(await stranger.getByRole('link', { name: 'Create a profile' }).count()).toBe(0);

  const page = await stage.page({ viewport: phone });
  await page.goto('/');
  await heading(page, 'Now the mailboxes').waitFor();
  await page.getByText('All is well').waitFor();
  await eventually(async () =>
    expect(await page.getByRole('link', { name: 'Import mailboxes' }).getAttribute('href')).toBe('/mailboxes/import'),
  );
  expect(await fitsItsWidth(page)).toBe(true);
  expect(await seriousFaults(page)).toEqual([]);
  await shoot(page, 'overview-empty-phone');

  succeeded(await whole().client().delete(`/v1/email-server-profiles/${whole().profileId}`));
  await page.reload();
  await heading(page, 'Begin with a profile').waitFor();
  await eventually(async () =>
    expect(await page.getByRole('link', { name: 'Create a profile' }).getAttribute('href')).toBe('/profiles/new'),
  );
  expect(await seriousFaults(page)).toEqual([]);
});

it('shows that all is well, and by itself what is not any more, incidents first', async () => {
  const profileId = await whole().makeProfile({ name: 'Sales' });
  for (const emailAddress of addresses) await whole().makeMailbox(emailAddress, { profileId });
  const sampler = samplerOf(whole());
  for (let minute = 0; minute < 12; minute += 1) {
    await control().deliver(addresses[minute % 3] ?? '', { subject: `letter ${minute}` });
    await pass(60_000, 20_000);
    // Between the fourth and the sixth minute nobody measures.
    if (minute < 4 || minute > 6) await sampler.sample();
  }
  const page = await stage.page();
  await page.goto('/?range=1h');
  await page.getByText('All is well').waitFor();
  await page.getByText('none of 6 mailboxes stands still').waitFor();
  const mailboxes = page.getByRole('region', { name: 'Mailboxes', exact: true });
  const active = mailboxes.getByRole('link', { name: /active/ });
  await eventually(async () => expect(await active.innerText()).toMatch(/^6\s+active$/));
  await eventually(async () => expect(await active.getAttribute('href')).toBe('/mailboxes?state=active'));
  await page.getByRole('img', { name: 'Sync lag over time' }).locator('canvas').waitFor();
  await page.getByText(/In the last hour the lag of half of the mailboxes/).waitFor();
  await page.getByText(/In the last hour \d+ messages were received and 0 were sent/).waitFor();
  await page.getByRole('region', { name: 'Servers' }).getByText('well').waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await shoot(page, 'overview-desk');

  await page.getByText('Sync lag as a table').click();
  const table = page.getByRole('region', { name: 'Sync lag, table' });
  await table.getByText('not measured').first().waitFor();
  await eventually(async () => expect(await table.getByRole('row').count()).toBeGreaterThan(50));
  expect(await seriousFaults(page)).toEqual([]);
  await page.getByText('Sync lag as a table').click();

  control().revoke(serviceAccount, addresses.slice(0, 2));
  await pass(200_000);
  await heading(page, '1 open incident').waitFor();
  await page.getByText('Stops 2 mailboxes of “Sales”').waitFor();
  await eventually(async () =>
    expect(await mailboxes.getByRole('link', { name: /failed/ }).innerText()).toMatch(/^2\s/),
  );
  await eventually(async () => expect(await page.getByText('All is well').count()).toBe(0));
  await page.getByText('7 days').click();
  await page
    .getByText(/In the last 7 days/)
    .first()
    .waitFor();
  expect(page.url()).toContain('range=7d');
  await shoot(page, 'overview-incident-desk');

  await page.setViewportSize(phone);
  await eventually(async () => expect(await fitsItsWidth(page)).toBe(true));
  expect(await seriousFaults(page)).toEqual([]);
  await shoot(page, 'overview-phone');
  await page.getByRole('link', { name: 'The service account may not impersonate the mailbox' }).click();
  await heading(page, 'What happened').waitFor();
});

it('shows an owner only what is theirs, in the dark too', async () => {
  const profileId = await whole().makeProfile({
    name: 'Depot',
    ewsUrl: whole().sandbox.ewsUrl.replace('127.0.0.1', 'localhost'),
  });
  const page = await stage.page({ role: 'owner', profileIds: [profileId], colorScheme: 'dark' });
  await page.goto('/');
  await page.getByText('All is well').waitFor();
  const servers = page.getByRole('region', { name: 'Servers' });
  await servers.getByText(/localhost/).waitFor();
  expect(await servers.getByText(/127\.0\.0\.1/).count()).toBe(0);
  expect(await page.getByText('impersonate').count()).toBe(0);
  expect(await seriousFaults(page)).toEqual([]);
  const admin = await stage.page({ colorScheme: 'dark' });
  await admin.goto('/?range=1h');
  await heading(admin, '1 open incident').waitFor();
  await admin.getByRole('img', { name: 'Messages over time' }).locator('canvas').waitFor();
  expect(await seriousFaults(admin)).toEqual([]);
  await shoot(admin, 'overview-dark');
});
