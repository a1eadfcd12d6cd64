import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { MailServerError } from '../../../drivers/port/mail-error.js';
import type { MarkedItem } from '../../../drivers/port/mail-server.js';
import { Clock } from '../../../platform/clock/clock.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import { EventsStore } from '../../feed/events.store.js';
import { retryDelay } from '../../failures/backoff.js';
import { storedFailure, type Failure, type StoredFailure } from '../../failures/failure.js';
import type { MailboxRun } from '../../mailboxes/mailbox-run.js';
import { deliveryDoubt } from './delivery-doubt.js';
import { OutgoingMetrics } from './outgoing-metrics.js';
import { untouched, type OutgoingPosition, type OutgoingState } from './outgoing-state.js';
import { isTooManyInDoubt, OutgoingStore, type OutgoingChange, type WaitingMessage } from './outgoing.store.js';
import { quotaWait, SendingHeld, type Hold } from './sending-pace.js';
import { SendingPaceStore } from './sending-pace.store.js';
import { SentCopiesStore } from './sent-copies.store.js';
import { sendMessage, type SendResult } from './send-protocol.js';
import { countAttempt, maxAttempts } from './send-trouble.js';
import { observeSubmitted, type ServerKnowledge } from './server-knowledge.js';
import { troubleScope } from './trouble-scope.js';

type Trouble = Extract<SendResult, { outcome: 'trouble' }>;

/** A message as it stands in its row, which the next write must find unchanged. */
interface Journal {
  readonly message: WaitingMessage;
  state: OutgoingState;
  position: OutgoingPosition;
}

/** Once submitting began nobody can say any more that the message has not left. */
const waitingState = ({ isRepeat }: WaitingMessage, { step, doubtful }: OutgoingPosition): OutgoingState =>
  isRepeat || step === 'submitting' || doubtful > 0 ? 'sending' : 'pending';

const placeOf = ({ state, position: { step, doubtful } }: Journal) => ({ state, step, doubtful });

/** How one message of a run ended. */
export type SendOutcome =
  /** `waits`: it failed for good, was withdrawn, or waits for reasons of its own. */
  | { readonly outcome: 'sent' | 'waits' }
  /** It met trouble of its own. */
  | { readonly outcome: 'troubled' }
  /** Another message of the mailbox decides whether this error is the message's or the mailbox's. */
  | { readonly outcome: 'unproven'; readonly error: unknown };

/** Sends one message of a run and writes down what came of it. */
@Injectable()
export class MessageSender {
  constructor(
    private readonly clock: Clock,
    private readonly store: OutgoingStore,
    private readonly events: EventsStore,
    private readonly metrics: OutgoingMetrics,
    private readonly pace: SendingPaceStore,
    private readonly copies: SentCopiesStore,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** @throws the error of the server when it concerns more than this message; LeaseLost; an abort */
  async send(run: MailboxRun, message: WaitingMessage, server: ServerKnowledge): Promise<SendOutcome> {
    const journal: Journal = { message, state: message.state, position: message.position };
    const result = await this.trySending(run, journal, server);
    switch (result.outcome) {
      case 'sent':
        await this.sent(run, journal, result, server);
        return { outcome: 'sent' };
      case 'withdrawn':
        return { outcome: 'waits' };
      case 'undecided':
        await this.giveUp(run, journal, result.position, this.stored(result.failure) ?? message.failure);
        return { outcome: 'waits' };
      case 'held': {
        // Only what is looked up waits for itself; the rest waits with the mailbox.
        const nextAttemptAt = result.position.step === 'submitting' ? result.hold.until : null;
        await this.write(run, journal, {
          state: waitingState(message, result.position),
          position: result.position,
          nextAttemptAt,
        });
        return { outcome: 'waits' };
      }
      case 'unseen':
        await this.write(run, journal, {
          state: waitingState(message, result.position),
          position: result.position,
          nextAttemptAt: this.clock.in(result.waitMs),
          failure: this.stored(result.failure) ?? message.failure,
        });
        this.metrics.tried('unseen');
        return { outcome: 'waits' };
      case 'trouble':
        return this.troubled(run, journal, result);
    }
  }

  private stored(failure: Failure | null): StoredFailure | null {
    return failure && storedFailure(failure, 'outgoing', this.clock.now());
  }

  private async trySending(
    run: MailboxRun,
    journal: Journal,
    server: ServerKnowledge,
  ): Promise<SendResult | { readonly outcome: 'held'; readonly position: OutgoingPosition; readonly hold: Hold }> {
    const { message } = journal;
    try {
      return await sendMessage(message.id, message.position, {
        session: run.session,
        signal: run.signal,
        server,
        attachments: message.attachments,
        sendsAsOther: message.sendsAsOther,
        note: (position) => {
          const reserve = (manager: EntityManager) => this.reserve(manager, run, message.id);
          const also = position.step === 'submitting' ? reserve : undefined;
          return this.write(run, journal, { state: 'sending', position }, also);
        },
        draft: () => this.store.draftOf(message.id),
      });
    } catch (error) {
      // The last resort, should the code ever be wrong: the database takes no third submission.
      if (isTooManyInDoubt(error)) return { outcome: 'undecided', position: journal.position, failure: null };
      if (!(error instanceof SendingHeld)) throw error;
      return { outcome: 'held', position: journal.position, hold: error.hold };
    }
  }

  /** In the transaction that announces the submission: a crash can waste a place, but no two workers share one. */
  private async reserve(manager: EntityManager, run: MailboxRun, messageId: string): Promise<void> {
    const hold = await this.pace.reserve(manager, run.mailbox.id, messageId, this.clock.now());
    if (hold) throw new SendingHeld(hold);
  }

  private async sent(
    run: MailboxRun,
    journal: Journal,
    result: Extract<SendResult, { outcome: 'sent' }>,
    server: ServerKnowledge,
  ): Promise<void> {
    const { message } = journal;
    const written = await run.commit(async (manager) => {
      const now = this.clock.now();
      const to = {
        state: 'sent',
        position: result.position,
        attempts: message.attempts,
        nextAttemptAt: null,
        failure: null,
      } as const;
      if (!(await this.store.change(manager, message.id, placeOf(journal), to, now))) return false;
      // One that was found to have gone out earlier says nothing of what the server takes now.
      if (result.seen === null) await this.pace.relieve(manager, run.mailbox.id);
      if (!message.saveToSentItems) await this.copies.add(manager, run.mailbox.id, message.id, now);
      await this.events.append(manager, [this.event(run, message, 'outgoing.sent', {})], now);
      return true;
    });
    if (!written) return;
    run.stats.add('sent', 1);
    this.metrics.tried('sent');
    // A save whose answer was lost may have been repeated, and then there are two drafts.
    if (message.position.step === 'saving' || result.seen) await this.removeTwins(run, message, result);
    // Only what was submitted just now, and answered with success, tells how the server treats what it sends.
    const { itemId } = result.position;
    if (result.seen === null && result.wasReadable && itemId !== null)
      await observeSubmitted(run.session, itemId, server, run.signal);
  }

  private async troubled(run: MailboxRun, journal: Journal, trouble: Trouble): Promise<SendOutcome> {
    const { message } = journal;
    const { position, failure, verdict } = trouble;
    const stored = storedFailure(failure, 'outgoing', this.clock.now());
    if (verdict === 'hold') {
      await this.hold(run, journal, trouble, stored);
      return { outcome: 'waits' };
    }
    if (verdict === 'fail') {
      await this.failForGood(run, journal, { position, attempts: message.attempts + 1, failure: stored });
      return { outcome: 'waits' };
    }
    const scope = await troubleScope(run, failure, verdict);
    const blamed = failure.scope === 'item' || (await this.othersWentOut(run, message));
    const isParked = verdict === 'park' && scope !== 'message';
    const attempts = isParked && !blamed ? message.attempts : countAttempt(message.attempts, blamed);
    if (attempts >= maxAttempts) {
      if (position.doubtful > 0) await this.giveUp(run, journal, position, stored);
      else await this.failForGood(run, journal, { position, attempts, failure: stored });
    } else {
      // Half a step behind the mailbox's own pause, so that the next run begins with the others.
      const nextAttemptAt = this.clock.in(retryDelay(attempts + 1, Math.random(), failure.backOffMs ?? 0));
      const isNews = scope === 'message' && message.failure?.code !== failure.code;
      const data = { code: failure.code, nextAttemptAt: nextAttemptAt.toISOString() };
      await this.write(
        run,
        journal,
        { state: waitingState(message, position), position, attempts, nextAttemptAt, failure: stored },
        async (manager) => {
          if (isNews)
            await this.events.append(manager, [this.event(run, message, 'outgoing.delayed', data)], this.clock.now());
        },
      );
      if (!isParked) run.stats.add('waiting', 1);
      this.metrics.tried(isParked ? 'parked' : 'delayed');
    }
    if (scope === 'mailbox') throw trouble.error;
    return scope === 'unproven' ? { outcome: 'unproven', error: trouble.error } : { outcome: 'troubled' };
  }

  /** Whether it was delivered nothing can tell: a person decides. Its draft, if there is one, is not touched. */
  private async giveUp(
    run: MailboxRun,
    journal: Journal,
    position: OutgoingPosition,
    last: StoredFailure | null,
  ): Promise<void> {
    const failure = deliveryDoubt(last, this.clock.now());
    await this.failForGood(run, journal, { position, attempts: journal.message.attempts, failure });
    this.log.warn(
      { mailboxId: run.mailbox.id, messageId: journal.message.id, cause: last?.code ?? null },
      'a message may have been delivered; a person has to decide whether it is sent again',
    );
  }

  /** The message is not to blame, and neither is the mailbox, which goes on receiving. */
  private async hold(run: MailboxRun, journal: Journal, trouble: Trouble, failure: StoredFailure): Promise<void> {
    const { message } = journal;
    const { position } = trouble;
    await this.write(run, journal, { state: waitingState(message, position), position, failure }, (manager) =>
      this.pace.strike(manager, run.mailbox.id, failure, (strikes) =>
        this.clock.in(quotaWait(strikes, Math.random(), trouble.failure.backOffMs ?? 0)),
      ),
    );
    run.stats.add('held', 1);
    this.metrics.tried('held');
    this.log.warn({ mailboxId: run.mailbox.id, code: failure.code }, 'the server’s quota holds up a mailbox’s sending');
  }

  private async othersWentOut(run: MailboxRun, message: WaitingMessage): Promise<boolean> {
    return message.failure !== null && this.store.sentSince(run.mailbox.id, new Date(message.failure.at));
  }

  private async failForGood(
    run: MailboxRun,
    journal: Journal,
    end: Pick<OutgoingChange, 'position' | 'attempts'> & { failure: NonNullable<OutgoingChange['failure']> },
  ): Promise<void> {
    const { message } = journal;
    const position = await this.removeDraft(run, end.position);
    const written = await run.commit(async (manager) => {
      const now = this.clock.now();
      const to = {
        state: 'failed',
        position,
        attempts: end.attempts,
        nextAttemptAt: null,
        failure: end.failure,
      } as const;
      if (!(await this.store.change(manager, message.id, placeOf(journal), to, now))) return false;
      const data = { code: end.failure.code, mayHaveBeenSent: position.step === 'submitting' || message.isRepeat };
      await this.events.append(manager, [this.event(run, message, 'outgoing.failed', data)], now);
      return true;
    });
    if (!written) return;
    run.stats.add('failed', 1);
    this.metrics.tried('failed');
  }

  /** @returns the position without the draft, or the same one when it stays: what may have been submitted is not touched. */
  private async removeDraft(run: MailboxRun, position: OutgoingPosition): Promise<OutgoingPosition> {
    if (position.step !== 'saved' || position.itemId === null) return position;
    try {
      await run.session.deleteItem(position.itemId, { signal: run.signal });
      return untouched;
    } catch (error) {
      if (!(error instanceof MailServerError)) throw error;
      return position;
    }
  }

  /** Only drafts, and never the one that was submitted, which may still be on its way. Tidiness, so errors are only logged. */
  private async removeTwins(
    run: MailboxRun,
    message: WaitingMessage,
    { position, seen }: { position: OutgoingPosition; seen: readonly MarkedItem[] | null },
  ): Promise<void> {
    try {
      const found = seen ?? (await run.session.findByMarker(message.id, { signal: run.signal }));
      for (const item of found) {
        if (item.folder === 'drafts' && item.id !== position.itemId)
          await run.session.deleteItem(item.id, { signal: run.signal });
      }
    } catch (error) {
      if (!(error instanceof MailServerError)) throw error;
      this.log.warn(
        { mailboxId: run.mailbox.id, messageId: message.id, code: error.code },
        'a second draft of a sent message may be left in Drafts',
      );
    }
  }

  /** @returns false when the row is no longer where the journal knows it to be */
  private async write(
    run: MailboxRun,
    journal: Journal,
    change: Pick<OutgoingChange, 'state' | 'position'> & Partial<OutgoingChange>,
    also?: (manager: EntityManager) => Promise<unknown>,
  ): Promise<boolean> {
    const { message } = journal;
    const to = { attempts: message.attempts, nextAttemptAt: null, failure: message.failure, ...change };
    const written = await run.commit(async (manager) => {
      await also?.(manager);
      return this.store.change(manager, message.id, placeOf(journal), to, this.clock.now());
    });
    if (written) {
      journal.state = to.state;
      journal.position = to.position;
    }
    return written;
  }

  private event(
    run: MailboxRun,
    message: WaitingMessage,
    type: 'outgoing.sent' | 'outgoing.failed' | 'outgoing.delayed',
    data: Record<string, unknown>,
  ) {
    const { internetMessageId } = message;
    return {
      type,
      profileId: run.mailbox.profileId,
      mailboxId: run.mailbox.id,
      subjectId: message.id,
      data: { internetMessageId, ...data },
    };
  }
}
