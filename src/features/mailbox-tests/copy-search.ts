import type { FetchResult } from '../../drivers/port/mail-item.js';
import type { DistinguishedFolder, MailboxSession } from '../../drivers/port/mail-server.js';
import { isOwnMessage, ownTokenOf } from '../mailboxes/own-test-id.js';
import { recentItems } from './recent-items.js';

/** Clocks of servers differ. */
const toleranceMs = 15 * 60_000;
/** Items that are read because their listing names no message of ours: those that arrived last. */
const maxRead = 50;
const readAtOnce = 10;
/** Looks before items are read that have a Message-ID, which is another one: mostly ours just has not arrived yet. */
const looksBeforeReading = 3;

type Session = Pick<MailboxSession, 'findReceivedSince' | 'syncFolder' | 'fetchItemHeaders'>;

/** The message that is looked for. */
export interface SoughtMessage {
  readonly token: string;
  /** The mailbox that sent it to itself. */
  readonly address: string;
  /** When it was sent, at the earliest. */
  readonly sentAt: Date;
}

/** Looks for copies of one message again and again, and reads no item twice. */
export class CopySearch {
  private readonly others = new Set<string>();
  private looks = 0;

  constructor(
    private readonly session: Session,
    private readonly sought: SoughtMessage,
    private readonly options: { readonly readsAtOnce?: boolean } = {},
  ) {}

  /**
   * By the Message-ID, and where no item has it by what else names the message: servers drop and rewrite the
   * Message-ID of what they send.
   * @returns ids of the copies in the folder
   */
  async in(folder: DistinguishedFolder, signal?: AbortSignal): Promise<string[]> {
    const { token, address, sentAt } = this.sought;
    const since = new Date(sentAt.getTime() - toleranceMs);
    const readsAll = this.options.readsAtOnce === true || (this.looks += 1) > looksBeforeReading;
    const found: string[] = [];
    const unnamed: string[] = [];
    const items = await recentItems(this.session, { distinguished: folder }, since, signal);
    for (const { id, internetMessageId } of items) {
      const named = ownTokenOf({ internetMessageId });
      if (named?.token === token) found.push(id);
      else if (named === null && (readsAll || internetMessageId === null) && !this.others.has(id)) unnamed.push(id);
    }
    if (found.length > 0) return found;
    const latest = unnamed.slice(-maxRead);
    for (let start = 0; start < latest.length; start += readAtOnce) {
      const batch = latest.slice(start, start + readAtOnce);
      for (const result of await this.headersOf(batch, signal)) {
        if (!result.ok) continue;
        if (isOwnMessage(result.item.properties, token, address)) found.push(result.itemId);
        else this.others.add(result.itemId);
      }
    }
    return found;
  }

  /** Some servers answer only the first items of a call: the others are asked for alone, while that helps. */
  private async headersOf(itemIds: readonly string[], signal?: AbortSignal): Promise<FetchResult[]> {
    const call = signal ? { signal } : {};
    const results = await this.session.fetchItemHeaders(itemIds, call);
    const left = results.filter((result) => !result.ok && result.error.details.kind !== 'item-gone');
    if (left.length === 0 || left.length === results.length) return results;
    const alone: FetchResult[] = [];
    for (const { itemId } of left) {
      const [result] = await this.session.fetchItemHeaders([itemId], call);
      if (!result?.ok) break;
      alone.push(result);
    }
    return [...results.filter(({ ok }) => ok), ...alone];
  }
}
