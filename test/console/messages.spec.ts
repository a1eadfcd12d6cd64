import type { Page } from 'playwright-core';
import { SendingStage } from '../features/support/sending-stage.js';
import { eventually } from '../support/eventually.js';
import { fitsItsWidth, phone, seriousFaults } from './support/browser.js';
import { ConsoleStage } from './support/console-stage.js';

const ada = 'ada@example.com';
const bob = 'bob@example.com';
const carol = 'carol@example.com';

let stage: ConsoleStage;
let sending: SendingStage;
const mailboxes = new Map<string, string>();

beforeAll(async () => {
  stage = await ConsoleStage.open({ addresses: [ada, bob, carol] });
  sending = SendingStage.around(stage.whole);
  for (const address of [ada, bob]) mailboxes.set(address, await sending.makeMailbox(address));
  const otherProfile = await stage.whole.makeProfile({ name: 'The other branch' });
  mailboxes.set(carol, await stage.whole.makeMailbox(carol, { profileId: otherProfile }));
  await sending.settle();
});
afterEach(() => stage?.closeWindows());
afterAll(() => stage?.close());

const deliver = async (address: string, mail: Parameters<SendingStage['control']['deliver']>[1]) => {
  await sending.control.deliver(address, mail);
  await sending.receive();
  const [newest] = await sending.messagesOf(mailboxes.get(address) ?? '');
  return newest.id as string;
};

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

describe('the list', () => {
  it('teaches while it is empty', async () => {
    const page = await stage.page();
    await page.goto('/messages');
    await page.getByRole('heading', { name: 'No messages yet' }).waitFor();
    await page.goto('/messages?q=nothing-of-this');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await page.getByRole('button', { name: 'Show all messages' }).click();
    await page.getByRole('heading', { name: 'No messages yet' }).waitFor();
    expect(new URL(page.url()).search).toBe('');
    expect(await seriousFaults(page)).toEqual([]);
    expect(stage.complaints).toEqual([]);
  });

  it('shows what came, newest first, and finds it by words, profile and mailbox', async () => {
    const attachments = [{ name: 'offer.pdf', contentType: 'application/pdf', content: 'PDF' }];
    await deliver(ada, { subject: 'The quarterly report', from: 'Pat Example <pat@partner.example>', isRead: true });
    await deliver(bob, { subject: 'An offer', from: 'Kim Example <kim@partner.example>', attachments });
    await deliver(carol, { subject: 'For another branch', from: 'pat@partner.example' });

    const page = await stage.page();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto('/messages');
    const rows = page.getByRole('region', { name: 'Received messages' }).getByRole('row');
    await eventually(async () => expect(await rows.count()).toBe(4));
    const texts = (await rows.allInnerTexts()).slice(1);
    expect(texts.map((text) => /The quarterly report|An offer|For another branch/.exec(text)?.[0])).toEqual([
      'For another branch',
      'An offer',
      'The quarterly report',
    ]);
    const time = rows.nth(1).locator('time');
    const utc = (await time.getAttribute('datetime'))?.replace('T', ' ').slice(0, 19);
    expect(await time.getAttribute('title')).toContain(`(${utc} UTC)`);
    expect(texts[1]).toMatch(/Kim Example\s*<kim@partner\.example>/);
    await rows.nth(2).getByText('Has attachments').waitFor({ state: 'attached' });
    expect(await rows.nth(3).getByText('Has attachments').count()).toBe(0);
    await eventually(async () => expect(await rows.nth(2).getByText('Unread').count()).toBe(1));
    expect(await rows.nth(3).getByText('Unread').count()).toBe(0);
    await rows.nth(2).getByRole('link', { name: bob }).waitFor();
    expect(asked.filter((path) => path.startsWith('/v1/mailboxes'))).toEqual([]);

    await page.getByRole('searchbox', { name: 'Search subject and people' }).fill('kim@');
    await eventually(async () => expect(await rows.count()).toBe(2));
    expect(new URL(page.url()).searchParams.get('q')).toBe('kim@');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await eventually(async () => expect(await rows.count()).toBe(4));
    await eventually(async () => expect(await page.getByRole('searchbox').inputValue()).toBe(''));

    await page.getByRole('combobox', { name: 'Profile' }).click();
    await page.getByRole('option', { name: 'The other branch' }).click();
    await eventually(async () => expect(await rows.count()).toBe(2));
    await page.getByRole('link', { name: 'For another branch', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await eventually(async () => expect(await rows.count()).toBe(4));

    await page.getByRole('combobox', { name: 'Mailbox' }).fill('ad');
    await page.getByRole('option', { name: ada }).click();
    await eventually(async () => expect(await rows.count()).toBe(2));
    expect(new URL(page.url()).searchParams.get('mailboxId')).toBe(mailboxes.get(ada));
    // A bookmark of it shows the same, and the address of the mailbox.
    await page.reload();
    await eventually(async () => expect(await rows.count()).toBe(2));
    await eventually(async () => expect(await page.getByRole('combobox', { name: 'Mailbox' }).inputValue()).toBe(ada));
    expect(await seriousFaults(page)).toEqual([]);

    await page.getByRole('link', { name: 'The quarterly report', exact: true }).click();
    await heading(page, 'The quarterly report');
    expect(stage.complaints).toEqual([]);
  });

  it('shows mail as it comes, and pages through much of it', async () => {
    const page = await stage.page();
    await page.goto('/messages');
    await page.getByRole('link', { name: 'An offer', exact: true }).waitFor();
    await sending.control.deliver(ada, { subject: 'Circular', count: 60 });
    await sending.receive();
    await page.getByRole('link', { name: 'Circular 60', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Page 2').waitFor();
    await page.getByRole('link', { name: 'An offer', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Previous' }).click();
    await page.getByRole('link', { name: 'Circular 60', exact: true }).waitFor();
    expect(stage.complaints).toEqual([]);
  });

  it('is for those who may see it, on a phone too', async () => {
    const other = (await stage.whole.mailbox(mailboxes.get(carol) ?? '')).profileId as string;
    const page = await stage.page({ role: 'viewer', profileIds: [other], viewport: phone, colorScheme: 'dark' });
    await page.goto('/messages');
    await page.getByRole('link', { name: 'For another branch', exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'An offer', exact: true }).count()).toBe(0);
    expect(await fitsItsWidth(page)).toBe(true);
    expect(await seriousFaults(page)).toEqual([]);
    expect(stage.complaints).toEqual([]);
  });
});

describe('a message', () => {
  it('leads to the other mailboxes that have it', async () => {
    const mail = {
      subject: 'To everybody',
      messageId: '<everybody@partner.example>',
      from: 'pat@partner.example',
      to: [ada, bob],
      date: '2026-01-05T08:00:00Z',
    };
    const ofBob = await deliver(bob, mail);
    const ofAda = await deliver(ada, mail);
    const page = await stage.page();
    await page.goto(`/messages/${ofAda}`);
    await page.getByRole('link', { name: bob }).waitFor();
    await page.getByRole('link', { name: 'see it there' }).click();
    await page.waitForURL(`**/messages/${ofBob}`);
    await page.getByRole('link', { name: ada }).waitFor();
  });

  it('shows who wrote it to whom, what it says and what it brings', async () => {
    const id = await deliver(ada, {
      subject: 'Plans for spring',
      from: 'Pat Example <pat@partner.example>',
      to: [`Ada Example <${ada}>`, 'dana@partner.example'],
      cc: 'Kim Example <kim@partner.example>',
      text: 'In plain words <b>\nsecond line',
      html: '<h3 style="color: green">In fine looks</h3>',
      headers: { 'X-Project': 'Spring' },
      attachments: [{ name: 'plan ü.txt', contentType: 'text/plain', content: 'the plan' }],
    });
    for (const viewport of [phone, undefined]) {
      const page = await stage.page({ role: 'viewer', profileIds: null, ...(viewport && { viewport }) });
      await page.goto(`/messages/${id}`);
      await heading(page, 'Plans for spring');
      for (const text of [
        '<pat@partner.example>',
        'Ada Example',
        'dana@partner.example',
        '<kim@partner.example>',
        'inbox',
      ])
        await page.getByRole('main').getByText(text).first().waitFor();
      await page.getByRole('link', { name: ada }).waitFor();
      await page.frameLocator('iframe').getByRole('heading', { name: 'In fine looks' }).waitFor();
      await page.getByText('Plain text', { exact: true }).click();
      await page.getByText('In plain words <b>').waitFor();
      expect(await page.locator('iframe').count()).toBe(0);

      await page.getByRole('heading', { name: '1 attachment' }).waitFor();
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'plan ü.txt' }).click(),
      ]);
      expect(file.suggestedFilename()).toBe('plan ü.txt');
      const [original] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Original (.eml)' }).click(),
      ]);
      expect(original.suggestedFilename()).toBe(`${id}.eml`);

      expect(await page.getByText('X-Project: Spring').isVisible()).toBe(false);
      await page.getByRole('button', { name: /^All \d+ headers$/ }).click();
      await page.getByText('X-Project: Spring').waitFor();
      expect(await fitsItsWidth(page)).toBe(true);
      expect(await seriousFaults(page)).toEqual([]);
    }
    expect(stage.complaints).toEqual([]);
  });

  it('says what was not stored, and why', async () => {
    await sending.setProfile({ blockedAttachmentExtensions: ['exe'], maxMessageBytes: 200_000 });
    const blocked = await deliver(ada, {
      subject: 'With a program',
      attachments: [
        { name: 'setup.exe', content: 'MZ' },
        { name: 'read.txt', content: 'read me' },
      ],
    });
    const large = await deliver(ada, { subject: 'Very large', text: 'x'.repeat(300_000) });
    await sending.setProfile({ blockedAttachmentExtensions: [], maxMessageBytes: null });
    const page = await stage.page();
    await page.goto(`/messages/${blocked}`);
    await page.getByText(/was not stored here: files of this type are blocked/).waitFor();
    expect(await page.getByRole('link', { name: 'setup.exe' }).count()).toBe(0);
    await page.getByRole('link', { name: 'read.txt' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.goto(`/messages/${large}`);
    await page.getByText('Only the headers were stored').waitFor();
    await page.getByText(/more than the 200000 that its profile stores/).waitFor();
    expect(await page.getByRole('link', { name: 'Original (.eml)' }).count()).toBe(0);
    expect(await seriousFaults(page)).toEqual([]);
    expect(stage.complaints).toEqual([]);
  });

  it('says so where there is none, or none for this person', async () => {
    const [message] = await sending.messagesOf(mailboxes.get(ada) ?? '');
    const other = (await stage.whole.mailbox(mailboxes.get(carol) ?? '')).profileId as string;
    const page = await stage.page({ role: 'owner', profileIds: [other] });
    await page.goto(`/messages/${message.id}`);
    await page.getByRole('alert').waitFor();
    await page.getByRole('link', { name: 'All messages' }).click();
    await heading(page, 'Messages');
    stage.complaints.splice(0);
  });
});

describe('a thread', () => {
  it('shows what was received and sent in order, the latest open', async () => {
    const first = await deliver(ada, {
      subject: 'A question',
      from: 'Pat Example <pat@partner.example>',
      html: '<p>Is it ready?</p>',
      messageId: '<question@partner.example>',
    });
    const { id } = await sending.accept(mailboxes.get(ada) ?? '', {
      to: ['pat@partner.example'],
      inReplyToMessageId: first,
      subject: undefined,
      html: '<p>It is, see below.</p>',
      text: null,
    });
    const sent = await sending.until(id, 'sent');
    const last = await deliver(ada, {
      subject: 'Re: A question',
      from: 'Pat Example <pat@partner.example>',
      html: '<p>Many thanks!</p>',
      inReplyTo: sent.internetMessageId,
    });
    const page = await stage.page({ role: 'viewer', profileIds: null });
    await page.goto(`/messages/${last}`);
    await page.getByRole('link', { name: 'Thread' }).click();
    await heading(page, 'A question');
    const entries = page.getByRole('main').getByRole('button', { name: /received|sent/ });
    await eventually(async () => expect(await entries.count()).toBe(3));
    const names = await entries.allInnerTexts();
    expect(names.map((name) => /received|sent/.exec(name)?.[0])).toEqual(['received', 'sent', 'received']);
    expect(names[1]).toContain(ada);
    await page.frameLocator('iframe').getByText('Many thanks!').waitFor();
    await eventually(async () => expect(await page.locator('iframe').count()).toBe(1));

    await entries.nth(1).click();
    const ours = page.frameLocator('iframe').first();
    await ours.getByText('It is, see below.').waitFor();
    await page.getByText('It answers a message of this thread.').first().waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.setViewportSize(phone);
    await eventually(async () => expect(await fitsItsWidth(page)).toBe(true));
    await page.getByRole('link', { name: 'Re: A question' }).first().click();
    await page.waitForURL(new RegExp(`/outgoing/${id}$`));
    expect(stage.complaints).toEqual([]);
  });
});
