import type { Browser, Page } from 'playwright-core';
import { frameSandbox, mailDocument } from '../../src/console/parts/mail/mail-document.js';
import { eventually } from '../support/eventually.js';
import { launchBrowser, seriousFaults } from './support/browser.js';
import { ConsoleStage } from './support/console-stage.js';
import { fetches, scripts } from './support/hostile-html.js';
import { safeHtmlScript } from './support/mail-bundle.js';
import { setTrap, type Trap } from './support/trap.js';

const ada = 'ada@example.com';
/** One red pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);

describe('each of the two walls by itself', () => {
  let browser: Browser;
  let trap: Trap;
  /** Where the page of the test comes from; not the trap, whose requests are counted. */
  let home: Trap;
  let safeHtml: string;

  beforeAll(async () => {
    [browser, trap, home, safeHtml] = await Promise.all([launchBrowser(), setTrap(), setTrap(), safeHtmlScript()]);
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([trap?.close(), home?.close()]);
  });

  const all = () => [...scripts, ...fetches(trap.url)];

  /** Shows each piece in a frame of its own, as `make` does it in the page; tells what broke out. */
  async function outbreaks(pieces: readonly string[], show: 'bare' | 'sanitised' | 'framed') {
    const page = await browser.newPage();
    const dialogs: string[] = [];
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    await page.goto(`${home.url}/page`);
    await page.evaluate(safeHtml);
    await page.evaluate('window.hits = 0; window.hit = () => { window.hits += 1; }');
    const before = trap.asked.length;
    for (const piece of pieces) {
      const given = show === 'framed' ? mailDocument(piece) : piece;
      await page.evaluate(
        `(async (given) => {
          const frame = document.createElement('iframe');
          ${show === 'framed' ? `frame.setAttribute('sandbox', ${JSON.stringify(frameSandbox)});` : ''}
          frame.srcdoc = ${show === 'sanitised' ? 'safeMail.safeHtml(given, new Map()).html' : 'given'};
          const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
          document.body.append(frame);
          await Promise.race([loaded, new Promise((resolve) => setTimeout(resolve, 500))]);
        })(${JSON.stringify(given)})`,
      );
    }
    // What was asked for before this one has arrived by now.
    await page.evaluate(`fetch(${JSON.stringify(`${trap.url}/last`)}, { mode: 'no-cors' })`);
    await eventually(() => expect(trap.asked.slice(before)).toContain('/last'));
    const hits = await page.evaluate<number>('window.hits');
    const url = page.url();
    await page.close();
    const asked = trap.asked.slice(before).filter((path) => path !== '/last' && path !== '/favicon.ico');
    return { hits, asked, dialogs, url };
  }

  it('the samples are dangerous: shown bare they run and fetch', async () => {
    const { hits, asked } = await outbreaks(all(), 'bare');
    expect(hits).toBeGreaterThan(30);
    expect(new Set(asked).size).toBeGreaterThan(30);
  });

  it('what is left of them runs and fetches nothing, even without a sandbox and a policy', async () => {
    const clean = { hits: 0, asked: [], dialogs: [], url: `${home.url}/page` };
    expect(await outbreaks(all(), 'sanitised')).toEqual(clean);
    // And all in one mail.
    expect(await outbreaks([all().join('\n')], 'sanitised')).toEqual(clean);
  });

  it('the frame lets nothing run or be fetched, even of what was not made safe', async () => {
    const clean = { hits: 0, asked: [], dialogs: [], url: `${home.url}/page` };
    expect(await outbreaks(all(), 'framed')).toEqual(clean);
    expect(await outbreaks([all().join('\n')], 'framed')).toEqual(clean);
  });

  describe('what is left', () => {
    let page: Page;
    beforeAll(async () => {
      page = await browser.newPage();
      await page.goto(`${home.url}/page`);
      await page.evaluate(safeHtml);
    });
    const made = (html: string, images: Record<string, string> = {}) =>
      page.evaluate<{ html: string; remoteImages: number; missing: string[] }>(
        `safeMail.safeHtml(${JSON.stringify(html)}, new Map(Object.entries(${JSON.stringify(images)})))`,
      );

    it('is the text and its looks', async () => {
      const outlook =
        '<html><head><style><!-- p.MsoNormal {margin:0cm; color:#112233; background:url(http://x.example/a.png)} @media print {p {color:black}} --></style></head>' +
        '<body bgcolor="#ffffff"><p class="MsoNormal" style="mso-fareast-language:EN-US;font-weight:bold;position:fixed" align="center">Hello <font color="red">Ada</font></p>' +
        '<table border="1" cellpadding="4"><tr><td colspan="2" valign="top">cell</td></tr></table></body></html>';
      const { html, remoteImages } = await made(outlook);
      expect(remoteImages).toBe(1);
      expect(html).toContain('color: rgb(17, 34, 51)');
      expect(html).toContain('@media print');
      expect(html).toContain('font-weight: bold');
      expect(html).toContain('<font color="red">Ada</font>');
      expect(html).toContain('<table border="1" cellpadding="4">');
      expect(html).not.toContain('x.example');
      expect(html).not.toContain('mso-');
    });

    it.each([
      ['https://shop.example/a?b=c', 'https://shop.example/a?b=c'],
      ['mailto:ben@example.com', 'mailto:ben@example.com'],
      ['tel:+49301234', 'tel:+49301234'],
      ['HTTPS://Shop.example', 'https://shop.example/'],
    ])('keeps the link %s, for a window that knows nothing of this one', async (written, href) => {
      const { html } = await made(`<a href="${written}" target="_top" rel="opener" ping="http://x.example">x</a>`);
      expect(html).toBe(`<a href="${href}" target="_blank" rel="noopener noreferrer nofollow">x</a>`);
    });

    it.each([
      'javascript:hit()',
      'JaVaScRiPt:hit()',
      ' java\nscript:hit()',
      'java&#x09;script:hit()',
      '&#1;javascript:hit()',
      'vbscript:hit()',
      'data:text/html,<script>hit()</script>',
      'data:text/html;base64,PHNjcmlwdD4=',
      'blob:http://127.0.0.1/x',
      'file:///etc/passwd',
      'about:blank',
      'view-source:http://x.example',
      'ms-word:ofe|u|http://x.example',
      '/settings',
      'settings?x',
      '#part',
      '//x.example/a',
      'http://',
      'http:\\\\[',
    ])('of the link %j only the words', async (href) => {
      expect((await made(`<a href="${href}">words</a>`)).html).toBe('<a>words</a>');
    });

    it('counts every picture of others once, and shows those it brought along', async () => {
      const { html, remoteImages, missing } = await made(
        '<img src="https://x.example/1.png"><img src="http://x.example/1.png"><img src="https://x.example/2.png">' +
          '<img src="cid:logo@x" alt="Logo"><img src="CID:gone%40x"><img src="data:image/png;base64,AAAA"><img src="data:image/svg+xml,<svg/>">',
        { 'logo@x': 'data:image/png;base64,BBBB' },
      );
      expect(remoteImages).toBe(2);
      expect(missing).toEqual(['gone@x']);
      expect(html).toBe(
        '<img><img><img><img src="data:image/png;base64,BBBB" alt="Logo"><img><img src="data:image/png;base64,AAAA"><img>',
      );
    });
  });
});

/** Chromium says these of a document that is parsed and never shown, which is how mail is made safe. */
const ofTheParser =
  /^Executing inline event handler violates|^Setting the document's base URI|^Loading media from .*track\.vtt/;

describe('the page of a hostile message', () => {
  let stage: ConsoleStage;
  let trap: Trap;
  let mailbox: string;

  beforeAll(async () => {
    [stage, trap] = await Promise.all([ConsoleStage.open({ addresses: [ada] }), setTrap()]);
    mailbox = await stage.whole.makeMailbox(ada);
    await stage.whole.round();
  });
  afterEach(() => stage?.closeWindows());
  afterAll(async () => {
    await stage?.close();
    await trap?.close();
  });

  const receive = async (mail: Parameters<ConsoleStage['whole']['sandbox']['control']['deliver']>[1]) => {
    await stage.whole.sandbox.control.deliver(ada, mail);
    await stage.whole.poll();
    const [newest] = await stage.whole.messagesOf(mailbox);
    return newest.id as string;
  };

  /** Everything that the window asks of anybody but us. */
  const foreignRequests = (page: Page) => {
    const foreign: string[] = [];
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(`${stage.url}/`) && !url.startsWith('data:') && !url.startsWith('about:')) foreign.push(url);
    });
    return foreign;
  };

  it('asks nobody, runs nothing, and says what it blocked', async () => {
    const pixel = `<img src="${trap.url}/pixel.gif"><p>The words of the mail</p>`;
    const id = await receive({
      subject: 'All at once',
      html: `${pixel}${[...fetches(trap.url), ...scripts].join('\n')}`,
    });
    const page = await stage.page();
    const foreign = foreignRequests(page);
    await page.addInitScript('window.hits = 0; window.hit = () => { window.hits += 1; }');
    await page.goto(`/messages/${id}`);
    const frame = page.frameLocator('iframe');
    await frame.getByText('The words of the mail').waitFor();
    await page.getByText(/remote images are blocked/).waitFor();
    // Loaded is everything that the mail had fetched; the page itself keeps a stream open and asks again and again.
    await eventually(async () => {
      const state = await frame
        .locator(':root')
        .evaluate((root) => (root as unknown as { ownerDocument: { readyState: string } }).ownerDocument.readyState);
      expect(state).toBe('complete');
    });
    expect(await page.evaluate('window.hits')).toBe(0);
    expect(foreign).toEqual([]);
    expect(trap.connections()).toBe(0);
    const complaints = stage.complaints.splice(0).filter((text) => !ofTheParser.test(text));
    expect(complaints).toEqual([]);
    expect(page.url()).toBe(`${stage.url}/messages/${id}`);
    await eventually(async () =>
      expect(await page.locator('iframe').getAttribute('sandbox')).toBe('allow-popups allow-popups-to-escape-sandbox'),
    );
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('has no door in the console’s own policy', async () => {
    const page = await stage.page();
    const foreign = foreignRequests(page);
    await page.goto('/messages');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.evaluate(
      `(() => { const frame = document.createElement('iframe'); frame.srcdoc = ${JSON.stringify(`<script>parent.hit = 1</script><img src="${trap.url}/inherited.png"><p>inherited`)}; document.body.append(frame); })()`,
    );
    await page.frameLocator('iframe').getByText('inherited').waitFor();
    await eventually(() =>
      expect(stage.complaints.filter((text) => text.includes('Content Security Policy')).length).toBeGreaterThan(1),
    );
    expect(await page.evaluate('window.hit')).toBeUndefined();
    expect(trap.connections()).toBe(0);
    expect(foreign.filter((url) => !url.startsWith(trap.url))).toEqual([]);
    stage.complaints.splice(0);
  });

  it('shows the pictures that the message brought along', async () => {
    const id = await receive({
      subject: 'Pictures',
      html: `<p>Logo: <img id="good" src="cid:logo@x"> <img id="bad" src="cid:drawing@x" alt="drawing"></p>`,
      attachments: [
        { name: 'logo.png', contentType: 'image/png', contentId: 'logo@x', inline: true, content: png },
        {
          name: 'drawing.svg',
          contentType: 'image/svg+xml',
          contentId: 'drawing@x',
          inline: true,
          content: `<svg xmlns="http://www.w3.org/2000/svg"><image href="${trap.url}/svg.png"/></svg>`,
        },
      ],
    });
    const page = await stage.page();
    await page.goto(`/messages/${id}`);
    const good = page.frameLocator('iframe').locator('#good');
    await good.waitFor();
    await eventually(async () =>
      expect(await good.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)).toBe(1),
    );
    expect(await page.frameLocator('iframe').locator('#bad').getAttribute('src')).toBeNull();
    await page.getByText('1 embedded image is not shown here.').waitFor();
    expect(trap.connections()).toBe(0);
    expect(stage.complaints).toEqual([]);
  });

  it('opens a link in a window that knows nothing of where it came from', async () => {
    const id = await receive({ subject: 'A link', html: `<p><a href="${trap.url}/offer">The offer</a></p>` });
    const page = await stage.page();
    await page.goto(`/messages/${id}`);
    const link = page.frameLocator('iframe').getByRole('link', { name: 'The offer' });
    const [opened] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
    await opened.waitForLoadState();
    expect(opened.url()).toBe(`${trap.url}/offer`);
    expect(await opened.evaluate('[window.opener, document.referrer, window.origin]')).toEqual([null, '', trap.url]);
    expect([...trap.referrers].filter(([path]) => path === '/offer')).toEqual([['/offer', undefined]]);
    expect(page.url()).toBe(`${stage.url}/messages/${id}`);
    expect(stage.complaints).toEqual([]);
  });
});
