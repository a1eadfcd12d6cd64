import { MailServerError, type MailErrorDetails } from '../../../src/drivers/port/mail-error.js';
import type { FetchedItem, FetchResult, FoundItem } from '../../../src/drivers/port/mail-item.js';
import type { MailboxSession } from '../../../src/drivers/port/mail-server.js';

export const inbox = { distinguished: 'inbox' } as const;

/** The items of results that must all be there. */
export function fetched(results: readonly FetchResult[]): FetchedItem[] {
  return results.map((result) => {
    if (!result.ok) throw result.error;
    return result.item;
  });
}

/** All of the inbox by date, in pages of this size. */
export async function listed(mailbox: MailboxSession, limit: number, since = new Date(0)): Promise<FoundItem[]> {
  const found: FoundItem[] = [];
  for (let offset = 0; ;) {
    const page = await mailbox.findReceivedSince(inbox, since, { offset, limit });
    found.push(...page.items);
    if (page.last) return found;
    offset = page.nextOffset;
  }
}

/** What a call that must fail says. */
export async function detailsOf(call: Promise<unknown>): Promise<MailErrorDetails> {
  const outcome = await call.then(
    () => 'the call succeeded, and should not have',
    (error: unknown) => error,
  );
  if (outcome instanceof MailServerError) return outcome.details;
  throw outcome instanceof Error ? outcome : new Error(String(outcome));
}
