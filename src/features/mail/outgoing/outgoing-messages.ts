import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../../../platform/clock/clock.js';
import { defineProblem, Problem, problems } from '../../../platform/http/problem.js';
import { EventsStore } from '../../feed/events.store.js';
import { lanes } from '../../scheduling/work.js';
import { WorkStore } from '../../scheduling/work.store.js';
import { SearchWordsStore } from '../search/search-words.store.js';
import { internetMessageId } from './internet-message-id.js';
import { MessageComposition } from './message-composition.js';
import { mayHaveBeenSent } from './outgoing-answer.js';
import { checkAttachmentSize } from './outgoing-attachment.js';
import { OutgoingThreads } from './outgoing-threads.js';
import { OutgoingViewsStore, type OutgoingView } from './outgoing-views.store.js';
import { sendAtProblem } from './outgoing-options.js';
import type { NewOutgoingMessage } from './outgoing.schemas.js';
import { OutgoingStore } from './outgoing.store.js';
import type { Recipient } from './recipient.js';

export const mailboxDoesNotSend = defineProblem({
  code: 'mailbox-does-not-send',
  status: 409,
  title: 'The mailbox is not set up for sending',
  retryable: false,
  remediation: 'Set `outgoing` of the mailbox to true, or send from another one.',
});

export const notCancellable = defineProblem({
  code: 'not-cancellable',
  status: 409,
  title: 'The message can no longer be cancelled',
  retryable: false,
  remediation: 'Only a pending message can be cancelled: a later one may have reached its recipients.',
});

export const notRetryable = defineProblem({
  code: 'not-retryable',
  status: 409,
  title: 'The message has not failed',
  retryable: false,
  remediation: 'Only a failed message can be retried; a waiting one is sent by itself.',
});

export const nothingInDoubt = defineProblem({
  code: 'nothing-in-doubt',
  status: 409,
  title: 'It is known whether the message was delivered',
  retryable: false,
  remediation: 'Only a failed message that may have been delivered (`mayHaveBeenSent`) can be marked as sent.',
});

type Reach = readonly string[] | null;

/** What people do with outgoing messages. */
@Injectable()
export class OutgoingMessages {
  constructor(
    private readonly clock: Clock,
    private readonly store: OutgoingStore,
    private readonly views: OutgoingViewsStore,
    private readonly work: WorkStore,
    private readonly threads: OutgoingThreads,
    private readonly composition: MessageComposition,
    private readonly words: SearchWordsStore,
    private readonly events: EventsStore,
  ) {}

  /**
   * Accepts a message; from the commit on it will be sent. A failed or paused mailbox takes messages
   * too, and sends them when it is back.
   * @returns its id
   * @throws Problem not-found for a mailbox or an original out of reach, invalid-request for a sendAt that is
   *   past or too far, mailbox-does-not-send, attachments-too-large, original-not-attachable,
   *   original-content-removed
   */
  async accept(manager: EntityManager, message: NewOutgoingMessage, reach: Reach): Promise<string> {
    const now = this.clock.now();
    checkAttachmentSize(message.attachments);
    checkSendAt(message.sendAt, now);
    const mailbox = await this.store.lockMailbox(manager, message.mailboxId, reach);
    if (!mailbox) throw new Problem(problems.notFound, `There is no mailbox ${message.mailboxId}.`);
    if (!mailbox.outgoing) throw new Problem(mailboxDoesNotSend);
    const composed = await this.composition.compose(manager, message, reach);
    const { to, cc, bcc, replyTo } = message;
    const from = isOwnAddress(message.from, mailbox.emailAddress) ? null : message.from;
    const id = uuidv7();
    const messageId = internetMessageId(id, from?.address ?? mailbox.emailAddress);
    const thread = await this.threads.begin(manager, mailbox.profileId, composed.subject);
    await this.store.insert(
      manager,
      {
        id,
        mailboxId: message.mailboxId,
        profileId: mailbox.profileId,
        internetMessageId: messageId,
        subject: thread.subject,
        recipients: { to, cc, bcc, replyTo },
        text: message.text,
        html: message.html,
        attachments: composed.attachments,
        from,
        replyToMessageId: message.inReplyToMessageId,
        forwardOfMessageId: message.forwardOfMessageId,
        inReplyTo: composed.inReplyTo,
        references: composed.references,
        importance: message.importance,
        sendAt: message.sendAt,
        saveToSentItems: message.saveToSentItems,
        readReceipt: message.readReceipt,
        deliveryReceipt: message.deliveryReceipt,
        headers: message.headers,
      },
      now,
    );
    await this.words.addOutgoing(manager, [
      {
        id,
        mailboxId: message.mailboxId,
        profileId: mailbox.profileId,
        subject: thread.subject,
        people: [from ?? { name: null, address: mailbox.emailAddress }, ...to, ...cc, ...bcc, ...replyTo],
      },
    ]);
    await thread.join(
      {
        id,
        mailboxId: message.mailboxId,
        internetMessageId: messageId,
        inReplyTo: composed.inReplyTo,
        references: composed.references,
        subject: composed.subject,
        people: [from?.address ?? mailbox.emailAddress, ...[...to, ...cc].map(({ address }) => address)],
      },
      now,
    );
    await this.wake(manager, message.mailboxId, mailbox, message.sendAt ?? now);
    return id;
  }

  /** @throws Problem not-found, not-cancellable */
  async cancel(manager: EntityManager, id: string, reach: Reach): Promise<void> {
    const { view, mailbox } = await this.locked(manager, id, reach);
    const now = this.clock.now();
    const cancelled = await this.views.cancel(manager, id, now);
    if (!cancelled) throw await this.refusal(manager, id, notCancellable);
    if (cancelled.leavesDraft) await this.wake(manager, view.mailboxId, mailbox, now);
  }

  /**
   * @param mayDeliverTwice a message that may have been delivered is sent again; otherwise it is only looked for
   * @throws Problem not-found, not-retryable, mailbox-does-not-send
   */
  async retry(manager: EntityManager, id: string, mayDeliverTwice: boolean, reach: Reach): Promise<void> {
    const { view, mailbox } = await this.locked(manager, id, reach);
    if (!mailbox.outgoing) throw new Problem(mailboxDoesNotSend);
    const now = this.clock.now();
    const isAgain = mayDeliverTwice && mayHaveBeenSent(view);
    const retried = isAgain ? await this.views.sendAgain(manager, id, now) : await this.views.retry(manager, id, now);
    if (!retried) throw await this.refusal(manager, id, notRetryable);
    await this.wake(manager, view.mailboxId, mailbox, now);
  }

  /** @throws Problem not-found, nothing-in-doubt */
  async markSent(manager: EntityManager, id: string, reach: Reach): Promise<void> {
    const { view } = await this.locked(manager, id, reach);
    const now = this.clock.now();
    if (!(await this.views.markSent(manager, id, now))) throw await this.refusal(manager, id, nothingInDoubt);
    const { profileId, mailboxId, internetMessageId } = view;
    const data = { internetMessageId, markedByPerson: true };
    const event = { type: 'outgoing.sent', profileId, mailboxId, subjectId: id, data } as const;
    await this.events.append(manager, [event], now);
  }

  private async locked(manager: EntityManager, id: string, reach: Reach) {
    const view = await this.views.find(manager, id, reach);
    const mailbox = view && (await this.store.lockMailbox(manager, view.mailboxId, reach));
    if (!view || !mailbox) throw new Problem(problems.notFound);
    return { view, mailbox };
  }

  /** Read anew: what refused the change may have happened a moment ago. */
  private async refusal(manager: EntityManager, id: string, kind: typeof notCancellable): Promise<Problem> {
    const view: OutgoingView | null = await this.views.find(manager, id, null);
    if (!view) return new Problem(problems.notFound);
    if (view.contentRemovedAt) return new Problem(kind, 'Its content has been removed.');
    const doubt = mayHaveBeenSent(view) ? ' It may have been delivered.' : '';
    return new Problem(kind, `The message is ${view.state}.${doubt}`);
  }

  private async wake(
    manager: EntityManager,
    mailboxId: string,
    mailbox: { state: string; outgoing: boolean },
    at: Date,
  ): Promise<void> {
    if (mailbox.state !== 'active' || !mailbox.outgoing) return;
    await this.work.bringForward(manager, mailboxId, 'outgoing', at, lanes.asked);
  }
}

function checkSendAt(sendAt: Date | null, now: Date): void {
  const message = sendAtProblem(sendAt, now);
  if (message === null) return;
  throw new Problem(problems.invalidRequest, `sendAt: ${message}`, { errors: [{ field: 'sendAt', message }] });
}

/** Its own name needs no right, and a From header that a server compares with the owner's only does harm. */
const isOwnAddress = (from: Recipient | null, emailAddress: string): boolean =>
  from?.address.toLowerCase() === emailAddress.toLowerCase();
