import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { ConsoleStage } from './support/console-stage.js';

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await ConsoleStage.open({ addresses: ['ada@example.com'] });
  await stage.whole.makeMailbox('ada@example.com');
});
afterEach(() => stage?.closeWindows());
afterAll(() => stage?.close());

/** Holds answers whose address has no such words back until it is told to let them go. */
async function hold(page: Page, path: string, words: string): Promise<() => void> {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route(
    (url) => url.pathname === path && !url.search.includes(words),
    async (route) => {
      await held;
      await route.continue();
    },
  );
  return letGo;
}

it.each([
  ['/mailboxes', '/v1/mailboxes', 'No mailbox matches', 'No mailboxes yet', 'Clear the search'],
  ['/messages', '/v1/messages', 'Nothing matches', 'No messages yet', 'Clear filters'],
  ['/outgoing', '/v1/outgoing-messages', 'Nothing matches', 'Nothing has been sent yet', 'Clear filters'],
  ['/profiles', '/v1/email-server-profiles', 'No profile has such a name', 'Begin with a profile', 'Clear the search'],
])('%s does not say that there is nothing before it knows', async (address, path, none, nothing, clear) => {
  const page = await stage.page();
  const letGo = await hold(page, path, 'zzz');
  await page.goto(`${address}?q=zzz`);
  await page.getByRole('heading', { name: none }).waitFor();
  await page.getByRole('button', { name: clear }).click();
  await eventually(() => expect(new URL(page.url()).search).toBe(''));
  await page.locator('[aria-busy=true]').first().waitFor();
  expect(await page.getByRole('heading', { name: nothing }).count()).toBe(0);
  letGo();
  await page.locator('[aria-busy=true]').first().waitFor({ state: 'hidden' });
});
