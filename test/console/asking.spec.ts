import { ConsoleStage } from './support/console-stage.js';

let stage: ConsoleStage;
let profileId: string;
beforeAll(async () => {
  stage = await ConsoleStage.open();
  profileId = await stage.whole.makeProfile({ name: 'Head office' });
}, 60_000);
afterEach(() => stage?.closeWindows());
afterAll(() => stage?.close());

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
