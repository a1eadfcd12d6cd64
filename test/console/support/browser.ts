import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AxeResults } from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';

/** Debian's, which `.ci/run` installs; elsewhere CHROMIUM says where it is. */
export const chromiumPath =
  process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/** Longer than what is fading away is there. */
const stayMs = 10_000;

export const phone = { width: 360, height: 740 };
export const desk = { width: 1280, height: 900 };

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    // Chromium refuses its own sandbox to root, as in a container; what it opens here is our own page.
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-dev-shm-usage'],
  });
}

const axe = readFileSync(createRequire(join(process.cwd(), 'package.json')).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What axe holds to be a serious or critical fault of the page, one line each. What is fading away has lost its parts
 * already and is gone a moment later: a fault is what stays.
 */
export async function seriousFaults(page: Page): Promise<string[]> {
  // The console's policy lets no script be added to the page; the evaluation of one stands outside of it.
  await page.evaluate(axe);
  return whatStays(
    () => faultsNow(page),
    (faults) => faults.length === 0,
  );
}

async function faultsNow(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`));
}

/** Whether nothing of the page hangs out at its side for long, which makes a phone scroll both ways. */
export function fitsItsWidth(page: Page): Promise<boolean> {
  return whatStays(
    () => page.evaluate<boolean>('document.documentElement.scrollWidth <= document.documentElement.clientWidth'),
    (fits) => fits,
  );
}

/** What is read as soon as it is as wanted, or else what is still read after a while. */
async function whatStays<T>(read: () => Promise<T>, isWanted: (value: T) => boolean): Promise<T> {
  const until = Date.now() + stayMs;
  for (;;) {
    const value = await read();
    if (isWanted(value) || Date.now() >= until) return value;
    await sleep(100);
  }
}
