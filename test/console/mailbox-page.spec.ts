import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { succeeded } from '../features/support/whole-stage.js';
import { ConsoleStage } from './support/console-stage.js';
import { fitsItsWidth, phone, seriousFaults } from './support/browser.js';
import { settle } from '../features/support/work.js';

const ada = 'ada@example.com';
const ben = 'ben@example.com';
const others = ['carl', 'dora', 'emil', 'fay'].map((name) => `${name}@example.com`);

let stage: ConsoleStage;
let adaId: string;
let benId: string;
beforeAll(async () => {
  stage = await ConsoleStage.open({ addresses: [ada, ben, ...others], scope: [ada, ...others] });
  await stage.whole.sandbox.control.deliver(ada, { subject: 'Invoice 12' });
  adaId = await stage.whole.makeMailbox(ada, { displayName: 'Ada Example', outgoing: true });
  benId = await stage.whole.makeMailbox(ben);
  await settle(stage.whole);
  stage.whole.clock.advance(90_000);
  await settle(stage.whole);
});
afterEach(async () => {
  expect(stage.complaints.splice(0)).toEqual([]);
  await stage.closeWindows();
});
afterAll(() => stage?.close());

const state = async (id: string) => (await stage.whole.mailbox(id)).state;
const tab = (page: Page, name: string) => page.getByRole('tab', { name });
const button = (page: Page, name: string) => page.getByRole('main').getByRole('button', { name, exact: true });
/** Refusals of the API that a test provoked: the browser writes each of them down. */
const refused = (status: number, times: number) => {
  expect(stage.complaints.splice(0)).toEqual(
    Array<unknown>(times).fill(expect.stringContaining(`status of ${status}`)),
  );
};
const why = (page: Page) => page.getByRole('region', { name: /^(Why does it not sync|Does it sync)\?$/ });

it('says why a mailbox does not sync, what ends it, and what to do with the commands', async () => {
  const page = await stage.page({ role: 'viewer' });
  await page.goto(`/mailboxes/${benId}`);
  await page.getByRole('heading', { level: 1, name: ben }).waitFor();
  await why(page).getByRole('heading', { name: 'Why does it not sync?' }).waitFor();
  await why(page).getByText('Stopped: The service account may not impersonate the mailbox').waitFor();
  await why(page).getByText('or at once with “Sync now”').waitFor();
  const command = why(page).getByRole('button', { name: /^Copy the command: See who may impersonate/ });
  await command.click();
  await eventually(async () =>
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain(`-WritableRecipient '${ben}'`),
  );
  expect(await page.getByText('/v1/mailboxes/{id}').count()).toBe(0);
  const incident = await why(page).getByRole('link', { name: 'To the incident' }).getAttribute('href');
  const [{ id }] = (await stage.whole.client().get('/v1/incidents')).body.items;
  expect(incident).toBe(`/incidents/${id}`);

  // A viewer sees everything but buttons.
  for (const name of ['Test…', 'Sync now', 'Pause', 'Edit', 'Delete']) expect(await button(page, name).count()).toBe(0);
  expect(await page.getByRole('switch').count()).toBe(0);
  await tab(page, 'Timeline').waitFor();
  await page.getByText('Stopped, refused twice').waitFor();
  await page.getByRole('main').getByRole('link', { name: 'To the incident' }).nth(1).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
});

it('pauses after asking, resumes, and asks for a sync', async () => {
  const page = await stage.page({ role: 'owner', profileIds: [stage.whole.profileId] });
  await page.goto(`/mailboxes/${adaId}`);
  await why(page).getByText('Nothing keeps its mail waiting').waitFor();
  await button(page, 'Pause').click();
  await page.getByRole('dialog').getByText('until somebody resumes it').waitFor();
  expect(await state(adaId)).toBe('active');
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
  await why(page)
    .getByText(/^Paused by/)
    .waitFor();
  await why(page).getByText('Somebody resumes it with “Resume”.').waitFor();
  expect(await state(adaId)).toBe('paused');
  await eventually(async () => expect(await button(page, 'Sync now').count()).toBe(0));
  await button(page, 'Resume').click();
  await page.getByRole('status').getByText('Resumed; it syncs at once.').waitFor();
  await button(page, 'Sync now').click();
  await page.getByRole('status').getByText('A sync was asked for').waitFor();
  const before = (await stage.whole.mailbox(adaId)).lastSyncAt;
  stage.whole.clock.advance(1_000);
  await settle(stage.whole);
  expect((await stage.whole.mailbox(adaId)).lastSyncAt).not.toBe(before);
  await why(page).getByText('Nothing keeps its mail waiting').waitFor();
  await tab(page, 'Timeline').waitFor();
  await page.getByText(/^Resumed by/).waitFor();
});

it('shows the steps of a test as they end, and what it found', async () => {
  const page = await stage.page();
  const id = await stage.whole.makeMailbox(others[0] ?? '', { start: 'after-test', outgoing: true });
  await page.goto(`/mailboxes/${id}`);
  await button(page, 'Test…').click();
  await page.getByRole('radio', { name: 'Receiving and sending' }).check();
  await page.getByRole('switch', { name: 'Switch on what passes' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Test' }).click();
  const dialog = page.getByRole('dialog', { name: `Test of ${others[0]}` });
  const steps = dialog.getByRole('list', { name: 'Steps' }).getByRole('listitem');
  await steps.first().waitFor();
  await eventually(async () => expect(await steps.count()).toBe(6));
  await steps.first().getByText('to come').waitFor();
  await settle(stage.whole);
  await dialog.getByText('Sending passed.').waitFor();
  await dialog.getByText('Switched on by it: receiving and sending.').waitFor();
  await eventually(async () => expect(await steps.getByText('done').count()).toBe(5));
  expect(await seriousFaults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await page.getByRole('region', { name: 'In short' }).getByText('active since').waitFor();

  await tab(page, 'Tests').click();
  expect(page.url()).toContain('tab=tests');
  await page.reload();
  await page.getByText('Receiving passed.').waitFor();
});

it('explains a test that failed', async () => {
  const page = await stage.page();
  await page.goto(`/mailboxes/${benId}`);
  await button(page, 'Test…').click();
  await page.getByRole('radio', { name: 'Receiving only' }).check();
  await page.getByRole('dialog').getByRole('button', { name: 'Test' }).click();
  const dialog = page.getByRole('dialog', { name: `Test of ${ben}` });
  await dialog.getByRole('list', { name: 'Steps' }).waitFor();
  await settle(stage.whole);
  await dialog.getByText('Receiving failed: The service account may not impersonate the mailbox').waitFor();
  await dialog
    .getByRole('button', { name: /^Copy the command/ })
    .first()
    .waitFor();
  await eventually(async () => expect(await dialog.getByText('not tried').count()).toBe(2));
});

it('changes the mailbox, its directions and its folders', async () => {
  const page = await stage.page();
  const id = await stage.whole.makeMailbox(others[1] ?? '');
  await page.goto(`/mailboxes/${id}`);
  await button(page, 'Edit').click();
  const dialog = page.getByRole('dialog', { name: 'Edit the mailbox' });
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Dora Example');
  await dialog.getByRole('textbox', { name: 'Address' }).fill('no address');
  await dialog.getByText('This may be another mailbox on the server').waitFor();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('must be an e-mail address').first().waitFor();
  await dialog.getByRole('textbox', { name: 'Address' }).fill('dora.example@example.com');
  await dialog.getByRole('combobox', { name: 'Which received mail is stored' }).click();
  await page.getByRole('option', { name: 'no mail', exact: true }).click();
  expect(await seriousFaults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { level: 1, name: 'dora.example@example.com' }).waitFor();
  await page.getByRole('switch', { name: 'Send mail' }).click();
  await eventually(async () =>
    expect(await stage.whole.mailbox(id)).toMatchObject({
      displayName: 'Dora Example',
      filter: 'none',
      incoming: true,
      outgoing: true,
    }),
  );

  await tab(page, 'Folders').click();
  await page.getByText('Chosen: inbox').waitFor();
  await button(page, 'Choose folders').click();
  const folders = page.getByRole('dialog', { name: 'Folders to watch' });
  await folders.getByRole('button', { name: 'Add a folder' }).click();
  await folders.getByRole('textbox', { name: 'Path of folder 2' }).fill('drafts');
  await folders.getByRole('button', { name: 'Save' }).click();
  await folders.getByText('drafts is never synced').waitFor();
  await folders.getByRole('textbox', { name: 'Path of folder 2' }).fill('Projects/2026');
  await folders.getByRole('checkbox', { name: 'with subfolders' }).nth(1).check();
  await folders.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Chosen: inbox, Projects/2026 with its subfolders').waitFor();
  refused(400, 2);
});

it('shows messages, sending, failed items, and brings older mail', async () => {
  const page = await stage.page();
  await page.goto(`/mailboxes/${adaId}?tab=messages`);
  await page.getByRole('link', { name: 'Invoice 12' }).waitFor();
  await eventually(async () =>
    expect(await page.getByRole('link', { name: /^All messages/ }).getAttribute('href')).toBe(
      `/messages?mailboxId=${adaId}`,
    ),
  );
  await tab(page, 'Sending').click();
  await page.getByText('0 messages sent in the last minute, out of 30 at most, as its profile says.').waitFor();

  await tab(page, 'Failed items').click();
  await page.getByRole('heading', { name: 'Every item could be read' }).waitFor();
  stage.whole.sandbox.control.injectFault({
    operation: 'GetItem',
    times: 100,
    fault: { itemError: 'ErrorItemCorrupt' },
  });
  await stage.whole.sandbox.control.deliver(ada, { subject: 'broken' });
  stage.whole.clock.advance(70_000);
  await settle(stage.whole);
  await page.reload();
  await page.getByText('ErrorItemCorrupt').first().waitFor();
  stage.whole.sandbox.control.clearFaults();
  await button(page, 'Try again').click();
  await page.getByRole('status').getByText('1 item is tried again at once.').waitFor();
  await settle(stage.whole);
  await page.reload();
  await page.getByRole('heading', { name: 'Every item could be read' }).waitFor();

  await tab(page, 'Older mail and audits').click();
  await button(page, 'Audit now').click();
  await page.getByRole('status').getByText('The mailbox is compared with the server').waitFor();
  await button(page, 'Bring older mail').click();
  await page.getByText('Say from which day on').waitFor();
  await page.getByLabel('Received from').fill('2025-06-01');
  await button(page, 'Bring older mail').click();
  await page.getByText('under way').first().waitFor();
  await settle(stage.whole);
  await page.getByText('0 stored, 0 known already').waitFor();
  await page.getByText('done', { exact: true }).waitFor();

  await page.getByLabel('Received from').fill('2025-01-01');
  await button(page, 'Bring older mail').click();
  await button(page, 'Stop it').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop it' }).click();
  await page.getByText('cancelled', { exact: true }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
});

it('narrows the timeline in the address, and shows older entries on demand', async () => {
  const id = await stage.whole.makeMailbox(others[2] ?? '');
  for (let round = 0; round < 17; round += 1) {
    succeeded(await stage.whole.client().post(`/v1/mailboxes/${id}/pause`));
    succeeded(await stage.whole.client().post(`/v1/mailboxes/${id}/resume`));
  }
  const page = await stage.page();
  await page.goto(`/mailboxes/${id}`);
  const entries = page.getByText(/^(Paused|Resumed) by/);
  await page.getByRole('button', { name: 'Show older' }).waitFor();
  const first = await entries.count();
  await page.getByRole('button', { name: 'Show older' }).click();
  await page.getByText('The mailbox was created').waitFor();
  await eventually(async () => expect(await entries.count()).toBeGreaterThan(first));
  await page.getByRole('group', { name: 'What to show' }).getByText('audits').click();
  await page.getByRole('heading', { name: 'Nothing has happened yet' }).waitFor();
  expect(page.url()).toContain('types=audit');
});

it('deletes after it has said what goes', async () => {
  const page = await stage.page();
  const id = await stage.whole.makeMailbox(others[3] ?? '');
  await page.goto(`/mailboxes/${id}`);
  await button(page, 'Delete').click();
  await page.getByRole('dialog').getByText('Nothing changes on the mail server. This cannot be undone.').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('heading', { level: 1, name: 'Mailboxes' }).waitFor();
  expect((await stage.whole.client().get(`/v1/mailboxes/${id}`)).status).toBe(404);
});

it('says so when there is no such mailbox for the person', async () => {
  const page = await stage.page({ role: 'owner', profileIds: [await stage.whole.makeProfile()] });
  await page.goto(`/mailboxes/${adaId}`);
  await page.getByRole('alert').first().waitFor();
  await page.getByRole('link', { name: 'To the mailboxes' }).waitFor();
  refused(404, 1);
});

it.each(['light', 'dark'] as const)('fits a phone on every tab, and axe finds nothing serious, %s', async (scheme) => {
  const page = await stage.page({ viewport: phone, colorScheme: scheme });
  for (const id of [adaId, benId]) {
    await page.goto(`/mailboxes/${id}`);
    await why(page).waitFor();
    for (const name of ['Messages', 'Folders', 'Tests', 'Sending', 'Failed items', 'Older mail', 'Timeline']) {
      await tab(page, name).click();
      await page.getByRole('tabpanel').waitFor();
      expect(await fitsItsWidth(page)).toBe(true);
    }
    expect(await seriousFaults(page)).toEqual([]);
  }
});
