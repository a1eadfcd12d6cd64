import type { Page } from 'playwright-core';
import { signIn } from '../../features/support/sign-in.js';
import { WholeStage } from '../../features/support/whole-stage.js';
import { builtConsole } from './built-console.js';
import { Windows, type WindowOptions } from './windows.js';

interface PageOptions extends Partial<Parameters<typeof signIn>[1]>, WindowOptions {}

/** A `WholeStage` whose API serves the console, and a browser in front of it. */
export class ConsoleStage {
  private constructor(
    readonly whole: WholeStage,
    private readonly windows: Windows,
  ) {}

  static async open(options: Omit<NonNullable<Parameters<typeof WholeStage.open>[0]>, 'consoleFolder'> = {}) {
    const whole = await WholeStage.open({ ...options, consoleFolder: await builtConsole() });
    return new ConsoleStage(whole, await Windows.open({ url: whole.process.url, clock: whole.clock }));
  }

  async close(): Promise<void> {
    await this.windows.close();
    await this.whole.close();
  }

  get url(): string {
    return this.whole.process.url;
  }

  /** Everything that pages wrote as errors to the browser's console, and exceptions that nobody caught. */
  get complaints(): string[] {
    return this.windows.complaints;
  }

  /** A window of a person of this role, signed in, whose clock is that of the stage. */
  async page({ viewport, colorScheme, role = 'admin', ...person }: PageOptions = {}): Promise<Page> {
    const { cookie } = await signIn(this.whole, { role, ...person });
    return this.windows.signedIn(cookie, { viewport, colorScheme });
  }

  /** A window of nobody yet. */
  window(options: WindowOptions = {}): Promise<Page> {
    return this.windows.window(options);
  }

  /** Closes all windows: for `afterEach`. */
  closeWindows(): Promise<void> {
    return this.windows.closeAll();
  }
}
