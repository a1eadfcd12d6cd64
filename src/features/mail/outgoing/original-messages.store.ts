import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../platform/database/data-source.js';
import type { Original } from './threading.js';

export interface OriginalMessage extends Original {
  readonly subject: string | null;
  /** Null: its content was removed. */
  readonly contentId: string | null;
}

/** The SQL that reads received messages for their answers. */
@Injectable()
export class OriginalMessagesStore {
  /** Null for one out of reach, or of a removed mailbox. */
  async find(sql: Sql, id: string, profileIds: readonly string[] | null): Promise<OriginalMessage | null> {
    const [row] = await sql.query<OriginalMessage[]>(
      `SELECT m.internet_message_id AS "internetMessageId", m.in_reply_to AS "inReplyTo", m.reference_ids AS "references", m.subject, m.content_id AS "contentId"
       FROM messages m JOIN mailboxes b ON b.id = m.mailbox_id AND b.removed_at IS NULL
       WHERE m.id = $1 AND ($2::uuid[] IS NULL OR m.profile_id = ANY($2))`,
      [id, profileIds],
    );
    return row ?? null;
  }

  async mimeOf(sql: Sql, contentId: string): Promise<Buffer | null> {
    const [row] = await sql.query<{ mime: Buffer | null }[]>(`SELECT mime FROM message_contents WHERE id = $1`, [
      contentId,
    ]);
    return row?.mime ?? null;
  }
}
