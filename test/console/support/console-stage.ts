import type { Browser, BrowserContext, Page } from 'playwright-core';
import { signIn } from '../../features/support/sign-in.js';
import { WholeStage } from '../../features/support/whole-stage.js';
import { desk, launchBrowser } from './browser.js';
import { builtConsole } from './built-console.js';

/** The clock of these tests is a script in every frame, and those of mail let none run. */
const clockInFrame =
  "Blocked script execution in 'about:srcdoc' because the document's frame is sandboxed and the 'allow-scripts' permission is not set.";

interface PageOptions extends Partial<Parameters<typeof signIn>[1]> {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
}

/** A `WholeStage` whose API serves the console, and a browser in front of it. */
export class ConsoleStage {
  private constructor(
    readonly whole: WholeStage,
    private readonly browser: Browser,
  ) {}

  /** Everything that pages wrote as errors to the browser's console, and exceptions that nobody caught. */
  readonly complaints: string[] = [];
  private readonly contexts: BrowserContext[] = [];

  static async open(options: Omit<NonNullable<Parameters<typeof WholeStage.open>[0]>, 'consoleFolder'> = {}) {
    const whole = await WholeStage.open({ ...options, consoleFolder: await builtConsole() });
    return new ConsoleStage(whole, await launchBrowser());
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.whole.close();
  }

  get url(): string {
    return this.whole.process.url;
  }

  /** A window of a person of this role, signed in, whose clock is that of the stage. */
  async page({ viewport = desk, colorScheme = 'light', role = 'admin', ...person }: PageOptions = {}): Promise<Page> {
    const { cookie } = await signIn(this.whole, { role, ...person });
    const page = await this.window({ viewport, colorScheme });
    const [name = '', value = ''] = cookie.split(/=(.*)/s);
    await page.context().addCookies([{ name, value, url: this.url, httpOnly: true, sameSite: 'Lax' }]);
    return page;
  }

  /** A window of nobody yet. */
  async window({ viewport = desk, colorScheme = 'light' }: Pick<PageOptions, 'viewport' | 'colorScheme'> = {}) {
    const context = await this.browser.newContext({ baseURL: this.url, viewport, colorScheme, locale: 'en-GB' });
    this.contexts.push(context);
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: this.url });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await page.clock.setSystemTime(this.whole.clock.now());
    page.on('console', (message) => {
      if (message.type() === 'error' && message.text() !== clockInFrame) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    return page;
  }

  /** Closes all windows: for `afterEach`. */
  async closeWindows(): Promise<void> {
    for (const context of this.contexts.splice(0)) await context.close();
  }
}
