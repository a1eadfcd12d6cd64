import type { Browser, BrowserContext, Page } from 'playwright-core';
import { desk, launchBrowser } from './browser.js';

/** The clock of these tests is a script in every frame, and those of mail let none run. */
const clockInFrame =
  "Blocked script execution in 'about:srcdoc' because the document's frame is sandboxed and the 'allow-scripts' permission is not set.";

/** Longer than anything takes on a busy machine; what never comes fails with its own words before the test does. */
const patienceMs = 60_000;

export interface WindowOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
}

/** Where the console is, and what time it is there. */
interface Served {
  readonly url: string;
  readonly clock: { now(): Date };
}

/** A browser in front of a console. */
export class Windows {
  private constructor(
    private readonly browser: Browser,
    private readonly served: Served,
  ) {}

  /** Everything that pages wrote as errors to the browser's console, and exceptions that nobody caught. */
  readonly complaints: string[] = [];
  private readonly contexts: BrowserContext[] = [];

  static async open(served: Served): Promise<Windows> {
    return new Windows(await launchBrowser(), served);
  }

  close(): Promise<void> {
    return this.browser.close();
  }

  /** A window of nobody yet. */
  async window({ viewport = desk, colorScheme = 'light' }: WindowOptions = {}): Promise<Page> {
    const { url, clock } = this.served;
    const context = await this.browser.newContext({ baseURL: url, viewport, colorScheme, locale: 'en-GB' });
    this.contexts.push(context);
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url });
    const page = await context.newPage();
    page.setDefaultTimeout(patienceMs);
    await page.clock.setSystemTime(clock.now());
    page.on('console', (message) => {
      if (message.type() === 'error' && message.text() !== clockInFrame) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    return page;
  }

  /** A window with this session, given as the header Cookie has it. */
  async signedIn(cookie: string, options: WindowOptions = {}): Promise<Page> {
    const page = await this.window(options);
    const [name = '', value = ''] = cookie.split(/=(.*)/s);
    await page.context().addCookies([{ name, value, url: this.served.url, httpOnly: true, sameSite: 'Lax' }]);
    return page;
  }

  async closeAll(): Promise<void> {
    for (const context of this.contexts.splice(0)) await context.close();
  }
}
