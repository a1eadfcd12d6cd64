import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import type { MailboxRun, RunResult } from '../../mailboxes/mailbox-run.js';
import { lanes } from '../../scheduling/work.js';
import { DraftWithdrawal } from './draft-withdrawal.js';
import { MessageSender } from './message-sender.js';
import { OutgoingStore } from './outgoing.store.js';
import type { Hold } from './sending-pace.js';
import { SendingPaceStore } from './sending-pace.store.js';
import { SentCopies } from './sent-copies.js';
import { ServerKnowledgeSource, type ServerKnowledge } from './server-knowledge.js';
import { SentCopiesStore } from './sent-copies.store.js';

/** After so many a run ends and queues up again, so that one busy mailbox does not hold its place for ever. */
const messagesPerRun = 20;

/** Messages in trouble of their own; the next run goes on with the others, for these wait by then. */
const maxTroubled = 10;
const pauseMs = 5_000;

/** Sends what waits in one mailbox, in the order in which it was accepted. */
@Injectable()
export class OutgoingRun {
  constructor(
    private readonly clock: Clock,
    private readonly store: OutgoingStore,
    private readonly sender: MessageSender,
    private readonly knowledge: ServerKnowledgeSource,
    private readonly drafts: DraftWithdrawal,
    private readonly pace: SendingPaceStore,
    private readonly copies: SentCopies,
    private readonly copiesStore: SentCopiesStore,
  ) {}

  async perform(run: MailboxRun): Promise<RunResult> {
    const mailboxId = run.mailbox.id;
    const tried: string[] = [];
    let provedWell = false;
    let troubled = 0;
    /** An error that the mailbox is cleared of by the next message that goes out. */
    let unproven: { readonly error: unknown } | null = null;
    let server: ServerKnowledge | null = null;
    while (tried.length < messagesPerRun && troubled < maxTroubled) {
      run.checkpoint();
      const hold = await this.holdOf(run);
      const message = await this.store.nextWaiting(mailboxId, this.clock.now(), tried, hold !== null);
      if (!message) break;
      tried.push(message.id);
      if (message.state === 'cancelled') {
        await this.drafts.withdraw(run, message);
        run.stats.add('withdrawn', 1);
        continue;
      }
      server ??= await this.knowledge.of(run.profile.id);
      const result = await this.sender.send(run, message, server);
      if (result.outcome === 'sent') {
        provedWell = true;
        unproven = null;
      } else if (result.outcome === 'unproven') {
        if (unproven) throw unproven.error;
        unproven = result;
      }
      if (result.outcome === 'troubled' || result.outcome === 'unproven') troubled += 1;
    }
    if (unproven) throw unproven.error;
    const copies = await this.copies.clear(run);
    // This run is the probe that brings a stopped mailbox back, and a run without a call would prove nothing.
    const isProbe = run.mailbox.state !== 'active';
    if (isProbe && !provedWell) await run.session.openFolder({ distinguished: 'drafts' }, { signal: run.signal });
    const nextInMs = await this.nextInMs(run);
    return {
      nextInMs: troubled < maxTroubled ? nextInMs : Math.max(nextInMs ?? 0, pauseMs),
      lane: lanes.routine,
      contacted: tried.length > 0 || copies > 0 || isProbe,
    };
  }

  private holdOf(run: MailboxRun): Promise<Hold | null> {
    return this.pace.holdOf(run.mailbox.id, this.clock.now());
  }

  private async nextInMs(run: MailboxRun): Promise<number | null> {
    const mailboxId = run.mailbox.id;
    const hold = await this.holdOf(run);
    const now = this.clock.now();
    const due = await this.store.nextDue(mailboxId, now, hold?.until);
    if (due && hold?.reason === 'rate-limit')
      await run.commit((manager) => this.pace.noteRateLimit(manager, mailboxId, hold.until));
    const copyDue = await this.copiesStore.nextDue(mailboxId);
    const earliest = due && copyDue ? (due < copyDue ? due : copyDue) : (due ?? copyDue);
    return earliest && Math.max(0, earliest.getTime() - now.getTime());
  }
}
