import type { MailboxSession } from '../../mail/mail-server.js';

const inbox = { distinguished: 'inbox' } as const;
/** Clocks of servers differ. */
const toleranceMs = 15 * 60_000;
const pageSize = 500;
const mostPages = 10;

/**
 * Ids of what has arrived in the inbox of a message from the mailbox to itself.
 * @param isOurs by its Message-ID
 * @param sentAt when it was sent, at the earliest
 */
export async function copiesInInbox(
  session: Pick<MailboxSession, 'findReceivedSince'>,
  isOurs: (internetMessageId: string | null) => boolean,
  sentAt: Date,
  signal?: AbortSignal,
): Promise<string[]> {
  const since = new Date(sentAt.getTime() - toleranceMs);
  const options = signal ? { signal } : {};
  const found: string[] = [];
  let offset = 0;
  for (let page = 0; page < mostPages; page += 1) {
    const result = await session.findReceivedSince(inbox, since, { offset, limit: pageSize }, options);
    found.push(...result.items.filter((item) => isOurs(item.internetMessageId)).map(({ id }) => id));
    if (result.last) break;
    offset = result.nextOffset;
  }
  return found;
}
