import type { Page } from 'playwright-core';
import { serviceAccount, succeeded } from '../features/support/whole-stage.js';
import { eventually } from '../support/eventually.js';
import { fitsItsWidth, phone, seriousFaults } from './support/browser.js';
import { ConsoleStage } from './support/console-stage.js';

const shots = process.env.POSTROOM_SHOTS;
const addresses = Array.from({ length: 9 }, (_, index) => `person.${index + 1}@example.com`);

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await ConsoleStage.open({ addresses, env: { SMTP_URL: 'smtp://127.0.0.1:1' } });
});
afterEach(async () => {
  await stage?.closeWindows();
  expect(stage.complaints.splice(0)).toEqual([]);
});
afterAll(() => stage?.close());

const whole = () => stage.whole;
const control = () => whole().sandbox.control;
const shoot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
};

async function drain(): Promise<void> {
  while ((await whole().round()) > 0);
}

async function pass(ms: number, stepMs = 10_000): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    whole().clock.advance(stepMs);
    await drain();
    await whole().plan();
  }
}

/** A profile of its own, whose mailboxes are then let in no more. @returns the incident that this opens */
async function refused(those: readonly string[], name: string) {
  const profileId = await whole().makeProfile({ name });
  for (const emailAddress of those) await whole().makeMailbox(emailAddress, { profileId });
  await drain();
  control().revoke(serviceAccount, [...those]);
  await pass(200_000);
  const incident = await incidentOf(profileId);
  return { profileId, id: incident.id as string };
}

const incidentOf = async (profileId: string) =>
  (await whole().client().all(`/v1/incidents?profileId=${profileId}`))[0] ?? null;
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name });

it('tells an owner on a phone what happened, takes what they do, and shows it mended', async () => {
  const those = addresses.slice(0, 3);
  const { profileId, id } = await refused(those, 'Sales');
  const page = await stage.page({ role: 'owner', profileIds: [profileId], viewport: phone });
  await page.goto(`/incidents/${id}`);
  await heading(page, 'The service account may not impersonate the mailbox').waitFor();
  await page.getByText('Stops 3 mailboxes of “Sales”.').waitFor();
  await heading(page, 'What happened').waitFor();
  await page.getByText('It does not pass by itself').waitFor();
  await page
    .getByRole('list')
    .getByText(/management scope/)
    .waitFor();
  await page.getByText('It began, with 3 mailboxes').waitFor();
  for (const address of those) await page.getByRole('link', { name: address }).waitFor();
  await shoot(page, 'incident-phone');
  expect(await fitsItsWidth(page)).toBe(true);
  expect(await seriousFaults(page)).toEqual([]);

  const copy = page.getByRole('button', { name: /Copy the command: See which role assignments/ });
  await copy.click();
  await eventually(async () =>
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain('Get-ManagementRoleAssignment'),
  );
  await page.getByRole('button', { name: 'Technical details' }).click();
  await page.getByText('ErrorImpersonateUserDenied', { exact: true }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);

  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await page.getByText(/took it up/).waitFor();
  await eventually(async () => expect(await page.getByRole('button', { name: 'Acknowledge' }).count()).toBe(0));
  await page.getByLabel('Comment').fill('Asked the Exchange people.');
  await page.getByRole('button', { name: 'Add the comment' }).click();
  await page.getByText('Asked the Exchange people.', { exact: true }).waitFor();

  await page.getByRole('button', { name: 'Check now' }).click();
  await page.getByText('Checking now').waitFor();
  await drain();
  await page.getByText('Not mended yet').waitFor();
  await page.getByText(/The server says the same as before/).waitFor();

  control().grant(serviceAccount, [...those]);
  await page.getByRole('button', { name: 'Check now' }).click();
  await page.getByText('Checking now').waitFor();
  await drain();
  await page.getByText('It is mended').waitFor();
  await page.getByText('It stopped 3 mailboxes.').waitFor();
  expect(await page.getByRole('button', { name: 'Check now' }).count()).toBe(0);
  expect((await incidentOf(profileId)).open).toBe(false);
  await shoot(page, 'incident-over-phone');
  expect(await fitsItsWidth(page)).toBe(true);
  expect(await seriousFaults(page)).toEqual([]);
});

it('snoozes, gives away and mutes, each taken back again', async () => {
  const { profileId, id } = await refused(addresses.slice(3, 4), 'Service');
  const page = await stage.page();
  await page.goto(`/incidents/${id}`);
  const choose = async (menu: string, item: string | RegExp) => {
    await page.getByRole('button', { name: menu, exact: true }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  const dialog = page.getByRole('dialog');
  await choose('Snooze', 'For 1 hour');
  await page.getByText(/snoozed it until/).waitFor();
  const [, snoozed] = await Promise.all([page.getByText(/^until .* by /).waitFor(), incidentOf(profileId)]);
  const aheadMs = Date.parse(snoozed.snoozed.until) - whole().clock.now().getTime();
  expect(Math.abs(aheadMs - 3_600_000)).toBeLessThan(120_000);
  await choose('Snooze', 'End the snooze');
  await page.getByText(/ended the snooze/).waitFor();
  expect((await incidentOf(profileId)).snoozed).toBeNull();
  await choose('Snooze', 'Until another time…');
  await dialog.getByLabel('Your local time').fill('2026-03-20T07:30');
  await dialog.getByRole('button', { name: 'Snooze' }).click();
  await dialog.waitFor({ state: 'hidden' });
  expect((await incidentOf(profileId)).snoozed.until).toBe(new Date('2026-03-20T07:30').toISOString());

  await choose('More', 'Give it to somebody else…');
  await dialog.getByLabel('Name').fill('Paul Deputy');
  await dialog.getByLabel('E-mail address').fill('paul@example.com');
  expect(await seriousFaults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Give it away' }).click();
  await page.getByText(/gave it to Paul Deputy/).waitFor();
  await choose('More', 'Give it to somebody else…');
  await dialog.getByRole('button', { name: 'Back to the owner' }).click();
  await page.getByText(/gave it back to the owner/).waitFor();

  await choose('More', 'Mute this cause…');
  await dialog.getByText(/Nobody is mailed any more about/).waitFor();
  await dialog.getByRole('button', { name: 'Mute' }).click();
  await page.getByText('Nobody is mailed about this cause').waitFor();
  expect((await incidentOf(profileId)).muted).toBe(true);
  await shoot(page, 'incident-desk');
  await choose('More', 'No longer mute this cause…');
  await dialog.getByRole('button', { name: 'No longer mute' }).click();
  await page.getByText('Nobody is mailed about this cause').waitFor({ state: 'hidden' });
  expect((await incidentOf(profileId)).muted).toBe(false);
});

it('shows a viewer everything but the buttons, and nobody the incidents of others', async () => {
  const { profileId, id } = await refused(addresses.slice(4, 5), 'Branch');
  const page = await stage.page({ role: 'viewer', profileIds: [profileId], colorScheme: 'dark' });
  await page.goto('/incidents');
  const rows = page.getByRole('table').getByRole('row');
  await page.getByText('Stops 1 mailbox of “Branch”').waitFor();
  await eventually(async () => expect(await rows.count()).toBe(2));
  expect(await seriousFaults(page)).toEqual([]);
  await page.getByRole('link', { name: 'The service account may not impersonate the mailbox' }).click();
  await heading(page, 'What to do').waitFor();
  for (const name of ['Check now', 'Acknowledge', 'Snooze', 'More', 'Add the comment'])
    expect(await page.getByRole('button', { name }).count()).toBe(0);
  await page
    .getByRole('button', { name: /Copy the command/ })
    .first()
    .waitFor();
  await shoot(page, 'incident-viewer-dark');
  expect(await seriousFaults(page)).toEqual([]);

  const elsewhere = await whole().makeProfile({ name: 'Elsewhere' });
  const stranger = await stage.page({ role: 'viewer', profileIds: [elsewhere] });
  await stranger.goto('/incidents');
  await heading(stranger, 'No open incident').waitFor();
  await stranger.goto(`/incidents/${id}`);
  await heading(stranger, 'There is no such incident').waitFor();
  // The browser writes down each answer of 404.
  expect(stage.complaints.splice(0).every((line) => line.includes('404'))).toBe(true);
});

it('lists by what is open and by profile, and keeps that in the address; a new one comes by itself', async () => {
  const profileId = await whole().makeProfile({ name: 'Returns' });
  await whole().makeMailbox(addresses[5] ?? '', { profileId });
  await drain();
  const page = await stage.page();
  await page.goto(`/incidents?profileId=${profileId}`);
  await heading(page, 'No open incident of this profile').waitFor();
  await page.getByRole('link', { name: 'See those that are over' }).waitFor();
  control().revoke(serviceAccount, [addresses[5] ?? '']);
  await pass(200_000);
  await page.getByText('Stops 1 mailbox of “Returns”').waitFor();
  await page.getByText('Over', { exact: true }).click();
  await eventually(() => expect(page.url()).toContain('show=closed'));
  await heading(page, 'No incident of this profile is over').waitFor();
  control().grant(serviceAccount, [addresses[5] ?? '']);
  await pass(30 * 60_000, 60_000);
  await page.getByText('Stopped 1 mailbox of “Returns”').waitFor();
  await page.getByText('All', { exact: true }).click();
  await page.reload();
  await page.getByText('Stopped 1 mailbox of “Returns”').waitFor();
  await shoot(page, 'incidents-desk');
  await page.setViewportSize(phone);
  expect(await fitsItsWidth(page)).toBe(true);
  expect(await seriousFaults(page)).toEqual([]);
  await shoot(page, 'incidents-phone');
});

it('tells of a server that does not answer, and of the check that finds it back', async () => {
  const profileId = await whole().makeProfile({
    name: 'Depot',
    ewsUrl: whole().sandbox.ewsUrl.replace('127.0.0.1', 'localhost'),
  });
  for (const emailAddress of addresses.slice(6, 8)) await whole().makeMailbox(emailAddress, { profileId });
  await drain();
  for (const address of addresses.slice(6, 8))
    control().injectFault({ address, times: 100_000, fault: { dropBefore: true } });
  await pass(5 * 60_000);
  const { id } = await incidentOf(profileId);
  const page = await stage.page({ colorScheme: 'dark' });
  await page.goto(`/incidents/${id}`);
  await page.getByText(/^Holds up all profiles at localhost/).waitFor();
  await page.getByText(/All mailboxes of the profiles at this server wait/).waitFor();
  await shoot(page, 'incident-server-dark');
  await page.getByRole('button', { name: 'Check now' }).click();
  await page.getByText('Checking now').waitFor();
  await pass(60_000);
  await page.getByText('Not mended yet').waitFor();
  await page.getByText(/The server still does not answer/).waitFor();
  control().clearFaults();
  await page.getByRole('button', { name: 'Check now' }).click();
  await page.getByText('Checking now').waitFor();
  await pass(60_000);
  await page.getByText('It is mended').waitFor();
  expect(await seriousFaults(page)).toEqual([]);
});

it('tells of a webhook endpoint that was switched off, with each command to copy', async () => {
  const made = succeeded(
    await whole()
      .client()
      .post('/v1/webhook-endpoints', {
        url: 'https://app.example.com/hooks/mail',
        owner: { name: 'Rita Receiver', email: 'rita@example.com' },
      }),
  );
  const failure = {
    code: 'WebhookGone',
    url: 'https://app.example.com/hooks/mail',
    message: 'answered 410',
    failingSince: whole().clock.now().toISOString(),
    waitingSince: whole().clock.now().toISOString(),
    at: whole().clock.now().toISOString(),
  };
  const id = '01900000-0000-7000-8000-0000000000e1';
  await whole().dataSource.query(
    `INSERT INTO incidents (id, endpoint_id, cause, scope, first_failure, last_failure, failures, opened_at, last_seen_at)
     VALUES ($1, $2, 'WebhookGone', 'endpoint', $3, $3, 1, $4, $4)`,
    [id, made.id, failure, whole().clock.now()],
  );
  const page = await stage.page({ viewport: phone });
  await page.goto(`/incidents/${id}`);
  await page.getByText('A webhook endpoint is switched off; mail flows.').waitFor();
  await page.getByRole('button', { name: /Copy the command: Then switch the endpoint on again/ }).waitFor();
  expect(await page.getByRole('button', { name: 'Check now' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Acknowledge' }).waitFor();
  expect(await fitsItsWidth(page)).toBe(true);
  expect(await seriousFaults(page)).toEqual([]);
  await shoot(page, 'incident-endpoint-phone');
});
