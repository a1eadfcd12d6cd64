import { v7 as uuid } from 'uuid';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { ConsoleStage } from './support/console-stage.js';

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await ConsoleStage.open({ addresses: ['ada@example.com'] });
});
afterEach(() => stage?.closeWindows());
afterAll(() => stage?.close());

/** As the API answers: problem+json. */
const problem = (status: number, title: string) => ({
  status,
  contentType: 'application/problem+json',
  body: JSON.stringify({
    type: 'about:blank',
    title,
    status,
    detail: title,
    code: 'not-found',
    remediation: 'Look again.',
    retryable: false,
    requestId: 'r-1',
  }),
});

function asked(page: Page, part: string): string[] {
  const urls: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes(part)) urls.push(request.url());
  });
  return urls;
}

it('says that the rest of a long thread is refused, and does not ask on and on', async () => {
  const page = await stage.page();
  const id = uuid();
  const thread = { id, subject: 'Long', messageCount: 300, outgoingCount: 0, mailboxIds: [], lastMessageAt: null };
  await page.route(`**/v1/threads/${id}*`, (route) =>
    route.request().url().includes('cursor')
      ? route.fulfill(problem(400, 'The cursor is not valid'))
      : route.fulfill({ json: { ...thread, messages: [], nextCursor: 'more' } }),
  );
  const reads = asked(page, `/v1/threads/${id}`);
  await page.goto(`/messages/threads/${id}`);
  await page.getByRole('alert').getByText('The cursor is not valid').waitFor();
  const soFar = reads.length;
  expect(soFar).toBeLessThan(4);
  await page.getByRole('button', { name: 'Try again' }).click();
  await eventually(() => expect(reads.length).toBeGreaterThan(soFar));
});

it('does not go on asking for tests that are not there', async () => {
  const page = await stage.page();
  const path = `/v1/mailbox-test-batches/${uuid()}`;
  const reads = asked(page, path);
  await page.goto(path.replace('/v1/mailbox-test-batches', '/mailboxes/tests'));
  await page.getByRole('alert').waitFor();
  const again = page.waitForRequest((request) => request.url().includes(path), { timeout: 4_000 });
  expect(await again.catch(() => null)).toBeNull();
  expect(reads).toHaveLength(1);
});
