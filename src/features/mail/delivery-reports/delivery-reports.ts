import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { NewEvent } from '../../feed/event.js';
import { EventsStore } from '../../feed/events.store.js';
import type { ParsedReport } from './delivery-report.js';
import { DeliveryReportsStore, type NewReportRow, type ReportedMessage } from './delivery-reports.store.js';
import { outgoingIdOf } from './reported-message.js';

/** A received message that is a report. */
export interface ReceivedReport {
  /** Of the stored message. */
  readonly messageId: string;
  readonly contentId: string;
  readonly receivedAt: Date;
  readonly report: ParsedReport;
}

/** Ties reports that come in to the messages that they are about. */
@Injectable()
export class DeliveryReports {
  constructor(
    private readonly store: DeliveryReportsStore,
    private readonly events: EventsStore,
  ) {}

  /**
   * Records the reports of one batch, in the transaction that stores their messages: what is stored once
   * is recorded once. Anybody can write a report, so it changes nothing of the message's own state.
   */
  async record(
    manager: EntityManager,
    profileId: string,
    reports: readonly ReceivedReport[],
    now: Date,
  ): Promise<void> {
    const ids = reports.flatMap(({ report }) => report.originalIds.map(outgoingIdOf)).filter((id) => id !== null);
    if (ids.length === 0) return;
    const sent = new Map(
      (await this.store.sentMessages(manager, profileId, [...new Set(ids)])).map((message) => [
        message.internetMessageId.toLowerCase(),
        message,
      ]),
    );
    const tied = reports.flatMap((received) => {
      const about = received.report.originalIds.map((id) => sent.get(id.toLowerCase())).find((message) => message);
      return about ? [{ received, about }] : [];
    });
    if (tied.length === 0) return;
    const fresh = await this.store.insert(manager, tied.flatMap(rowsOf));
    const news = tied.filter(({ received, about }) => fresh.has(`${about.id} ${received.contentId}`));
    await this.events.append(
      manager,
      news.flatMap((one) => eventsOf(profileId, one)),
      now,
    );
  }
}

interface Tied {
  readonly received: ReceivedReport;
  readonly about: ReportedMessage;
}

function rowsOf({ received, about }: Tied): NewReportRow[] {
  return received.report.recipients.map((report, position) => ({
    outgoingId: about.id,
    contentId: received.contentId,
    messageId: received.messageId,
    position,
    report,
    at: received.receivedAt,
  }));
}

function eventsOf(profileId: string, { received, about }: Tied): NewEvent[] {
  const { recipients } = received.report;
  const common = { profileId, mailboxId: about.mailboxId, subjectId: about.id };
  const data = { internetMessageId: about.internetMessageId, messageId: received.messageId };
  const failed = recipients.filter(({ kind, action }) => kind === 'delivery' && action === 'failed');
  const wasRead = recipients.some(({ kind, action }) => kind === 'disposition' && action === 'displayed');
  return [
    ...(failed.length > 0
      ? [
          {
            ...common,
            type: 'outgoing.bounced' as const,
            data: { ...data, recipients: failed.map(({ recipient, status }) => ({ recipient, status })) },
          },
        ]
      : []),
    ...(wasRead ? [{ ...common, type: 'outgoing.read-receipt' as const, data }] : []),
  ];
}
