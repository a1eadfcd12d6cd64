import { Injectable } from '@nestjs/common';
import { MailServerError } from '../../../drivers/port/mail-error.js';
import { Clock } from '../../../platform/clock/clock.js';
import { retryDelay } from '../../failures/backoff.js';
import { classify } from '../../failures/classify.js';
import type { MailboxRun } from '../../mailboxes/mailbox-run.js';
import { untouched, type OutgoingPosition } from './outgoing-state.js';
import { OutgoingStore, type WaitingMessage } from './outgoing.store.js';
import { verdictOn } from './send-trouble.js';
import { troubleScope } from './trouble-scope.js';

/** A draft that will not go is left to its owner. */
const maxTries = 10;

/** Takes the drafts of cancelled messages off the server. */
@Injectable()
export class DraftWithdrawal {
  constructor(
    private readonly clock: Clock,
    private readonly store: OutgoingStore,
  ) {}

  /**
   * Deletes the draft; what somebody sent by hand stays what it is. A draft that cannot be deleted now waits.
   * @throws the error of the server when it concerns more than this draft; LeaseLost; an abort
   */
  async withdraw(run: MailboxRun, message: WaitingMessage): Promise<void> {
    try {
      const found = await run.session.findByMarker(message.id, { signal: run.signal });
      const drafts = found.filter((item) => item.folder === 'drafts').map(({ id }) => id);
      // Where a server does not keep the marker, its id is all that is known of the draft; an item that moved has another.
      if (found.length === 0 && message.position.itemId !== null) drafts.push(message.position.itemId);
      for (const id of drafts) await run.session.deleteItem(id, { signal: run.signal });
      await this.settle(run, message, untouched, null, message.attempts);
    } catch (error) {
      if (!(error instanceof MailServerError)) throw error;
      const failure = classify(error);
      const scope = await troubleScope(run, failure, verdictOn(failure, 'look'));
      if (scope === 'mailbox' && verdictOn(failure, 'look') === 'park') throw error;
      // Later and behind the others, or a draft that cannot be deleted would hold up all mail for ever.
      const attempts = message.attempts + 1;
      if (attempts >= maxTries) await this.settle(run, message, untouched, null, attempts);
      else
        await this.settle(
          run,
          message,
          message.position,
          this.clock.in(retryDelay(attempts + 1, Math.random())),
          attempts,
        );
      if (scope === 'mailbox') throw error;
    }
  }

  private async settle(
    run: MailboxRun,
    { id, position: { step, doubtful }, failure }: WaitingMessage,
    position: OutgoingPosition,
    nextAttemptAt: Date | null,
    attempts: number,
  ): Promise<void> {
    const to = { state: 'cancelled', position, attempts, nextAttemptAt, failure } as const;
    await run.commit((manager) =>
      this.store.change(manager, id, { state: 'cancelled', step, doubtful }, to, this.clock.now()),
    );
  }
}
