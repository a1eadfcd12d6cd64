import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { MailboxRun, RunResult } from '../mailboxes/mailbox-run.js';
import { lanes } from '../scheduling/work.js';
import { DraftWithdrawal } from './draft-withdrawal.js';
import { MessageSender } from './message-sender.js';
import { OutgoingStore } from './outgoing.store.js';

/** After so many a run ends and queues up again, so that one busy mailbox does not hold its place for ever. */
const messagesPerRun = 20;

/** Sends what waits in one mailbox, in the order in which it was accepted. */
@Injectable()
export class OutgoingRun {
  constructor(
    private readonly clock: Clock,
    private readonly store: OutgoingStore,
    private readonly sender: MessageSender,
    private readonly drafts: DraftWithdrawal,
  ) {}

  async perform(run: MailboxRun): Promise<RunResult> {
    const mailboxId = run.mailbox.id;
    const tried: string[] = [];
    let provedWell = false;
    while (tried.length < messagesPerRun) {
      run.goOn();
      const message = await this.store.nextWaiting(mailboxId, this.clock.now(), tried);
      if (!message) break;
      tried.push(message.id);
      if (message.state === 'cancelled') await this.drafts.withdraw(run, message);
      else if (await this.sender.send(run, message)) provedWell = true;
    }
    // This run is the probe that brings a failed mailbox back, and a run without a call would prove nothing.
    if (run.mailbox.state === 'failed' && !provedWell)
      await run.session.openFolder({ distinguished: 'drafts' }, { signal: run.signal });
    const now = this.clock.now();
    const due = await this.store.nextDue(mailboxId, now);
    return {
      nextInMs: due && Math.max(0, due.getTime() - now.getTime()),
      lane: lanes.routine,
      contacted: tried.length > 0 || run.mailbox.state === 'failed',
    };
  }
}
