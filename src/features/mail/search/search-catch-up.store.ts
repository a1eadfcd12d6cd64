import { Injectable } from '@nestjs/common';
import type { MailAddress } from '../../../drivers/port/mail-item.js';
import type { Sql } from '../../../platform/database/data-source.js';
import type { SearchableRow } from './search-words.store.js';

export const searchKinds = ['outgoing', 'incoming'] as const;
export type SearchKind = (typeof searchKinds)[number];

/** Where the walk over the messages of a kind stands; it goes from the highest id down. */
export interface SearchWalk {
  readonly reached: string;
  readonly begunAt: Date;
  readonly walkedAt: Date | null;
}

export interface WordlessMessage extends SearchableRow {
  readonly receivedAt: Date;
}

interface Row {
  readonly id: string;
  readonly mailboxId: string;
  readonly profileId: string;
  readonly receivedAt: Date;
  readonly subject: string | null;
  readonly senders: readonly MailAddress[];
  readonly recipients: Partial<Record<'to' | 'cc' | 'bcc' | 'replyTo', readonly MailAddress[]>>;
}

const person = (name: string, address: string) => `jsonb_build_object('name', ${name}, 'address', ${address})`;

const sources: Readonly<Record<SearchKind, string>> = {
  incoming: `SELECT m.id, m.mailbox_id AS "mailboxId", m.profile_id AS "profileId", m.received_at AS "receivedAt", m.subject,
      jsonb_build_array(${person('m.from_name', 'm.from_address')}, ${person('m.sender_name', 'm.sender_address')}) AS senders, m.recipients
    FROM messages m WHERE m.id < $1 AND m.id > $2 AND NOT EXISTS (SELECT FROM message_words w WHERE w.message_id = m.id)
    ORDER BY m.id DESC LIMIT $3 FOR KEY SHARE OF m`,
  outgoing: `SELECT o.id, o.mailbox_id AS "mailboxId", o.profile_id AS "profileId", o.created_at AS "receivedAt", o.subject,
      jsonb_build_array(${person('o.from_name', 'coalesce(o.from_address, b.email_address)')}) AS senders, o.recipients
    FROM outgoing_messages o JOIN mailboxes b ON b.id = o.mailbox_id
    WHERE o.id < $1 AND o.id > $2 AND NOT EXISTS (SELECT FROM outgoing_words w WHERE w.outgoing_id = o.id)
    ORDER BY o.id DESC LIMIT $3 FOR KEY SHARE OF o`,
};

/** The SQL of messages that were stored without the words by which they are found. */
@Injectable()
export class SearchCatchUpStore {
  /** For whoever is first; null when somebody has it, or it is done. */
  async claim(sql: Sql, kind: SearchKind): Promise<SearchWalk | null> {
    const [row] = await sql.query<SearchWalk[]>(
      `SELECT reached, begun_at AS "begunAt", walked_at AS "walkedAt" FROM search_catch_up
       WHERE kind = $1 AND done_at IS NULL FOR UPDATE SKIP LOCKED`,
      [kind],
    );
    return row ?? null;
  }

  async advance(sql: Sql, kind: SearchKind, reached: string): Promise<void> {
    await sql.query(`UPDATE search_catch_up SET reached = $2 WHERE kind = $1`, [kind, reached]);
  }

  /** The walk came to its end; the next one begins with the newest again. */
  async endWalk(sql: Sql, kind: SearchKind, at: Date, isDone: boolean): Promise<void> {
    await sql.query(
      `UPDATE search_catch_up SET reached = DEFAULT, walked_at = coalesce(walked_at, $2), done_at = CASE WHEN $3 THEN $2::timestamptz END
       WHERE kind = $1`,
      [kind, at, isDone],
    );
  }

  /** Messages without words between two ids, the highest first; locked against their removal. */
  async next(
    sql: Sql,
    kind: SearchKind,
    range: { readonly below: string; readonly above: string },
    limit: number,
  ): Promise<WordlessMessage[]> {
    const rows = await sql.query<Row[]>(sources[kind], [range.below, range.above, limit]);
    return rows.map(({ senders, recipients: { to = [], cc = [], bcc = [], replyTo = [] }, ...row }) => ({
      ...row,
      people: [...senders, ...to, ...cc, ...bcc, ...replyTo],
    }));
  }
}
