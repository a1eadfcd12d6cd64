import type { Locator, Page } from 'playwright-core';
import { signIn, userPassword } from '../features/support/sign-in.js';
import { eventually } from '../support/eventually.js';
import { ConsoleStage } from './support/console-stage.js';

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await ConsoleStage.open();
});
afterEach(() => stage?.closeWindows());
afterAll(() => stage?.close());

/** The dialog that makes an API key, filled in. */
async function keyFormOf(page: Page, name: string): Promise<Locator> {
  await page.getByRole('button', { name: 'Make a key' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill(name);
  return dialog;
}

/** What the console's client remembers of its calls, sent and received. */
const remembered = (page: Page): Promise<string> =>
  page.evaluate<string>(`(() => {
    const place = document.getElementById('console');
    const root = place[Object.keys(place).find((name) => name.startsWith('__reactContainer$'))].stateNode.current;
    const clientBelow = (fiber) => fiber && (fiber.memoizedProps?.client ?? clientBelow(fiber.child) ?? clientBelow(fiber.sibling));
    const client = clientBelow(root);
    const calls = [...client.getMutationCache().getAll(), ...client.getQueryCache().getAll()];
    return JSON.stringify(calls.map(({ queryKey, state }) => [queryKey, state]));
  })()`);

it('forgets the password when somebody has signed in', async () => {
  const { user } = await signIn(stage.whole, { role: 'admin' });
  const page = await stage.window();
  await page.goto('/settings/about');
  await page.getByLabel('E-mail address').fill(user.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(userPassword);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'About' }).waitFor();
  expect(await remembered(page)).toContain(user.email);
  await eventually(async () => expect(await remembered(page)).not.toContain(userPassword));
});

it('forgets an API key and a one-time link when their dialogs are closed', async () => {
  const page = await stage.page();
  await page.goto('/settings/api-keys');
  const dialog = await keyFormOf(page, 'Nightly');
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  const key = await dialog.getByRole('region', { name: 'The API key' }).innerText();
  expect(await remembered(page)).toContain(key);
  await dialog.getByRole('button', { name: 'I have kept it' }).click();
  await eventually(async () => expect(await remembered(page)).not.toContain(key));

  const { user } = await signIn(stage.whole, { role: 'viewer' });
  await page.goto(`/settings/users?user=${user.id}`);
  await page.getByRole('button', { name: 'Make a link for a new password' }).click();
  const link = await dialog.getByRole('region', { name: 'The link' }).innerText();
  await dialog.getByRole('button', { name: 'I have kept it' }).click();
  await eventually(async () => expect(await remembered(page)).not.toContain(link));
});

it('stays open while a key is being made, so that nobody misses it', async () => {
  const page = await stage.page();
  await page.goto('/settings/api-keys');
  const dialog = await keyFormOf(page, 'Slow');
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route('**/v1/api-keys', async (route) => {
    await held;
    await route.continue();
  });
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  await dialog.getByRole('button', { name: 'Cancel', disabled: true }).waitFor();
  await page.keyboard.press('Escape');
  letGo();
  await dialog.getByRole('region', { name: 'The API key' }).waitFor();
});

it('makes one key when the answer is lost and the button is pressed again', async () => {
  const page = await stage.page();
  await page.goto('/settings/api-keys');
  const dialog = await keyFormOf(page, 'Lost');
  await page.route(
    '**/v1/api-keys',
    async (route) => {
      await route.fetch();
      await route.abort();
    },
    { times: 1 },
  );
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  await dialog.getByText('Postroom cannot be reached').waitFor();
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  await dialog.getByText('It was shown before').waitFor();
  const named = async (name: string) =>
    (await stage.whole.client().all('/v1/api-keys')).filter((key) => key.name === name).length;
  expect(await named('Lost')).toBe(1);

  // Another one on purpose is another one.
  await dialog.getByRole('button', { name: 'Close' }).click();
  await keyFormOf(page, 'Lost');
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  await dialog.getByRole('region', { name: 'The API key' }).waitFor();
  expect(await named('Lost')).toBe(2);
});
