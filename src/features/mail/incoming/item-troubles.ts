import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../platform/database/data-source.js';
import { endedProcesses, ItemFailuresStore, type ItemFailure } from './item-failures.store.js';
import type { GoneItem, ItemTrouble, ReadItems } from './item-reader.js';
import { missingRetryAfter, retryAfter, type KnownItemKind } from './item-retries.js';
import { UnreadableNotices } from './unreadable-notices.js';

type Failure = Omit<ItemFailure, 'reported'>;

/** What to record of one attempt for an item. */
interface FailedTry {
  readonly itemId: string;
  readonly kind: KnownItemKind;
  readonly code: string;
  readonly message: string;
  readonly asked: boolean;
  readonly backOffMs: number;
}

/** Stores the failures of items: records them, schedules the next attempt, and deletes them. */
@Injectable()
export class ItemTroubles {
  constructor(
    private readonly failures: ItemFailuresStore,
    private readonly notices: UnreadableNotices,
  ) {}

  /**
   * Records the result of a batch, in the transaction that stores it.
   * @param isOutage nothing of the mailbox was read in this run
   */
  async note(
    sql: Sql,
    mailboxId: string,
    folder: string,
    { messages, troubles, gone }: ReadItems,
    isOutage: boolean,
    now: Date,
  ): Promise<void> {
    const tried: FailedTry[] = troubles.map((trouble) => ({
      ...trouble,
      kind: trouble.isStored ? 'incomplete' : isOutage && trouble.mayBeOutage ? 'outage' : 'unread',
    }));
    const incomplete = messages.flatMap((message): FailedTry[] => {
      const lacks = lackOf(message);
      return lacks ? [{ itemId: message.item.id, kind: 'incomplete', ...lacks, asked: true, backOffMs: 0 }] : [];
    });
    const before = await this.failures.ofItems(
      sql,
      mailboxId,
      incomplete.map(({ itemId }) => itemId),
    );
    const goesOn = new Set(
      incomplete.map(({ itemId }) => itemId).filter((id) => before.get(id)?.kind === 'incomplete'),
    );
    const read = messages.map(({ item }) => item.id).filter((id) => !goesOn.has(id));
    await this.over(sql, mailboxId, { readIds: read, otherIds: [] }, now, messages.length > 0);
    await this.put(sql, mailboxId, folder, [...tried, ...incomplete], now);
    await this.putMissing(sql, mailboxId, folder, gone, isOutage && gone.length > 1, now);
  }

  /** Items have been read, or are no longer wanted. */
  async over(
    sql: Sql,
    mailboxId: string,
    { readIds, otherIds }: { readonly readIds: readonly string[]; readonly otherIds: readonly string[] },
    now: Date,
    works = false,
  ): Promise<void> {
    const read = await this.failures.forget(sql, mailboxId, readIds);
    const others = await this.failures.forget(sql, mailboxId, otherIds);
    if (works) await this.failures.resume(sql, mailboxId, read, now);
    // A notice also counts items that failed since it was opened, so the last of all closes it.
    if (read.length + others.length > 0) await this.notices.closeIfNone(sql, mailboxId, now);
  }

  private async put(
    sql: Sql,
    mailboxId: string,
    folder: string,
    tried: readonly FailedTry[],
    now: Date,
  ): Promise<void> {
    if (tried.length === 0) return;
    const known = await this.failures.ofItems(
      sql,
      mailboxId,
      tried.map(({ itemId }) => itemId),
    );
    const failures = tried.map((one) => afterTry(one, folder, known.get(one.itemId), now));
    await this.failures.put(sql, mailboxId, failures);
    const probed = failures.find(({ kind, retryAt }) => kind === 'outage' && retryAt !== null);
    if (probed?.retryAt) await this.failures.postponeOutage(sql, mailboxId, probed.retryAt);
  }

  /**
   * A server may not know an id yet that it has just listed, so it is requested again for some minutes. An item that
   * had failed before is gone.
   * @param isNoneFound several ids are unknown, and nothing was read
   */
  private async putMissing(
    sql: Sql,
    mailboxId: string,
    folder: string,
    gone: readonly GoneItem[],
    isNoneFound: boolean,
    now: Date,
  ): Promise<void> {
    if (gone.length === 0) return;
    const goneIds = gone.map(({ itemId }) => itemId);
    const known = await this.failures.ofItems(sql, mailboxId, goneIds);
    const ageOf = (itemId: string) => now.getTime() - (known.get(itemId)?.firstAt ?? now).getTime();
    const isOver = (itemId: string) => missingRetryAfter(ageOf(itemId), isNoneFound) === null;
    await this.over(sql, mailboxId, { readIds: [], otherIds: goneIds.filter(isOver) }, now);
    const tried = gone
      .filter(({ itemId }) => !isOver(itemId))
      .map(({ itemId, code }): Failure => {
        const before = known.get(itemId);
        return {
          itemId,
          folder,
          kind: 'missing',
          attempts: (before?.attempts ?? 0) + 1,
          code,
          message: 'The server has told of this item and does not know it.',
          firstAt: before?.firstAt ?? now,
          retryAt: inMs(now, missingRetryAfter(ageOf(itemId), isNoneFound) ?? 0),
        };
      });
    await this.failures.put(sql, mailboxId, tried);
  }
}

function afterTry(
  { itemId, kind: first, code, message, asked, backOffMs }: FailedTry,
  folder: string,
  before: ItemFailure | undefined,
  now: Date,
): Failure {
  // What it once failed with stays its kind, until something of the mailbox is read.
  const kind = !before || before.kind === 'missing' ? first : before.kind;
  const firstAt = before?.firstAt ?? now;
  const attempts = (before?.attempts ?? 0) + (asked ? 1 : 0);
  if (!asked && before) return { ...before, folder };
  const wait = code === endedProcesses ? null : retryAfter(kind, attempts, now.getTime() - firstAt.getTime());
  const retryAt = wait === null ? null : inMs(now, Math.max(wait, Math.min(backOffMs, longestBackOffMs)));
  return { itemId, folder, kind, attempts, code, message, firstAt, retryAt };
}

/** The back-off time of a server is limited to an hour. */
const longestBackOffMs = 60 * 60_000;

const inMs = (now: Date, ms: number): Date => new Date(now.getTime() + ms);

/** What a stored message lacks. */
function lackOf({ content }: ReadItems['messages'][number]): Pick<ItemTrouble, 'code' | 'message'> | null {
  if (content.incomplete) return content.incomplete;
  const lacking = content.attachments.find(({ unavailable }) => unavailable);
  if (!lacking?.unavailable) return null;
  const name = lacking.filename === null ? 'an attachment' : `the attachment ${lacking.filename}`;
  return { code: lacking.unavailable.code, message: `${name} cannot be read: ${lacking.unavailable.message}` };
}
