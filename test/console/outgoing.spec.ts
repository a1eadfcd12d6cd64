import type { Page } from 'playwright-core';
import { SendingStage } from '../features/support/sending-stage.js';
import { eventually } from '../support/eventually.js';
import { fitsItsWidth, phone, seriousFaults } from './support/browser.js';
import { ConsoleStage } from './support/console-stage.js';

const ada = 'ada@example.com';
const bob = 'bob@example.com';

let stage: ConsoleStage;
let sending: SendingStage;
let mailbox: string;
let other: string;

beforeAll(async () => {
  stage = await ConsoleStage.open({ addresses: [ada, bob] });
  sending = SendingStage.around(stage.whole);
  mailbox = await sending.makeMailbox(ada);
  other = await sending.makeMailbox(bob);
  await sending.settle();
});
afterEach(async () => {
  sending?.control.clearFaults();
  await stage?.closeWindows();
});
afterAll(() => stage?.close());

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
const later = (ms: number) => new Date(stage.whole.clock.now().getTime() + ms).toISOString();

/** A message that the server refuses for what it is. */
async function failing(subject: string) {
  sending.control.injectFault({ operation: 'CreateItem', times: 1, fault: { itemError: 'ErrorInvalidRecipients' } });
  const { id } = await sending.accept(mailbox, { subject, to: ['nobody@nowhere.example'] });
  return sending.until(id, 'failed');
}

it('teaches while nothing has been sent', async () => {
  const page = await stage.page();
  await page.goto('/outgoing');
  await page.getByRole('heading', { name: 'Nothing has been sent yet' }).waitFor();
  await page.getByText('POST /v1/outgoing-messages').waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  expect(stage.complaints).toEqual([]);
});

it('lists what waits for what, and finds it by state, mailbox and words', async () => {
  const sent = await sending.accept(mailbox, { subject: 'Went out', to: ['Pat Example <pat@partner.example>', bob] });
  await sending.until(sent.id, 'sent');
  await sending.accept(other, { subject: 'For tomorrow', sendAt: later(86_400_000) });
  await failing('Cannot be sent');

  const page = await stage.page();
  await page.goto('/outgoing');
  const rows = page.getByRole('region', { name: 'Outgoing messages' }).getByRole('row');
  await eventually(async () => expect(await rows.count()).toBe(4));
  const row = (name: string) => rows.filter({ hasText: name });
  await row('Cannot be sent').getByText('The server refuses a recipient').waitFor();
  await row('For tomorrow').getByText('Waits for the time it was asked to go out at: tomorrow').waitFor();
  await row('Went out').getByText('to Pat Example and 1 more').waitFor();
  await row('For tomorrow').getByRole('link', { name: bob }).waitFor();

  const state = (name: string) => page.getByRole('group', { name: 'States' }).getByText(name, { exact: true });
  await state('failed').click();
  await eventually(async () => expect(await rows.count()).toBe(2));
  await state('waiting').click();
  await eventually(async () => expect(await rows.count()).toBe(3));
  expect(new URL(page.url()).searchParams.get('state')).toBe('failed,pending');
  await page.getByRole('combobox', { name: 'Mailbox' }).fill('bob');
  await page.getByRole('option', { name: bob }).click();
  await eventually(async () => expect(await rows.count()).toBe(2));
  await row('For tomorrow').waitFor();
  await page.reload();
  await eventually(async () => expect(await rows.count()).toBe(2));
  await eventually(async () => expect(await page.getByRole('checkbox', { name: 'failed' }).isChecked()).toBe(true));
  await page.getByRole('searchbox').fill('nothing of this');
  await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await eventually(async () => expect(await rows.count()).toBe(4));
  expect(await seriousFaults(page)).toEqual([]);

  const small = await stage.page({ role: 'viewer', profileIds: null, viewport: phone, colorScheme: 'dark' });
  await small.goto('/outgoing');
  await small.getByRole('link', { name: 'Cannot be sent' }).waitFor();
  expect(await fitsItsWidth(small)).toBe(true);
  expect(await seriousFaults(small)).toEqual([]);
  expect(stage.complaints).toEqual([]);
});

it('explains a failure, and sends the message again when asked', async () => {
  const { id } = await failing('Once more');
  const page = await stage.page({ role: 'owner', profileIds: [stage.whole.profileId] });
  await page.goto(`/outgoing/${id}`);
  await heading(page, 'Once more');
  const trouble = page.getByRole('region', { name: 'What went wrong' });
  await trouble.getByText('The server refuses a recipient').waitFor();
  await trouble.getByText('Correct the recipients and send a new message.').waitFor();
  expect(await trouble.getByText('ErrorInvalidRecipients').isVisible()).toBe(false);
  await trouble.getByRole('button', { name: 'Technical details of the failure' }).click();
  await trouble.getByText('ErrorInvalidRecipients', { exact: true }).waitFor();
  await page.getByText('Nobody has received it. Remove the cause, then retry it.').waitFor();
  expect(await seriousFaults(page)).toEqual([]);

  await page.getByRole('button', { name: 'Retry' }).click();
  const dialog = page.getByRole('dialog', { name: 'Send this message now?' });
  await dialog.getByText('Postroom tries again at once to send it to its recipient.').waitFor();
  await dialog.getByRole('button', { name: 'Retry' }).click();
  await page.getByText('The message is on its way again.').waitFor();
  await page.getByText('Goes out as soon as its mailbox sends').waitFor();
  await eventually(async () => expect(await page.getByRole('button', { name: 'Retry' }).count()).toBe(0));
  await sending.until(id, 'sent');
  // The feed tells the page.
  await page.getByText('What comes back about it is listed below.').waitFor();
  expect(stage.complaints).toEqual([]);
});

it('cancels a waiting message after saying what that means', async () => {
  const { id } = await sending.accept(mailbox, { subject: 'Rather not', sendAt: later(3_600_000) });
  const page = await stage.page();
  await page.goto(`/outgoing/${id}`);
  await page.getByText('Until it begins to go out, it can be cancelled.').waitFor();
  await page.getByRole('button', { name: 'Cancel sending' }).click();
  const dialog = page.getByRole('dialog', { name: 'Cancel this message?' });
  await dialog.getByText('It has not gone out: nobody has received it, and nobody will.').waitFor();
  await dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
  expect((await sending.message(id)).state).toBe('pending');
  await page.getByRole('button', { name: 'Cancel sending' }).click();
  await dialog.getByRole('button', { name: 'Cancel sending' }).click();
  await page.getByText('Cancelled before it went out').waitFor();
  expect((await sending.message(id)).state).toBe('cancelled');
  await eventually(async () => expect(await page.getByRole('button', { name: 'Cancel sending' }).count()).toBe(0));
  expect(stage.complaints).toEqual([]);
});

it('says so when the message went out before one confirmed', async () => {
  const { id } = await sending.accept(mailbox, { subject: 'Too late', sendAt: later(60_000) });
  const page = await stage.page();
  await page.goto(`/outgoing/${id}`);
  await page.getByRole('button', { name: 'Cancel sending' }).click();
  await stage.whole.dataSource.query(`UPDATE outgoing_messages SET state = 'sending' WHERE id = $1`, [id]);
  const dialog = page.getByRole('dialog', { name: 'Cancel this message?' });
  await dialog.getByRole('button', { name: 'Cancel sending' }).click();
  await page.getByText('The message can no longer be cancelled: The message is sending.').waitFor();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText('It can no longer be cancelled.').waitFor();
  await eventually(async () => expect(await page.getByRole('button', { name: 'Cancel sending' }).count()).toBe(0));
  await stage.whole.dataSource.query(`UPDATE outgoing_messages SET state = 'pending' WHERE id = $1`, [id]);
  expect(stage.complaints.splice(0)).toEqual([expect.stringContaining('409')]);
});

it('shows what was sent, what came back, and the answers', async () => {
  const { id } = await sending.accept(mailbox, {
    subject: 'Invitation',
    to: ['nobody@example.com', bob],
    html: '<h3>You are invited</h3><img src="https://x.example/pixel.gif">',
    text: null,
    attachments: [{ name: 'map.txt', contentType: 'text/plain', content: Buffer.from('here').toString('base64') }],
    readReceipt: true,
    headers: [{ name: 'X-Campaign', value: 'spring' }],
  });
  const sent = await sending.until(id, 'sent');
  await sending.receive();
  await sending.control.deliver(ada, {
    subject: 'Re: Invitation',
    from: 'Pat Example <pat@partner.example>',
    inReplyTo: sent.internetMessageId,
  });
  await sending.receive();

  for (const viewport of [undefined, phone]) {
    const page = await stage.page({ role: 'viewer', profileIds: null, ...(viewport && { viewport }) });
    await page.goto(`/outgoing/${id}`);
    await page.frameLocator('iframe').getByRole('heading', { name: 'You are invited' }).waitFor();
    await page.getByText(/1 remote image is blocked/).waitFor();
    await page.getByText('map.txt').waitFor();
    await page.getByText('a receipt when it is read').waitFor();
    const reports = page.getByRole('region', { name: 'Delivery reports and receipts' });
    const bounce = reports.getByRole('row', { name: /nobody@example\.com/ });
    await bounce.getByText('Could not be delivered').waitFor();
    await bounce.getByText(/The server’s words: 550 5\.1\.10/).waitFor();
    await page.getByRole('link', { name: 'Re: Invitation' }).waitFor();
    expect(await page.getByRole('link', { name: /^Undeliverable/ }).count()).toBe(0);
    await page.getByText('Accepted', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: '1 header of its own' }).click();
    await page.getByText('X-Campaign: spring').waitFor();
    expect(await fitsItsWidth(page)).toBe(true);
    expect(await seriousFaults(page)).toEqual([]);
    if (viewport) continue;
    await page.getByRole('link', { name: 'Re: Invitation' }).click();
    await heading(page, 'Re: Invitation');
  }
  expect(stage.complaints).toEqual([]);
});

it('gives a viewer no buttons', async () => {
  const failed = await failing('Look only');
  const { id } = await sending.accept(mailbox, { subject: 'Wait only', sendAt: later(3_600_000) });
  const page = await stage.page({ role: 'viewer', profileIds: null });
  await page.goto(`/outgoing/${failed.id}`);
  await page.getByRole('region', { name: 'What went wrong' }).waitFor();
  await eventually(async () => expect(await page.getByRole('button', { name: 'Retry' }).count()).toBe(0));
  await page.goto(`/outgoing/${id}`);
  await page.getByText('Until it begins to go out, it can be cancelled.').waitFor();
  await eventually(async () => expect(await page.getByRole('button', { name: 'Cancel sending' }).count()).toBe(0));
  expect(stage.complaints).toEqual([]);
});
