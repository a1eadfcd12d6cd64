import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Problem } from '../../platform/http/problem.js';
import { doingOf, isSo, type BulkAction } from './mailbox-bulk-action.js';
import type { BulkResult, BulkRow } from './mailbox-bulk.schemas.js';
import { Mailboxes } from './mailboxes.js';
import { MailboxesStore } from './mailboxes.store.js';

type Reach = readonly string[] | null;

/** What people do with many mailboxes at once: to each what its own route does. */
@Injectable()
export class MailboxBulk {
  constructor(
    private readonly mailboxes: Mailboxes,
    private readonly store: MailboxesStore,
  ) {}

  /**
   * Each row has its own result; one that is refused leaves nothing behind and does not stop the others.
   * @param by id of the caller's API key, for the history
   */
  async run(
    manager: EntityManager,
    action: BulkAction,
    ids: readonly string[],
    reach: Reach,
    by: string,
  ): Promise<BulkResult> {
    const rows = new Map<string, BulkRow>();
    const locked = await this.store.lockMany(manager, ids, reach);
    // What mailboxes share (pacing, incidents) is locked on the way, by everybody in the one order.
    const inOrder = locked.toSorted((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0));
    for (const mailbox of inOrder) {
      const row = isSo(action, mailbox)
        ? ({ id: mailbox.id, result: 'unchanged' } as const)
        : await this.one(manager, action, mailbox.id, reach, by);
      rows.set(mailbox.id, row);
    }
    const results = [...new Set(ids)].map((id): BulkRow => rows.get(id) ?? { id, result: 'not-found' });
    const count = (...wanted: BulkRow['result'][]) => results.filter(({ result }) => wanted.includes(result)).length;
    return { done: count('done'), failed: count('not-found', 'refused'), results };
  }

  private async one(
    manager: EntityManager,
    action: BulkAction,
    id: string,
    reach: Reach,
    by: string,
  ): Promise<BulkRow> {
    const doing = doingOf[action];
    try {
      // Within a transaction this is a savepoint.
      await manager.transaction((own) =>
        'event' in doing
          ? this.mailboxes.act(own, id, doing.event, reach, by)
          : this.mailboxes.change(own, id, doing.patch, reach, by),
      );
      return { id, result: 'done' };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const { code, title, remediation } = error.kind;
      return { id, result: 'refused', problem: { code, title, remediation } };
    }
  }
}
