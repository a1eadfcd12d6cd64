// Takes the pictures of the README: starts Postroom as a newcomer does, becomes its administrator by the printed
// link, waits for mail and for the failure that the sandbox holds ready, and photographs the main pages.
// Run by `npm run screenshots` after a change of the console, and look at what it made.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const root = join(import.meta.dirname, '..');
const images = join(root, 'docs/images');
const desk = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };
/** So long the charts gather points. */
const gatherMs = Number(process.env.SCREENSHOTS_GATHER_SECONDS ?? 180) * 1_000;

const folder = await mkdtemp(join(tmpdir(), 'postroom-screenshots-'));
const server = spawn(process.execPath, [join(root, 'dist/src/main.js')], {
  cwd: folder,
  env: { ...process.env, PORT: '0', LOG_LEVEL: 'warn' },
});
let printed = '';
server.stdout.on('data', (data) => (printed += data));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid() === 0 ? ['--no-sandbox'] : [],
});

async function until(what, check, limitMs = 240_000) {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`never came: ${what}\n${printed}`);
    await sleep(500);
  }
}

try {
  const link = await until('the link', () => /(http\S+\/welcome#\S+)/.exec(printed)?.[1]);
  const context = await browser.newContext({ viewport: desk, locale: 'en-GB', colorScheme: 'light' });
  const page = await context.newPage();
  await page.goto(link);
  // Needed fields have an asterisk at the end of their labels.
  const field = (label) => page.getByLabel(new RegExp(`^${label}(?: \\*)?$`));
  await field('Your name').fill('Olga Owner');
  await field('E-mail address').fill('olga@postroom.example');
  await field('Password').fill('four quiet words here');
  await field('The password once more').fill('four quiet words here');
  await page.getByRole('button', { name: 'Create the account' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();

  const read = (path) => page.evaluate(async (address) => (await fetch(address)).json(), path);
  const incident = await until('the incident', async () => (await read('/v1/incidents?open=true')).items?.[0]);
  const mailboxes = (await read('/v1/mailboxes')).items;
  const failed = mailboxes.find(({ state }) => state === 'failed') ?? mailboxes[0];
  const message = await until('mail', async () =>
    (await read('/v1/messages?limit=20')).items?.find((one) => one.threadId),
  );
  await sleep(gatherMs);

  await mkdir(images, { recursive: true });
  const shoot = async (name, path, { viewport = desk, colorScheme = 'light' } = {}) => {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await page.goto(new URL(path, link).href);
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    // The change feed keeps a connection open, so the network is never idle; what still loads says so.
    await until(
      `${name} loaded`,
      async () => (await page.locator('[aria-busy=true], .mantine-Loader-root').count()) === 0,
    );
    await sleep(1_000);
    await page.screenshot({ path: join(images, `${name}.png`) });
  };
  await shoot('overview', '/?range=1h');
  await shoot('overview-dark', '/?range=1h', { colorScheme: 'dark' });
  await shoot('incident', `/incidents/${incident.id}`);
  await shoot('incident-phone', `/incidents/${incident.id}`, { viewport: phone });
  await shoot('mailboxes', '/mailboxes');
  await shoot('mailbox', `/mailboxes/${failed.id}`);
  await shoot('profile', `/profiles/${failed.profileId}`);
  await shoot('message', `/messages/${message.id}`);
} finally {
  await browser.close();
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGINT');
  await gone;
  await rm(folder, { recursive: true, force: true });
}
