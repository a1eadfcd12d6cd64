import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { ConsoleStage } from './support/console-stage.js';

const feed = '/v1/events/stream';

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await ConsoleStage.open();
});
afterEach(() => stage?.closeWindows());
afterAll(() => stage?.close());

/** Puts the window into the background, or to the front. */
const setHidden = (page: Page, isHidden: boolean) =>
  page.evaluate(
    `window.isAway = ${isHidden}; document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`,
  );

/** How often each address of the API was asked for, and how many feeds have ended. */
function calls(page: Page) {
  const asked: string[] = [];
  const counts = { ended: 0, of: (path: string) => asked.filter((one) => one === path).length };
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  page.on('requestfailed', (request) => {
    if (request.url().includes(feed)) counts.ended += 1;
  });
  return counts;
}

it('holds the change feed only while the window is shown, and reads anew when it is shown again', async () => {
  const page = await stage.page();
  await page.addInitScript(
    "Object.defineProperty(document, 'visibilityState', { get: () => (window.isAway ? 'hidden' : 'visible') })",
  );
  const seen = calls(page);
  await page.goto('/incidents');
  await page.getByText('No open incident').waitFor();
  await eventually(() => expect(seen.of(feed)).toBe(1));
  await setHidden(page, true);
  await eventually(() => expect(seen.ended).toBe(1));
  const before = seen.of('/v1/incidents');
  await setHidden(page, false);
  await eventually(() => expect(seen.of(feed)).toBe(2));
  await eventually(() => expect(seen.of('/v1/incidents')).toBeGreaterThan(before));
  expect(stage.complaints).toEqual([]);
});

it('asks for the change feed again after a proxy has answered in place of the server', async () => {
  const page = await stage.page();
  const seen = calls(page);
  await page.route(`**${feed}*`, (route) => route.fulfill({ status: 503 }), { times: 1 });
  await page.goto('/incidents');
  await page.getByText('No open incident').waitFor();
  await eventually(() => expect(seen.of(feed)).toBe(2));
  stage.complaints.splice(0);
});
