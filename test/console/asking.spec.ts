import { eventually } from '../support/eventually.js';
import { ConsoleStage } from './support/console-stage.js';

let stage: ConsoleStage;
let profileId: string;
beforeAll(async () => {
  stage = await ConsoleStage.open();
  profileId = await stage.whole.makeProfile({ name: 'Head office' });
});
afterEach(() => stage?.closeWindows());
afterAll(() => stage?.close());

it('does not close while the act is under way, and forgets why it was refused when it asks again', async () => {
  const mailbox = await stage.whole.makeMailbox('ada@example.com', { profileId });
  const page = await stage.page();
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route('**/v1/mailboxes/*/pause', async (route) => {
    await held;
    await route.abort();
  });
  await page.goto(`/mailboxes/${mailbox}`);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Pause this mailbox?' });
  await dialog.getByRole('button', { name: 'Pause' }).click();
  await page.keyboard.press('Escape');
  answer();
  const refusal = dialog.getByRole('alert');
  await refusal.getByText('Postroom cannot be reached').waitFor();
  await eventually(async () => expect(await refusal.innerText()).not.toContain('by itself'));
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await dialog.waitFor();
  await eventually(async () => expect(await refusal.count()).toBe(0));
});

it('asks before a shorter time to keep content removes what is older', async () => {
  const page = await stage.page();
  await page.goto(`/profiles/${profileId}?tab=settings`);
  await page.getByLabel('Keep content, days').fill('7');
  await page.getByRole('button', { name: 'Save the settings' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('older than 7 days are removed').waitFor();
  const kept = async () =>
    (await stage.whole.client().get(`/v1/email-server-profiles/${profileId}`)).body.contentRetentionDays;
  expect(await kept()).toBeNull();
  await dialog.getByRole('button', { name: 'Save, and remove older content' }).click();
  await page.getByText('The settings are saved.').waitFor();
  expect(await kept()).toBe(7);
  await page.getByLabel('Keep content, days').fill('90');
  await page.getByRole('button', { name: 'Save the settings' }).click();
  await page.getByText('The settings are saved.').nth(1).waitFor();
  expect(await kept()).toBe(90);
});

it('says what to do about what is refused without a question', async () => {
  const mailbox = await stage.whole.makeMailbox('ben@example.com', { profileId });
  const page = await stage.page();
  await page.goto(`/mailboxes/${mailbox}`);
  await page.getByRole('button', { name: 'Sync now' }).waitFor();
  await page.route('**/v1/mailboxes/*/sync', (route) =>
    route.fulfill({
      status: 409,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        title: 'It is paused',
        detail: 'It is paused',
        code: 'paused',
        remediation: 'Resume it.',
      }),
    }),
  );
  await page.getByRole('button', { name: 'Sync now' }).click();
  await page.getByRole('status').getByText('Resume it.').waitFor();
});
