import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import type { MailboxRun } from '../../mailboxes/mailbox-run.js';
import { endedProcesses } from './item-failures.store.js';
import type { ItemTrouble } from './item-reader.js';
import { ItemReadingsStore } from './item-readings.store.js';

/** Operations on items that are marked as being read. */
interface Reading<R> {
  /** Reads and stores the items, and removes their marks in the same transaction. */
  readonly take: (itemIds: readonly string[]) => Promise<R>;
  /** Records that this item is not read, and removes its mark. */
  readonly setAside: (trouble: ItemTrouble) => Promise<R>;
}

/**
 * Marks items in the database while they are read. An item that was being read when a process ended is read alone, and
 * set aside if that happens twice, so that it cannot end a third process.
 */
@Injectable()
export class MarkedReading {
  constructor(
    private readonly readings: ItemReadingsStore,
    private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async read<R>(run: MailboxRun, itemIds: readonly string[], { take, setAside }: Reading<R>): Promise<R[]> {
    const mailboxId = run.mailbox.id;
    const unmarked = await this.readings.begin(mailboxId, itemIds, this.clock.now());
    const results: R[] = [];
    if (unmarked.size > 0)
      results.push(
        await this.ending(
          mailboxId,
          itemIds.filter((itemId) => unmarked.has(itemId)),
          take,
        ),
      );
    for (const itemId of itemIds) {
      if (unmarked.has(itemId)) continue;
      run.checkpoint();
      if (await this.readings.beginAgain(mailboxId, itemId, this.clock.now()))
        results.push(await this.ending(mailboxId, [itemId], take));
      else results.push(await setAside(endedTwice(itemId)));
    }
    return results;
  }

  private async ending<R>(
    mailboxId: string,
    itemIds: readonly string[],
    take: (itemIds: readonly string[]) => Promise<R>,
  ): Promise<R> {
    try {
      return await take(itemIds);
    } catch (error) {
      // If the database is unavailable the marks stay, and this process recognises them as its own.
      await this.readings.abandon(mailboxId, itemIds).catch((err: unknown) => {
        this.log.warn({ mailboxId, err }, 'could not remove the reading marks of items');
      });
      throw error;
    }
  }
}

const endedTwice = (itemId: string): ItemTrouble => ({
  itemId,
  code: endedProcesses,
  message: 'Two Postroom processes ended while reading this item. It is read again only on request.',
  asked: true,
  mayBeOutage: false,
  isStored: false,
  backOffMs: 0,
});
