import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import type { NewEvent } from '../../feed/event.js';
import { EventsStore } from '../../feed/events.store.js';
import type { MailboxRun } from '../../mailboxes/mailbox-run.js';
import { ItemTroubles } from './item-troubles.js';
import { MessageItemsStore, type Settled } from './message-items.store.js';

/** Messages settled in one transaction. */
const step = 500;

/** Tells what becomes of messages after they came: read flags at once, moves and departures when they are certain. */
@Injectable()
export class MessageChanges {
  constructor(
    private readonly items: MessageItemsStore,
    private readonly troubles: ItemTroubles,
    private readonly events: EventsStore,
    private readonly clock: Clock,
  ) {}

  /** What one page of a folder's changes says of items that are stored. */
  async note(
    run: MailboxRun,
    folder: string,
    flags: readonly { itemId: string; isRead: boolean }[],
    left: readonly string[],
  ): Promise<void> {
    if (flags.length === 0 && left.length === 0) return;
    const now = this.clock.now();
    const seen = await run.commit(async (manager) => {
      const changed = await this.items.setRead(manager, run.mailbox.id, flags);
      await this.items.leave(manager, run.mailbox.id, folder, left, now);
      if (left.length > 0) await this.troubles.over(manager, run.mailbox.id, { readIds: [], otherIds: left }, now);
      await this.events.append(
        manager,
        changed.map(({ id, isRead }) => this.event(run, 'message.updated', id, { isRead })),
        now,
      );
      return changed.length;
    });
    run.stats.add('seen', seen);
  }

  /**
   * Announces where messages have gone.
   * @param seenSince with several folders: a message that left one is only called gone when a whole later
   *   run has not seen it in another; null with one folder, where there is nothing to wait for
   */
  async settle(run: MailboxRun, seenSince: Date | null): Promise<void> {
    for (;;) {
      run.signal.throwIfAborted();
      if (!(await this.items.hasUnsettled(run.mailbox.id, seenSince))) return;
      const now = this.clock.now();
      const settled = await run.commit(async (manager) => {
        const rows = await this.items.settle(manager, run.mailbox.id, seenSince, now, step);
        const told = rows.flatMap((row) => this.told(run, row));
        await this.events.append(manager, told, now);
        return { rows: rows.length, told: told.length };
      });
      run.stats.add('moved', settled.told);
      if (settled.rows < step) return;
    }
  }

  private told(run: MailboxRun, row: Settled): NewEvent[] {
    if (row.folder === null)
      return row.wasGone ? [] : [this.event(run, 'message.removed', row.id, { from: row.before })];
    if (row.wasGone) return [this.event(run, 'message.restored', row.id, { to: row.folder })];
    return row.before === row.folder
      ? []
      : [this.event(run, 'message.moved', row.id, { from: row.before, to: row.folder })];
  }

  private event(run: MailboxRun, type: NewEvent['type'], id: string, data: Record<string, unknown>): NewEvent {
    return {
      type,
      profileId: run.profile.id,
      mailboxId: run.mailbox.id,
      subjectId: id,
      data: { emailAddress: run.mailbox.emailAddress, ...data },
    };
  }
}
