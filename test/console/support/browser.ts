import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';

/** Debian's, which `.ci/run` installs; elsewhere CHROMIUM says where it is. */
export const chromiumPath =
  process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

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

/** So often the same faults are found again on a page at rest before they count. */
const looksAtRest = 3;

/** What axe holds to be a serious or critical fault of the page, one line each. */
export async function seriousFaults(page: Page): Promise<string[]> {
  // The console's policy lets no script be added to the page; the evaluation of one stands outside of it.
  await page.evaluate(axe);
  for (let before = '', looks = 0; ;) {
    const isMoving = await page.evaluate<boolean>(moving);
    const faults = await faultsNow(page);
    if (faults.length === 0) return faults;
    // A menu that fades away has no items any more, also just before and after it moves: what stays is a fault.
    const now = faults.join('\n');
    looks = !isMoving && now === before ? looks + 1 : 0;
    if (looks === looksAtRest) return faults;
    before = now;
    await page.evaluate('new Promise((done) => requestAnimationFrame(done))');
  }
}

/** Whether something fades or slides in or out. What moves for ever, such as a place that is loading, is at rest. */
const moving = 'document.getAnimations().some(({ effect }) => effect.getComputedTiming().iterations !== Infinity)';

async function faultsNow(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`));
}

/** Whether nothing of the page hangs out at its side, which makes a phone scroll both ways. */
export async function fitsItsWidth(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth');
}
