import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Sql } from '../../platform/database/data-source.js';
import { storableJson } from '../../platform/database/storable-text.js';
import type { EventType, NewEvent } from './event.js';

export interface EventRow {
  readonly txid: string;
  readonly seq: string;
  readonly id: string;
  readonly type: EventType;
  readonly profile_id: string;
  readonly mailbox_id: string | null;
  readonly subject_id: string;
  readonly data: Record<string, unknown>;
  readonly occurred_at: Date;
}

/** Where a reader stands: the last row it has seen. */
export interface FeedPosition {
  readonly txid: string;
  readonly seq: string;
}

@Injectable()
export class EventsStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Writes events in the transaction of what they tell, in one statement. */
  async append(sql: Sql, events: readonly NewEvent[], at: Date): Promise<void> {
    if (events.length === 0) return;
    const rows = events.map((event) => ({
      id: uuidv7(),
      type: event.type,
      profile_id: event.profileId,
      mailbox_id: event.mailboxId,
      subject_id: event.subjectId,
      data: event.data,
    }));
    await sql.query(
      `INSERT INTO events (id, type, profile_id, mailbox_id, subject_id, data, occurred_at)
       SELECT id, type, profile_id, mailbox_id, subject_id, data, $2
       FROM jsonb_to_recordset($1::jsonb) AS row(id uuid, type text, profile_id uuid, mailbox_id uuid, subject_id uuid, data jsonb)`,
      [storableJson(rows), at],
    );
  }

  /**
   * The next rows behind `after`. Only transactions older than every running one are shown: of those
   * nothing can appear later at an earlier place, so a reader that stores its position misses nothing.
   */
  async read(query: {
    readonly after: FeedPosition | null;
    readonly types: readonly EventType[] | null;
    readonly profileIds: readonly string[] | null;
    readonly limit: number;
  }): Promise<EventRow[]> {
    return this.dataSource.query<EventRow[]>(
      `SELECT e.txid::text, e.seq::text, id, type, profile_id, mailbox_id, subject_id, data, occurred_at
       FROM events e
       WHERE (e.txid, e.seq) > ($1::xid8, $2::bigint)
         AND e.txid < pg_snapshot_xmin(pg_current_snapshot())
         AND ($3::uuid[] IS NULL OR profile_id = ANY($3))
         AND ($4::text[] IS NULL OR type = ANY($4))
       -- By the columns: a bare name would mean the text shown, and order 1207 before 990.
       ORDER BY e.txid, e.seq
       LIMIT $5`,
      [query.after?.txid ?? '0', query.after?.seq ?? '0', query.profileIds, query.types, query.limit],
    );
  }
}
