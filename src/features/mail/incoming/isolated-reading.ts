import { MailServerError } from '../../../drivers/port/mail-error.js';
import type { FetchedItem, FetchResult } from '../../../drivers/port/mail-item.js';
import { classify } from '../../failures/classify.js';
import { narrowDown, type NarrowedCall } from '../../failures/narrow-down.js';
import type { MailboxRun } from '../../mailboxes/mailbox-run.js';
import { attributeInFolder, FolderUnreadable, mayBeNarrow } from './folder-attribution.js';

/** What one item came to. */
export type ItemResult =
  | { readonly ok: true; readonly itemId: string; readonly item: FetchedItem }
  | {
      readonly ok: false;
      readonly itemId: string;
      readonly error: MailServerError;
      /** False: the server was not asked, for it had failed at all that were asked before. */
      readonly asked: boolean;
    };

/** A call about some items of a folder, with a result for each. */
export type ItemsCall = (itemIds: readonly string[]) => Promise<readonly FetchResult[]>;

/** So many calls or items that fail in a row: the run asks for no more. */
const maxFailed = { calls: 8, items: 10, signIns: 3 };
/** Where an item was read before, it takes more: damaged items often lie side by side. */
const patience = 4;
/** So many items of a batch in a row that failed alone as well: the others are spared the call. */
const maxAskedInVain = 3;

/**
 * Reads items so that each error counts against exactly the item that has it. A call that fails as a whole is
 * halved until what spoils it stands alone, once the folder is known to open; an error of all items is theirs
 * only then, too. A server that fails at everything is given up on after a few calls.
 *
 * One for all that a run reads for one purpose.
 */
export class IsolatedReading {
  private failedCalls = 0;
  private refusedSignIns = 0;
  private failedItems = 0;
  private reads = 0;
  private lastError: MailServerError | null = null;

  private readonly metBefore: Set<string>;

  /** @param metBefore codes of earlier attempts, see `mayBeNarrow` */
  constructor(
    private readonly run: Pick<MailboxRun, 'session' | 'signal'>,
    metBefore: Iterable<string> = [],
  ) {
    this.metBefore = new Set(metBefore);
  }

  /** Adds codes of earlier attempts of items that are retried. */
  expect(codes: readonly string[]): void {
    for (const code of codes) this.metBefore.add(code);
  }

  /** Whether an error may be caused by one item or a part of it. */
  mayBeNarrow(error: MailServerError): boolean {
    return mayBeNarrow(error, this.metBefore);
  }

  /** Whether any item was read. */
  get hasRead(): boolean {
    return this.reads > 0;
  }

  /** The error to count items with that are not asked for any more; null while the server is still asked. */
  get givenUpOver(): MailServerError | null {
    const factor = this.hasRead ? patience : 1;
    const isGivenUp =
      this.refusedSignIns >= maxFailed.signIns ||
      this.failedCalls >= maxFailed.calls * factor ||
      this.failedItems >= maxFailed.items * factor;
    return isGivenUp ? this.lastError : null;
  }

  /** An item was read, in whatever way. */
  noteRead(): void {
    this.reads += 1;
    this.failedCalls = 0;
    this.refusedSignIns = 0;
    this.failedItems = 0;
  }

  /** A call about one item failed. */
  noteFailedCall(error: MailServerError): void {
    this.failedCalls += 1;
    if (error.details.kind === 'credentials-refused') this.refusedSignIns += 1;
    this.lastError = error;
  }

  /**
   * @returns a result for each item, in the order asked
   * @throws MailServerError that is not the items'; FolderUnreadable when it is the folder's
   */
  async fetch(folder: string, itemIds: readonly string[], call: ItemsCall): Promise<ItemResult[]> {
    const narrowed = this.narrowed(call);
    let results: readonly ItemResult[];
    try {
      results = await narrowed.call(itemIds);
    } catch (error) {
      if (!(error instanceof MailServerError)) throw error;
      await this.throwUnlessItems(folder, error);
      // Refusals in a row can lock the account, so each item is requested alone: most are accepted.
      if (error.details.kind === 'credentials-refused') return oneByOne(itemIds, narrowed);
      // Asked once more as it was: a call that failed by chance comes through.
      return narrowDown(itemIds, narrowed);
    }
    await this.checkAllFailed(folder, results);
    return this.askAlone(results, narrowed);
  }

  /**
   * What failed beside items that were read, by an error that need not be its own, is asked for alone: a server may
   * answer only some items of a call, and leave the others out or call itself too busy for them.
   */
  private async askAlone(
    results: readonly ItemResult[],
    narrowed: NarrowedCall<string, ItemResult>,
  ): Promise<ItemResult[]> {
    const answers: ItemResult[] = [];
    let inVain = results.some(({ ok }) => ok) ? 0 : maxAskedInVain;
    for (const result of results) {
      if (result.ok || inVain >= maxAskedInVain || !result.asked || isGone(result.error) || isOfItem(result.error)) {
        answers.push(result);
        continue;
      }
      const [alone] = await narrowDown([result.itemId], narrowed);
      inVain = alone?.ok === true ? 0 : inVain + 1;
      answers.push(alone ?? result);
    }
    return answers;
  }

  /** @throws the error, or FolderUnreadable, when it counts against more than what was asked for */
  async throwUnlessItems(folder: string, error: MailServerError): Promise<void> {
    if (!this.mayBeNarrow(error)) throw error;
    const scope = await attributeInFolder(this.run, folder, 'item');
    if (scope === 'folder') throw new FolderUnreadable(folder, error);
    if (scope === 'mailbox') throw error;
  }

  private narrowed(call: ItemsCall): NarrowedCall<string, ItemResult> {
    return {
      call: async (part) => {
        this.run.signal.throwIfAborted();
        const over = this.givenUpOver;
        if (over !== null) return part.map((itemId) => ({ ok: false, itemId, error: over, asked: false }));
        try {
          return this.noted((await call(part)).map((result) => (result.ok ? result : { ...result, asked: true })));
        } catch (error) {
          if (error instanceof MailServerError) this.noteFailedCall(error);
          throw error;
        }
      },
      mayBeOne: (error) => error instanceof MailServerError && this.mayBeNarrow(error),
      failed: (itemId, error) => {
        if (!(error instanceof MailServerError)) throw error;
        return { ok: false, itemId, error, asked: true };
      },
    };
  }

  private noted(results: readonly ItemResult[]): readonly ItemResult[] {
    for (const result of results) {
      if (result.ok) this.noteRead();
      else if (!isGone(result.error)) {
        this.failedItems += 1;
        this.lastError = result.error;
      }
    }
    return results;
  }

  /** When no item is readable, an error that is not surely an item's own is one only where the folder opens. */
  private async checkAllFailed(folder: string, results: readonly ItemResult[]): Promise<void> {
    if (results.some((result) => result.ok || !result.asked)) return;
    const [doubtful] = results.flatMap((result) => (result.ok || isOfItem(result.error) ? [] : [result.error]));
    if (doubtful) await this.throwUnlessItems(folder, doubtful);
  }
}

async function oneByOne(itemIds: readonly string[], narrowed: NarrowedCall<string, ItemResult>): Promise<ItemResult[]> {
  const results: ItemResult[] = [];
  for (const itemId of itemIds) results.push(...(await narrowDown([itemId], narrowed)));
  return results;
}

/** Whether the server does not know the item. */
export const isGone = ({ details }: MailServerError): boolean => details.kind === 'item-gone';

/** An error that by its class can only be an item's own. */
export const isOfItem = (error: MailServerError): boolean => classify(error).scope === 'item';
