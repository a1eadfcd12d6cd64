import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { ConsoleStage } from './support/console-stage.js';
import { fitsItsWidth, phone, seriousFaults } from './support/browser.js';

let stage: ConsoleStage;
let headOffice: string;
let branch: string;
beforeAll(async () => {
  stage = await ConsoleStage.open();
  headOffice = await stage.whole.makeProfile({ name: 'Head office' });
  branch = await stage.whole.makeProfile({ name: 'Branch' });
  await stage.whole.makeMailbox('ada@example.com', { profileId: headOffice });
});
afterEach(async () => {
  expect(stage.complaints.splice(0)).toEqual([]);
  await stage.closeWindows();
});
afterAll(() => stage?.close());

const preview = (page: Page) => page.getByRole('region', { name: 'Rows of the import' }).locator('tbody tr');
const kinds = (page: Page) => page.getByRole('radiogroup', { name: 'Rows to show' });
const mailboxes = async (profileId: string) =>
  stage.whole.client().all(`/v1/mailboxes?profileId=${profileId}&limit=200`);
/** Calls that make mailboxes, or ask what would become of them. */
function batches(page: Page): { dryRun: boolean; rows: number }[] {
  const sent: { dryRun: boolean; rows: number }[] = [];
  page.on('request', (request) => {
    if (!request.url().endsWith('/v1/mailboxes/batch')) return;
    const { dryRun, mailboxes: rows } = request.postDataJSON();
    sent.push({ dryRun, rows: rows.length });
  });
  return sent;
}

async function openFile(page: Page, name: string, content: string | Buffer): Promise<void> {
  await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content) });
}

it('checks every row before anything is made, makes what is new, and keeps what failed for another try', async () => {
  const page = await stage.page({ role: 'owner', profileIds: [headOffice, branch] });
  const sent = batches(page);
  await page.goto('/mailboxes/import');
  await openFile(
    page,
    'mailboxes.csv',
    [
      'E-Mail;Name;Profile;Incoming',
      'ada@example.com;Ada;;',
      'ben@example.com;Ben;;',
      'nobody;Nobody;;',
      'carl@example.com;Carl;Attic;',
      'dora@example.com;Dora;Branch;no',
      'emil@example.com;Emil;;perhaps',
      'BEN@example.com;Ben once more;;',
    ].join('\r\n'),
  );
  await page.getByText('mailboxes.csv').waitFor();
  // Nothing is known of rows for which no profile is chosen.
  await preview(page).filter({ hasText: 'ben@example.com' }).first().getByText('choose one for all rows').waitFor();
  await page.getByRole('combobox', { name: 'Profile' }).click();
  await page.getByRole('option', { name: 'Head office' }).click();
  await page.getByRole('button', { name: 'Check the rows' }).click();
  const shows = (address: string, ...words: string[]) =>
    eventually(async () => {
      const text = await preview(page).filter({ hasText: address }).first().textContent();
      for (const word of words) expect(text).toContain(word);
    });
  await shows('ada@example.com', 'there already', 'open');
  await shows('ben@example.com', 'new', 'Head office');
  await shows('nobody', 'not valid', 'address: must be an e-mail address');
  await shows('carl@example.com', 'not valid', 'profile: there is none named “Attic”');
  await shows('dora@example.com', 'new', 'Branch', 'sends only');
  await shows('emil@example.com', 'not valid', 'incoming: must be yes or no');
  await shows('Ben once more', 'repeated', 'stands in row 3 already');
  expect(await seriousFaults(page)).toEqual([]);
  await kinds(page).getByText('not valid 3').click();
  await eventually(async () => expect(await preview(page).count()).toBe(3));
  expect(await mailboxes(headOffice)).toHaveLength(1);
  expect(sent).toEqual([{ dryRun: true, rows: 4 }]);

  await page.getByRole('button', { name: 'Import 2 mailboxes' }).click();
  await page.getByRole('heading', { name: '2 mailboxes imported' }).waitFor();
  await page.getByText('1 mailbox was there already').waitFor();
  await page.getByText('4 rows were left out').waitFor();
  expect(sent.slice(1)).toEqual([{ dryRun: false, rows: 2 }]);
  expect((await mailboxes(headOffice)).map(({ emailAddress }) => emailAddress)).toEqual([
    'ada@example.com',
    'ben@example.com',
  ]);
  expect(await mailboxes(branch)).toMatchObject([
    { emailAddress: 'dora@example.com', incoming: false, outgoing: true },
  ]);

  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download what was left out' }).click();
  const saved = await readFile(await (await waiting).path(), 'utf8');
  expect(saved.split('\r\n')[1]).toBe('4,nobody,Nobody,,,,,,address: must be an e-mail address');
  expect(saved.trim().split('\r\n')).toHaveLength(5);
  await page.getByRole('link', { name: 'Show the mailboxes' }).click();
  await page.getByRole('link', { name: 'ben@example.com' }).waitFor();
});

it('takes pasted addresses, makes them paused, and tests them', async () => {
  const page = await stage.page();
  // As the page of the profile leads here.
  await page.goto(`/mailboxes/import?profileId=${branch}`);
  await page.getByLabel('Or paste here').fill('Fay Example <fay@example.com>\ngus@example.com\n');
  await eventually(async () =>
    expect(await page.getByRole('combobox', { name: 'Profile' }).inputValue()).toBe('Branch'),
  );
  await page.getByRole('radio', { name: 'After a test' }).check();
  await page.getByRole('button', { name: 'Check the rows' }).click();
  await page.getByRole('button', { name: 'Import 2 mailboxes' }).click();
  await page.getByRole('heading', { name: '2 mailboxes imported' }).waitFor();
  expect((await mailboxes(branch)).filter(({ state }) => state === 'paused')).toMatchObject([
    { emailAddress: 'fay@example.com', displayName: 'Fay Example' },
    { emailAddress: 'gus@example.com', displayName: null },
  ]);
  expect(await seriousFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Test them…' }).click();
  await eventually(async () =>
    expect(await page.getByRole('switch', { name: 'Switch on what passes' }).isChecked()).toBe(true),
  );
  await page.getByRole('dialog').getByRole('button', { name: 'Test' }).click();
  await page.getByRole('heading', { level: 1, name: 'Tests of 2 mailboxes' }).waitFor();
  await page.getByText('what passes is switched on').waitFor();
});

it('asks anew when rows or choices change after a check', async () => {
  const page = await stage.page();
  await page.goto('/mailboxes/import');
  await page.getByLabel('Or paste here').fill('hal@example.com');
  await page.getByRole('combobox', { name: 'Profile' }).click();
  await page.getByRole('option', { name: 'Branch' }).click();
  await page.getByRole('button', { name: 'Check the row' }).click();
  await page.getByRole('button', { name: 'Import 1 mailbox' }).waitFor();
  await page.getByRole('switch', { name: 'Send mail' }).click();
  await page.getByRole('button', { name: 'Check the row' }).waitFor();
  await page.getByLabel('Or paste here').fill('email,name\nhal@example.com,"Hal');
  await page.getByRole('alert').getByText('A quotation mark in row 2').waitFor();
  expect(await preview(page).count()).toBe(0);
});

it('brings in thousands in chunks, shows a page of them at a time, and goes on after it was stopped', async () => {
  const many = 2_600;
  const page = await stage.page();
  const sent = batches(page);
  await page.goto('/mailboxes/import');
  const rows = Array.from({ length: many }, (_, index) => `many${index}@example.com\tPerson ${index}\t${branch}`);
  // As Excel saves “Unicode text”.
  await openFile(page, 'many.txt', Buffer.from(`\uFEFFEmail\tName\tProfile\r\n${rows.join('\r\n')}`, 'utf16le'));
  await kinds(page).getByText('all 2,600').waitFor();
  await eventually(async () => expect(await preview(page).count()).toBe(50));
  await page.getByRole('button', { name: 'Check the rows' }).click();
  await page.getByRole('button', { name: 'Import 2,600 mailboxes' }).waitFor();
  expect(sent.map(({ rows: count }) => count)).toEqual([1_000, 1_000, 600]);

  // The second chunk waits here until somebody has stopped the import.
  let isStopped = () => {};
  const stopped = new Promise<void>((resolve) => (isStopped = resolve));
  let chunks = 0;
  await page.route('**/v1/mailboxes/batch', async (route) => {
    if (++chunks === 2) await stopped;
    await route.continue();
  });
  await page.getByRole('button', { name: 'Import 2,600 mailboxes' }).click();
  await page.getByText('Importing rows: 500 of 2,600').waitFor();
  await eventually(async () => expect(await page.getByRole('progressbar', { name: 'Importing rows' }).count()).toBe(1));
  await page.getByRole('button', { name: 'Stop' }).click();
  isStopped();
  await page.getByRole('button', { name: 'Go on importing' }).waitFor();
  await kinds(page).getByText('made 1,000').waitFor();
  expect(await stage.whole.client().get(`/v1/mailboxes/counts?q=many`)).toMatchObject({ body: { total: 1_000 } });

  await page.getByRole('button', { name: 'Go on importing' }).click();
  await page.getByRole('heading', { name: '2,600 mailboxes imported' }).waitFor();
  expect(await stage.whole.client().get(`/v1/mailboxes/counts?q=many`)).toMatchObject({ body: { total: many } });
});

it('says what went wrong in the middle, and counts right when the import goes on', async () => {
  const page = await stage.page();
  await page.goto('/mailboxes/import');
  const rows = Array.from({ length: 700 }, (_, index) => `lost${index}@example.com,${branch}`);
  await page.getByLabel('Or paste here').fill(`email,profile\n${rows.join('\n')}`);
  await page.getByRole('button', { name: 'Check the rows' }).click();
  const ready = page.getByRole('button', { name: 'Import 700 mailboxes' });
  await ready.waitFor();
  // The first chunk is carried out, but its answer is lost.
  let calls = 0;
  await page.route('**/v1/mailboxes/batch', async (route) => {
    if (++calls > 1) return route.continue();
    await route.fetch();
    return route.abort('connectionreset');
  });
  await ready.click();
  await page.getByRole('alert').getByText('Postroom cannot be reached').waitFor();
  await page.getByRole('button', { name: 'Go on importing' }).click();
  await page.getByRole('heading', { name: '700 mailboxes imported' }).waitFor();
  expect(await page.getByText('there already').count()).toBe(0);
  expect(stage.complaints.splice(0)).toEqual([expect.stringContaining('ERR_CONNECTION_RESET')]);
});

it('hands out a sample that it takes itself', async () => {
  const page = await stage.page();
  await page.goto('/mailboxes/import');
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Sample file' }).click();
  await openFile(page, 'sample.csv', await readFile(await (await waiting).path()));
  await kinds(page).getByText('all 2').waitFor();
  await preview(page).filter({ hasText: 'Ada Example' }).waitFor();
});

it('tells a viewer that only looking is allowed', async () => {
  const page = await stage.page({ role: 'viewer' });
  await page.goto('/mailboxes/import');
  await page.getByRole('heading', { name: 'You may look, but not import' }).waitFor();
  expect(await page.getByRole('button', { name: 'Choose a file' }).count()).toBe(0);
});

it.each(['light', 'dark'] as const)('fits a phone, and axe finds nothing serious, %s', async (colorScheme) => {
  const page = await stage.page({ viewport: phone, colorScheme });
  await page.goto('/mailboxes/import');
  await page.getByLabel('Or paste here').fill(`email,profile\na-rather-long-address-of-somebody@example.com,Attic`);
  await preview(page).getByText('there is none named').waitFor();
  expect(await fitsItsWidth(page)).toBe(true);
  expect(await seriousFaults(page)).toEqual([]);
});

it('begins with the profile whose page has led there, also where no https is', async () => {
  const page = await stage.page();
  // As browsers have it for pages that came without https from another computer.
  await page.addInitScript('Object.defineProperty(crypto, "randomUUID", { value: undefined })');
  await page.goto(`/profiles/${branch}`);
  await page.getByRole('link', { name: 'Add mailboxes' }).click();
  await page.getByLabel('Or paste here').fill('eve@example.com');
  await eventually(async () =>
    expect(await page.getByRole('combobox', { name: 'Profile' }).inputValue()).toBe('Branch'),
  );
  await page.getByRole('button', { name: 'Check the row' }).click();
  await page.getByRole('button', { name: 'Import 1 mailbox' }).click();
  await page.getByRole('heading', { name: '1 mailbox imported' }).waitFor();
  expect((await mailboxes(branch)).map(({ emailAddress }) => emailAddress)).toContain('eve@example.com');
});
