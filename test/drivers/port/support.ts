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

/** The error of a call that must fail as the port says. */
export async function errorOf(call: Promise<unknown>): Promise<MailServerError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof MailServerError) return error;
    throw error;
  }
  throw new Error('The call succeeded, and should not have.');
}

/** What such an error says. */
export const detailsOf = async (call: Promise<unknown>): Promise<MailErrorDetails> => (await errorOf(call)).details;
