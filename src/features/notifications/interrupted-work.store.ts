import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isOfInstallation, type IncidentRow } from '../incidents/incident-row.js';
import type { NotificationFacts } from './notification-text.js';

interface WorkRow {
  readonly messageId: string | null;
  readonly subject: string | null;
  readonly everImported: boolean;
}

/** The SQL that finds what a mailbox was doing when an incident stopped it. */
@Injectable()
export class InterruptedWorkStore {
  constructor(private readonly dataSource: DataSource) {}

  /** @param mailboxId one that the incident stopped; null: none in particular. @returns null where the failure says it all */
  async of(incident: IncidentRow, mailboxId: string | null): Promise<NotificationFacts['work']> {
    if (mailboxId === null || incident.endpoint_id !== null || isOfInstallation(incident)) return null;
    const [row] = await this.dataSource.query<WorkRow[]>(
      `SELECT held.id AS "messageId", held.subject,
         EXISTS (SELECT FROM mailbox_folders f WHERE f.mailbox_id = $1 AND f.imported_at IS NOT NULL) AS "everImported"
       FROM (SELECT) AS one LEFT JOIN LATERAL (
         SELECT o.id, o.subject FROM outgoing_messages o
         WHERE o.mailbox_id = $1 AND o.state IN ('pending', 'sending') AND o.failure->>'code' = $2 ORDER BY o.id LIMIT 1
       ) held ON true`,
      [mailboxId, incident.cause],
    );
    if (incident.first_failure.during === 'incoming')
      return row?.everImported === false ? { activity: 'first-import' } : null;
    if (!row || row.messageId === null) return null;
    return { activity: 'sending', subject: row.subject, messageId: row.messageId };
  }
}
