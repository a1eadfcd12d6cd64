import { MailServerError } from '../../drivers/port/mail-error.js';
import type { FetchResult, FoundItem } from '../../drivers/port/mail-item.js';
import type { FoundPage } from '../../drivers/port/mail-server.js';
import { classify, consequenceOf } from '../failures/classify.js';
import type { MailboxRun } from '../mailboxes/mailbox-run.js';
import { testMarkerOf } from '../mailboxes/own-test-id.js';
import type { TestSteps } from './test-steps.js';

const inbox = { distinguished: 'inbox' } as const;
const listed = 10;
/** One damaged item says nothing of the mailbox. */
const readAtMost = 3;

/**
 * Receiving, as a poll does it: the inbox is opened and listed, and one item is read. What was read is looked at
 * by nobody and kept nowhere; mail from before the time that the profile asks for is left alone.
 * @throws MailServerError of the step that failed
 */
export async function testIncoming(run: MailboxRun, steps: TestSteps): Promise<void> {
  const { session, signal } = run;
  await steps.take(
    'open',
    () => session.openFolder(inbox, { signal }),
    ({ displayName, totalCount }) =>
      `The inbox is called ${displayName}${totalCount === null ? '' : ` and holds ${totalCount} items`}.`,
  );
  run.checkpoint();
  const since = run.profile.processEmailsFrom;
  const { items } = await steps.take(
    'list',
    () => someItems(run, since),
    (page) => `${page.last ? '' : 'The first '}${page.items.length} items since ${since.toISOString()} were listed.`,
  );
  const mail = items.filter(({ internetMessageId }) => testMarkerOf(internetMessageId) === null);
  if (mail.length === 0) return steps.note('read', 'skipped', 0, 'There is nothing to read.');
  run.checkpoint();
  await steps.take(
    'read',
    () => readOne(run, mail.slice(0, readAtMost)),
    (text) => text,
  );
}

/** Where the server lists nothing by date, of the changes of the inbox, which is how its mail is then received. */
async function someItems({ session, signal }: MailboxRun, since: Date): Promise<Pick<FoundPage, 'items' | 'last'>> {
  try {
    return await session.findReceivedSince(inbox, since, { offset: 0, limit: listed }, { signal });
  } catch (error) {
    if (!(error instanceof MailServerError) || error.details.queryRefusal === null) throw error;
    const { changes, last } = await session.syncFolder(inbox, null, listed, { signal });
    const items = changes.flatMap((change) => ('item' in change ? [change.item] : []));
    return { items: items.filter(({ receivedAt }) => receivedAt === null || receivedAt >= since), last };
  }
}

async function readOne(run: MailboxRun, items: readonly FoundItem[]): Promise<string> {
  let last: MailServerError | null = null;
  for (const { id } of items) {
    const [result]: FetchResult[] = await run.session.fetchItems([id], { signal: run.signal });
    if (!result) continue;
    if (result.ok) return 'One item was read.';
    // Deleted or moved since the listing.
    if (result.error.details.kind === 'item-gone') continue;
    if (isBeyondItem(result.error)) throw result.error;
    last = result.error;
  }
  if (last) throw last;
  return 'What was listed has gone from the inbox meanwhile.';
}

function isBeyondItem(error: MailServerError): boolean {
  const failure = classify(error);
  return failure.scope !== 'item' || consequenceOf(failure) !== 'retry-later';
}
