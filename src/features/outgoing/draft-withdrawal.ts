import { Injectable } from '@nestjs/common';
import { MailServerError } from '../../mail/mail-error.js';
import { Clock } from '../../platform/clock/clock.js';
import { retryDelay } from '../failures/backoff.js';
import { classify } from '../failures/classify.js';
import type { MailboxRun } from '../mailboxes/mailbox-run.js';
import { untouched, type OutgoingPosition } from './outgoing-state.js';
import { OutgoingStore, type WaitingMessage } from './outgoing.store.js';
import { verdictOn } from './send-trouble.js';

/** A draft that will not go is left to its owner. */
const mostTries = 10;

/** Takes the drafts of cancelled messages off the server. */
@Injectable()
export class DraftWithdrawal {
  constructor(
    private readonly clock: Clock,
    private readonly store: OutgoingStore,
  ) {}

  /**
   * Deletes the draft; what somebody sent by hand stays what it is.
   * @throws the error of the server when it concerns more than this draft; LeaseLost; an abort
   */
  async withdraw(run: MailboxRun, message: WaitingMessage): Promise<void> {
    try {
      const found = await run.session.findByMarker(message.id, { signal: run.signal });
      for (const item of found) {
        if (item.folder === 'drafts') await run.session.deleteItem(item.id, { signal: run.signal });
      }
      await this.settle(run, message, untouched, null, message.attempts);
    } catch (error) {
      if (!(error instanceof MailServerError)) throw error;
      const failure = classify(error);
      if (verdictOn(failure, 'look') === 'park') throw error;
      // Later and behind the others, or a draft that cannot be deleted would hold up all mail for ever.
      const attempts = message.attempts + 1;
      if (attempts >= mostTries) await this.settle(run, message, untouched, null, attempts);
      else
        await this.settle(
          run,
          message,
          message.position,
          this.clock.in(retryDelay(attempts + 1, Math.random())),
          attempts,
        );
      if (failure.scope !== 'item') throw error;
    }
  }

  private async settle(
    run: MailboxRun,
    { id, position: { step }, failure }: WaitingMessage,
    position: OutgoingPosition,
    nextAttemptAt: Date | null,
    attempts: number,
  ): Promise<void> {
    const to = { state: 'cancelled', position, attempts, nextAttemptAt, failure } as const;
    await run.commit((manager) => this.store.change(manager, id, { state: 'cancelled', step }, to, this.clock.now()));
  }
}
