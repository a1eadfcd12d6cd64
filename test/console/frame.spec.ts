import { eventually } from '../support/eventually.js';
import { ConsoleStage } from './support/console-stage.js';
import { fitsItsWidth, phone, seriousFaults } from './support/browser.js';

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await ConsoleStage.open();
});
afterEach(() => stage?.closeWindows());
afterAll(() => stage?.close());

it.each(['light', 'dark'] as const)(
  'leads to each of its pages, and says where one is, %s',
  async (colorScheme) => {
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
  },
  60_000,
);

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
