import type { Page } from 'playwright-core';
import { succeeded } from '../features/support/whole-stage.js';
import { eventually } from '../support/eventually.js';
import { ConsoleStage } from './support/console-stage.js';
import { fitsItsWidth, phone, seriousFaults } from './support/browser.js';
import { settle } from '../features/support/work.js';

const good = ['ada', 'ben'].map((name) => `${name}@example.com`);
const bad = ['carl', 'dora', 'emil'].map((name) => `${name}@example.com`);

let stage: ConsoleStage;
let batchId: string;
beforeAll(async () => {
  stage = await ConsoleStage.open({ addresses: [...good, ...bad], scope: good });
  const mailboxIds: string[] = [];
  for (const address of [...good, ...bad])
    mailboxIds.push(await stage.whole.makeMailbox(address, { start: 'after-test' }));
  const wish = { mailboxIds, enable: true, directions: ['incoming'] };
  batchId = succeeded(await stage.whole.client().post('/v1/mailbox-test-batches', wish)).id;
});
afterEach(async () => {
  expect(stage.complaints.splice(0)).toEqual([]);
  await stage.closeWindows();
});
afterAll(() => stage?.close());

const rows = (page: Page) => page.getByRole('region', { name: 'Tests' }).locator('tbody tr');

it('shows the progress of the tests and what came of them, by outcome and by cause', async () => {
  const page = await stage.page({ role: 'owner', profileIds: [stage.whole.profileId] });
  await page.goto(`/mailboxes/tests/${batchId}`);
  await page.getByRole('heading', { level: 1, name: 'Tests of 5 mailboxes' }).waitFor();
  await page.getByText('0 of 5 tests ended').waitFor();
  await rows(page).getByText('It waits for its turn').filter({ visible: true }).first().waitFor();
  await page.getByRole('button', { name: 'Cancel the tests' }).waitFor();

  // Trouble that may pass is tried again in a while.
  for (let round = 0; round < 4; round += 1) {
    await settle(stage.whole);
    stage.whole.clock.advance(60_000);
  }
  await page.getByText('5 of 5 tests ended').waitFor();
  await page.getByText('Something was switched on in 2 mailboxes.').waitFor();
  await page.getByText('done', { exact: true }).waitFor();
  await eventually(async () => expect(await page.getByRole('button', { name: 'Cancel the tests' }).count()).toBe(0));

  const outcomes = page.getByRole('group', { name: 'Outcome' });
  await outcomes.getByText('failed 3').click();
  await eventually(async () => expect(await rows(page).count()).toBe(3));
  expect(page.url()).toContain('result=failure');
  await outcomes.getByText('all 5').click();
  await page.getByRole('combobox', { name: 'Cause' }).click();
  await page.getByRole('option', { name: 'The service account may not impersonate the mailbox (3)' }).click();
  await eventually(async () => expect(await rows(page).count()).toBe(3));
  await rows(page)
    .getByText('Receiving failed: The service account may not')
    .filter({ visible: true })
    .first()
    .waitFor();
  expect(page.url()).toContain('code=ErrorImpersonateUserDenied');
  expect(await seriousFaults(page)).toEqual([]);

  await rows(page).getByRole('link', { name: bad[0] }).click();
  await page.getByRole('heading', { level: 1, name: bad[0] }).waitFor();
  await page.getByRole('link', { name: 'One of a batch of tests' }).waitFor();
});

it('fits a phone, and shows a viewer no button', async () => {
  const page = await stage.page({ role: 'viewer', viewport: phone });
  await page.goto(`/mailboxes/tests/${batchId}`);
  await rows(page).getByRole('link', { name: good[0] }).waitFor();
  await eventually(async () => expect(await page.getByRole('button', { name: 'Cancel the tests' }).count()).toBe(0));
  expect(await fitsItsWidth(page)).toBe(true);
  expect(await seriousFaults(page)).toEqual([]);
});

it('says so when there is no such batch for the person', async () => {
  const page = await stage.page({ role: 'owner', profileIds: [await stage.whole.makeProfile()] });
  await page.goto(`/mailboxes/tests/${batchId}`);
  await page.getByRole('alert').waitFor();
  expect(stage.complaints.splice(0)).toEqual([expect.stringContaining('status of 404')]);
});
