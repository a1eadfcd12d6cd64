import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../platform/database/data-source.js';
import { storableText } from '../../../platform/database/storable-text.js';
import { valuesList } from '../../../platform/database/values-list.js';
import type { DeliveryReport, RecipientReport } from './delivery-report.js';

export interface ReportedMessage {
  readonly id: string;
  readonly mailboxId: string;
  readonly internetMessageId: string;
}

export interface NewReportRow {
  readonly outgoingId: string;
  readonly contentId: string;
  readonly messageId: string;
  readonly position: number;
  readonly report: RecipientReport;
  readonly at: Date;
}

const text = (value: string | null): string | null => (value === null ? null : storableText(value));

/** The SQL of delivery_reports. */
@Injectable()
export class DeliveryReportsStore {
  /** Of these ids, the messages that the profile sent. */
  async sentMessages(sql: Sql, profileId: string, ids: readonly string[]): Promise<ReportedMessage[]> {
    return sql.query<ReportedMessage[]>(
      `SELECT id, mailbox_id AS "mailboxId", internet_message_id AS "internetMessageId" FROM outgoing_messages
       WHERE id = ANY($1::uuid[]) AND profile_id = $2`,
      [ids, profileId],
    );
  }

  /** @returns `outgoingId contentId` of those that are new; a report received by two mailboxes counts once */
  async insert(sql: Sql, rows: readonly NewReportRow[]): Promise<Set<string>> {
    const fresh = new Set<string>();
    // PostgreSQL takes 65,535 parameters a statement.
    for (let start = 0; start < rows.length; start += 5_000) {
      const { text: values, parameters } = valuesList(rows.slice(start, start + 5_000), [
        { type: 'uuid', value: (row) => row.outgoingId },
        { type: 'uuid', value: (row) => row.contentId },
        { type: 'integer', value: (row) => row.position },
        { type: 'uuid', value: (row) => row.messageId },
        { type: 'text', value: (row) => row.report.kind },
        { type: 'text', value: (row) => text(row.report.action) },
        { type: 'text', value: (row) => text(row.report.recipient) },
        { type: 'text', value: (row) => text(row.report.status) },
        { type: 'text', value: (row) => text(row.report.diagnostic) },
        { type: 'timestamptz', value: (row) => row.at },
      ]);
      const inserted = await sql.query<{ key: string }[]>(
        `INSERT INTO delivery_reports (outgoing_id, content_id, position, message_id, kind, action, recipient, status, diagnostic, reported_at) ${values}
         ON CONFLICT DO NOTHING RETURNING outgoing_id || ' ' || content_id AS key`,
        parameters,
      );
      for (const { key } of inserted) fresh.add(key);
    }
    return fresh;
  }

  /** What came back about a message, oldest first. */
  async of(sql: Sql, outgoingId: string): Promise<DeliveryReport[]> {
    return sql.query<DeliveryReport[]>(
      `SELECT kind, action, recipient, status, diagnostic, message_id AS "messageId", reported_at AS at
       FROM delivery_reports WHERE outgoing_id = $1 ORDER BY reported_at, content_id, position LIMIT 1000`,
      [outgoingId],
    );
  }
}
