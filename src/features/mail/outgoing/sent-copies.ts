import { Inject, Injectable } from '@nestjs/common';
import { MailServerError } from '../../../drivers/port/mail-error.js';
import { Clock } from '../../../platform/clock/clock.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import { classify } from '../../failures/classify.js';
import type { MailboxRun } from '../../mailboxes/mailbox-run.js';
import { verdictOn } from './send-trouble.js';
import { SentCopiesStore, type SentCopy } from './sent-copies.store.js';
import { troubleScope } from './trouble-scope.js';

/** The copy appears when the server has got so far, and can be moved away by its owner before we see it. */
const pausesMs = [30_000, 120_000, 600_000, 3_600_000];
const copiesPerRun = 10;

/**
 * Deletes the copies of messages that were to leave none. They are sent with a copy all the same, for
 * where nothing is kept, a lost answer could never be told from a message that did not go out.
 */
@Injectable()
export class SentCopies {
  constructor(
    private readonly clock: Clock,
    private readonly store: SentCopiesStore,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /**
   * @returns how many were looked for
   * @throws the error of the server when it concerns the whole mailbox; LeaseLost; an abort
   */
  async clear(run: MailboxRun): Promise<number> {
    const copies = await this.store.due(run.mailbox.id, this.clock.now(), copiesPerRun);
    for (const copy of copies) {
      run.checkpoint();
      await this.clearOne(run, copy);
    }
    return copies.length;
  }

  private async clearOne(run: MailboxRun, copy: SentCopy): Promise<void> {
    try {
      const found = await run.session.findByMarker(copy.messageId, { signal: run.signal });
      const kept = found.filter(({ folder }) => folder === 'sentitems');
      for (const { id } of kept) await run.session.deleteItem(id, { signal: run.signal });
      if (kept.length > 0) return await run.commit((manager) => this.store.forget(manager, copy.messageId));
    } catch (error) {
      if (!(error instanceof MailServerError)) throw error;
      const failure = classify(error);
      const verdict = verdictOn(failure, 'look');
      // A copy that is denied must not stop the mailbox, or every run would fail on it.
      if (verdict === 'park' && (await troubleScope(run, failure, verdict)) === 'mailbox') throw error;
    }
    const pause = pausesMs[copy.looks];
    if (pause !== undefined)
      return run.commit((manager) => this.store.putOff(manager, copy.messageId, this.clock.in(pause)));
    await run.commit((manager) => this.store.forget(manager, copy.messageId));
    this.log.warn(
      { mailboxId: run.mailbox.id, messageId: copy.messageId },
      'the copy of a message that was to leave none may be left in Sent Items',
    );
  }
}
