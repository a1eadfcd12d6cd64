import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { EventsStore } from '../../feed/events.store.js';
import { DeliveryReports, type ReceivedReport } from '../delivery-reports/delivery-reports.js';
import type { MailboxRun } from '../../mailboxes/mailbox-run.js';
import { Threading } from '../threads/threading.js';
import { IncomingStore } from './incoming.store.js';
import type { Revised } from './message-revisions.store.js';
import type { NewMessage } from './stored-message.js';
import { threadedMessage } from './threaded-message.js';

/** Stores messages and everything that depends on them in one transaction: threads, events, delivery reports. */
@Injectable()
export class MessageStorage {
  constructor(
    private readonly messages: IncomingStore,
    private readonly threading: Threading,
    private readonly events: EventsStore,
    private readonly reports: DeliveryReports,
  ) {}

  /**
   * @param reports the reports among the messages, read before the transaction
   * @returns the new messages, and those with new content
   */
  async store(
    manager: EntityManager,
    run: MailboxRun,
    folder: string,
    {
      messages,
      reports,
      again,
    }: {
      readonly messages: readonly NewMessage[];
      readonly reports: readonly ReceivedReport[];
      readonly again: boolean;
    },
    now: Date,
  ): Promise<{ fresh: NewMessage[]; revised: Revised[] }> {
    const mailboxId = run.mailbox.id;
    const owner = { mailboxId, profileId: run.profile.id, folder };
    const stored = await this.messages.store(manager, owner, messages, now, again);
    const threaded = stored.fresh.map((message) => threadedMessage(message, mailboxId));
    const placed = await this.threading.join(manager, run.profile, threaded, now);
    const about = { profileId: run.profile.id, mailboxId };
    const { emailAddress } = run.mailbox;
    const arrived = stored.fresh.map((message) => ({
      ...about,
      type: 'message.received' as const,
      subjectId: message.id,
      data: {
        emailAddress,
        internetMessageId: message.content.internetMessageId,
        contentId: message.contentId,
        receivedAt: message.receivedAt.toISOString(),
        threadId: placed.get(message.id)?.threadId ?? null,
      },
    }));
    const updated = stored.revised.map(({ id, contentId, changed }) => ({
      ...about,
      type: 'message.updated' as const,
      subjectId: id,
      data: { emailAddress, changed, contentId },
    }));
    await this.events.append(manager, [...arrived, ...updated], now);
    const fresh = new Map(stored.fresh.map(({ id, contentId }) => [id, contentId]));
    const received = reports.flatMap((report) => {
      const contentId = fresh.get(report.messageId);
      return contentId === undefined ? [] : [{ ...report, contentId }];
    });
    await this.reports.record(manager, run.profile.id, received, now);
    return stored;
  }
}
