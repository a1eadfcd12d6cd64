import type { Locator } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { ConsoleStage } from './support/console-stage.js';
import { fitsItsWidth, phone, seriousFaults } from './support/browser.js';

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await ConsoleStage.open();
});
afterEach(() => stage?.closeWindows());
afterAll(() => stage?.close());

it.each(['light', 'dark'] as const)('leads to each of its pages, and says where one is, %s', async (colorScheme) => {
  const page = await stage.page({ colorScheme });
  await page.goto('/');
  for (const name of ['Incidents', 'Profiles', 'Mailboxes', 'Messages', 'Outgoing', 'Settings', 'Overview']) {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name }).click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await eventually(async () =>
      expect(await page.getByRole('link', { name, exact: false }).first().getAttribute('aria-current')).toBe('page'),
    );
    expect(await seriousFaults(page)).toEqual([]);
  }
  expect(stage.complaints).toEqual([]);
});

it('folds its navigation away on a phone', async () => {
  const page = await stage.page({ viewport: phone });
  await page.goto('/mailboxes');
  await page.getByRole('heading', { level: 1 }).waitFor();
  expect(await fitsItsWidth(page)).toBe(true);
  await page.getByRole('button', { name: 'Navigation' }).click();
  await page.getByRole('link', { name: 'Profiles' }).click();
  await page.getByRole('heading', { level: 1, name: 'Profiles' }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
});

it('needs no mouse: past its navigation, along it, through a menu, and into a dialog and out again', async () => {
  const page = await stage.page();
  const has = (locator: Locator) => locator.and(page.locator(':focus')).isVisible();
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await page.goto('/incidents');
  await page.getByRole('heading', { level: 1, name: 'Incidents' }).waitFor();
  await press('Tab');
  expect(await has(page.getByRole('link', { name: 'Skip to the page' }))).toBe(true);
  await press('Enter');
  await eventually(() => has(page.getByRole('main')));

  await page.getByRole('link', { name: 'Incidents' }).focus();
  await press('Tab', 'Enter');
  await page.getByRole('heading', { level: 1, name: 'Profiles' }).waitFor();
  await eventually(() => has(page.getByRole('main')));

  await page.getByRole('banner').getByRole('button').last().focus();
  await press('Enter');
  await page.getByRole('menu').waitFor();
  await press('ArrowDown');
  await eventually(() => has(page.getByRole('menuitem', { name: 'As the system' })));
  await press('ArrowUp', 'ArrowUp');
  await eventually(() => has(page.getByRole('menuitem', { name: 'Change password' })));
  await press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.locator(':focus').waitFor();
  await press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  expect(stage.complaints).toEqual([]);
});
