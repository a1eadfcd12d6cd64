import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { ConsoleStage } from './support/console-stage.js';
import { fitsItsWidth, phone, seriousFaults } from './support/browser.js';
import { seedMailboxes } from './support/many-mailboxes.js';

const count = 50_000;
const failed = 450;
const unapproved = 30;

let stage: ConsoleStage;
let branch: string;
beforeAll(async () => {
  stage = await ConsoleStage.open();
  const profileId = await stage.whole.makeProfile({ name: 'Head office' });
  branch = await stage.whole.makeProfile({ name: 'Branch' });
  await seedMailboxes(stage.whole.dataSource, { profileId, count, failed, unapproved });
});
afterEach(async () => {
  expect(stage.complaints.splice(0)).toEqual([]);
  await stage.closeWindows();
});
afterAll(() => stage?.close());

const rows = (page: Page) => page.getByRole('region', { name: 'Mailboxes' }).locator('tbody tr');
const shows = (page: Page, ...addresses: string[]) =>
  eventually(async () => {
    const texts = await rows(page).allTextContents();
    expect(texts).toHaveLength(addresses.length);
    addresses.forEach((address, index) => expect(texts[index]).toContain(address));
  });
const states = (page: Page) => page.getByRole('group', { name: 'State' });
const selected = (page: Page) => page.getByRole('region', { name: 'Selected mailboxes' });

/** Rows of every answer of the list that the page asked for. */
function listAnswers(page: Page): number[] {
  const sizes: number[] = [];
  page.on('response', (response) => {
    if (new URL(response.url()).pathname === '/v1/mailboxes')
      void response.json().then(({ items }: { items: unknown[] }) => sizes.push(items.length));
  });
  return sizes;
}

it(`shows ${count} mailboxes a page at a time, and finds one among them`, async () => {
  const page = await stage.page();
  const sizes = listAnswers(page);
  await page.goto('/mailboxes');
  await states(page).getByText('all 50,000').waitFor();
  await states(page).getByText(`failed ${failed}`).waitFor();
  await eventually(async () => expect(await rows(page).count()).toBe(50));
  expect(sizes).toEqual([50]);
  await page.getByRole('link', { name: 'm50@many.example' }).waitFor();

  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('link', { name: 'm51@many.example' }).waitFor();
  await eventually(async () => expect(await rows(page).count()).toBe(50));
  expect(sizes).toEqual([50, 50]);

  await page.getByRole('searchbox').fill('USER 49999');
  await shows(page, 'm49999@many.example');
  await states(page).getByText('all 1').waitFor();
  expect(page.url()).toContain('q=USER+49999');
  expect(Math.max(...sizes)).toBe(50);

  await page.getByRole('searchbox').fill('nobody has this');
  await page.getByRole('heading', { name: 'No mailbox matches' }).waitFor();
  await page.getByRole('link', { name: 'Show all' }).click();
  await states(page).getByText('all 50,000').waitFor();
  await eventually(async () => expect(await page.getByRole('searchbox').inputValue()).toBe(''));
});

it('narrows by state, cause, profile and approval, in the address', async () => {
  const page = await stage.page();
  await page.goto('/mailboxes');
  await states(page).getByText(`failed ${failed}`).click();
  await eventually(async () => expect(page.url()).toContain('state=failed'));
  await rows(page).getByText('may not impersonate').filter({ visible: true }).first().waitFor();

  await page.getByRole('combobox', { name: 'Approval' }).click();
  await page.getByRole('option', { name: 'Waiting for approval' }).click();
  await page.getByRole('heading', { name: 'No mailbox matches' }).waitFor();
  await states(page).getByText(`paused ${unapproved}`).click();
  await rows(page).getByText('Waits for an approval').filter({ visible: true }).first().waitFor();
  await eventually(async () => expect(await rows(page).count()).toBe(unapproved));
  await page.reload();
  await eventually(async () => expect(await rows(page).count()).toBe(unapproved));

  await page.goto('/mailboxes');
  await page.getByRole('combobox', { name: 'Cause' }).click();
  await page.getByRole('option', { name: `(${failed})` }).click();
  await states(page).getByText(`all ${failed}`).waitFor();
  await page.getByRole('combobox', { name: 'Profile' }).click();
  await page.getByRole('option', { name: 'Branch' }).click();
  await page.getByRole('heading', { name: 'No mailbox matches' }).waitFor();
  expect(page.url()).toContain(`profileId=${branch}`);
  expect(await seriousFaults(page)).toEqual([]);
});

it('selects all that match, resumes those that may, and tells who was refused and why', async () => {
  const page = await stage.page({ role: 'owner', profileIds: [await headOffice()] });
  await page.goto('/mailboxes?q=m4&state=paused,failed');
  await page.getByRole('checkbox', { name: 'Select all of this page' }).click();
  await selected(page).getByText('50 selected').waitFor();
  const matching = await page.evaluate<{ byState: { failed: number; paused: number } }>(
    'fetch("/v1/mailboxes/counts?q=m4").then((answer) => answer.json())',
  );
  const total = matching.byState.failed + matching.byState.paused;
  await selected(page)
    .getByRole('button', { name: `Select all ${total} that match` })
    .click();
  await selected(page).getByText(`${total} selected`).waitFor();
  await eventually(async () => expect(await selected(page).getByRole('button', { name: 'Approve' }).count()).toBe(0));

  await selected(page).getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('dialog').getByText('until somebody resumes them').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
  const dialog = page.getByRole('dialog', { name: 'What came of it' });
  await dialog.getByText(`${matching.byState.failed} mailboxes paused.`).waitFor();
  await eventually(async () =>
    expect(await dialog.getByText(`${matching.byState.paused} mailboxes paused already.`).count()).toBe(1),
  );
  expect(await seriousFaults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await selected(page).waitFor({ state: 'detached' });

  await page.goto('/mailboxes?q=m4&state=paused');
  await page.getByRole('checkbox', { name: 'Select all of this page' }).click();
  await selected(page)
    .getByRole('button', { name: `Select all ${total} that match` })
    .click();
  await selected(page).getByText(`${total} selected`).waitFor();
  await selected(page).getByRole('button', { name: 'Resume' }).click();
  const report = page.getByRole('dialog', { name: 'What came of it' });
  await report.getByRole('heading', { name: `${matching.byState.paused} refused` }).waitFor();
  await report.getByText(`${matching.byState.failed} mailboxes resumed.`).waitFor();
  await report.getByRole('link', { name: 'm451@many.example' }).waitFor();
});

it('stops selecting when it is told to', async () => {
  const page = await stage.page();
  await page.goto('/mailboxes');
  await page.getByRole('checkbox', { name: 'Select m1@many.example' }).click();
  await selected(page).getByRole('button', { name: 'Select all 50,000 that match' }).click();
  await selected(page).getByRole('progressbar', { name: 'Selecting' }).waitFor();
  await selected(page).getByRole('button', { name: 'Stop' }).click();
  const words = selected(page).getByRole('status');
  await words.waitFor();
  const held = Number((await words.textContent())?.replaceAll(/\D/g, ''));
  expect(held).toBeGreaterThan(0);
  expect(held).toBeLessThan(count);
  await selected(page).getByRole('button', { name: 'Clear' }).click();
  await selected(page).waitFor({ state: 'detached' });
});

it('approves, and tests what is selected as a batch', async () => {
  const page = await stage.page();
  await page.goto('/mailboxes?q=m47&state=paused');
  const found = await eventually(async () => {
    const shown = await rows(page).getByText('Waits for an approval').filter({ visible: true }).count();
    expect(shown).toBe(10);
    return shown;
  });
  await page.getByRole('checkbox', { name: 'Select all of this page' }).click();
  await selected(page).getByRole('button', { name: 'Approve' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
  const dialog = page.getByRole('dialog', { name: 'What came of it' });
  await dialog.getByText(`${found} mailboxes approved.`).waitFor();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await eventually(async () =>
    expect(await rows(page).getByText('Waits for an approval').filter({ visible: true }).count()).toBe(0),
  );

  await page.getByRole('checkbox', { name: 'Select all of this page' }).click();
  await selected(page).getByRole('button', { name: 'Test…' }).click();
  await page.getByRole('radio', { name: 'Receiving only' }).check();
  await page.getByRole('switch', { name: 'Switch on what passes' }).click();
  expect(await seriousFaults(page)).toEqual([]);
  await page.getByRole('dialog').getByRole('button', { name: 'Test' }).click();
  await page.getByRole('heading', { level: 1, name: 'Tests of 10 mailboxes' }).waitFor();
  await page.getByText('0 of 10 tests ended').waitFor();
  expect(await seriousFaults(page)).toEqual([]);

  await page.getByRole('button', { name: 'Cancel the tests' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the tests' }).click();
  await page.getByText('10 of 10 tests ended').waitFor();
  await page.getByText('cancelled 10').click();
  await eventually(async () => expect(page.url()).toContain('result=cancelled'));
  await page.getByRole('link', { name: 'm470@many.example' }).waitFor();
});

it('shows everything but buttons to a viewer', async () => {
  const page = await stage.page({ role: 'viewer' });
  await page.goto('/mailboxes');
  await rows(page).getByRole('link', { name: 'm1@many.example' }).waitFor();
  expect(await page.getByRole('checkbox', { name: /^Select/ }).count()).toBe(0);
  expect(await page.getByRole('link', { name: 'Import' }).count()).toBe(0);
});

it('shows an owner no mailboxes but those of own profiles, and teaches where there are none', async () => {
  const page = await stage.page({ role: 'owner', profileIds: [branch] });
  await page.goto('/mailboxes');
  await page.getByRole('heading', { name: 'No mailboxes yet' }).waitFor();
  await states(page).getByText('all 0').waitFor();
  await page.getByRole('main').getByRole('link', { name: 'Import mailboxes' }).waitFor();
});

it.each(['light', 'dark'] as const)('fits a phone, and axe finds nothing serious, %s', async (colorScheme) => {
  const page = await stage.page({ viewport: phone, colorScheme });
  await page.goto('/mailboxes');
  await page.getByRole('checkbox', { name: 'Select m1@many.example' }).click();
  await selected(page).waitFor();
  expect(await fitsItsWidth(page)).toBe(true);
  expect(await seriousFaults(page)).toEqual([]);
});

async function headOffice(): Promise<string> {
  const [{ id }] = await stage.whole.dataSource.query(
    `SELECT id FROM email_server_profiles WHERE name = 'Head office'`,
  );
  return id;
}
