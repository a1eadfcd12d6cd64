import { Injectable } from '@nestjs/common';
import type { MailAddress } from '../../../drivers/port/mail-item.js';
import type { Sql } from '../../../platform/database/data-source.js';
import type { ThreadedMessage } from './threading.js';

export const catchUpKinds = ['outgoing', 'incoming'] as const;
export type CatchUpKind = (typeof catchUpKinds)[number];

export interface StragglerMessage extends ThreadedMessage {
  readonly profileId: string;
}

interface Row {
  readonly id: string;
  readonly profileId: string;
  readonly mailboxId: string;
  readonly internetMessageId: string | null;
  readonly inReplyTo: string | null;
  readonly references: string[];
  readonly conversationId: string | null;
  readonly subject: string | null;
  readonly sender: string | null;
  readonly recipients: { readonly to?: readonly MailAddress[]; readonly cc?: readonly MailAddress[] };
  readonly at: Date;
}

const sources: Readonly<Record<CatchUpKind, string>> = {
  incoming: `SELECT m.id, m.profile_id AS "profileId", m.mailbox_id AS "mailboxId", m.internet_message_id AS "internetMessageId", m.in_reply_to AS "inReplyTo",
      m.reference_ids AS "references", m.conversation_id AS "conversationId", m.subject, m.from_address AS sender, m.recipients, m.received_at AS at
    FROM messages m WHERE m.id > $1 AND NOT EXISTS (SELECT FROM thread_messages t WHERE t.message_id = m.id) ORDER BY m.id LIMIT $2 FOR KEY SHARE OF m`,
  outgoing: `SELECT o.id, o.profile_id AS "profileId", o.mailbox_id AS "mailboxId", o.internet_message_id AS "internetMessageId", o.in_reply_to AS "inReplyTo",
      o.reference_ids AS "references", NULL AS "conversationId", o.subject, b.email_address AS sender, o.recipients, o.created_at AS at
    FROM outgoing_messages o JOIN mailboxes b ON b.id = o.mailbox_id
    WHERE o.id > $1 AND NOT EXISTS (SELECT FROM thread_messages t WHERE t.outgoing_id = o.id) ORDER BY o.id LIMIT $2 FOR KEY SHARE OF o`,
};

/** The SQL of messages that were stored before there were threads. */
@Injectable()
export class ThreadCatchUpStore {
  /** Where the walk over messages of a kind stands, for whoever is first; null when somebody has it, or it is done. */
  async claim(sql: Sql, kind: CatchUpKind): Promise<string | null> {
    const [row] = await sql.query<{ reached: string }[]>(
      `SELECT reached FROM thread_catch_up WHERE kind = $1 AND done_at IS NULL FOR UPDATE SKIP LOCKED`,
      [kind],
    );
    return row?.reached ?? null;
  }

  async advance(sql: Sql, kind: CatchUpKind, reached: string, doneAt: Date | null): Promise<void> {
    await sql.query(`UPDATE thread_catch_up SET reached = $2, done_at = $3 WHERE kind = $1`, [kind, reached, doneAt]);
  }

  /** Messages without a thread behind an id, in the order of the ids; locked against their removal. */
  async next(sql: Sql, kind: CatchUpKind, after: string, limit: number): Promise<StragglerMessage[]> {
    const rows = await sql.query<Row[]>(sources[kind], [after, limit]);
    return rows.map(({ sender, recipients, ...row }) => ({
      ...row,
      kind,
      people: [sender, ...[...(recipients.to ?? []), ...(recipients.cc ?? [])].map(({ address }) => address)],
    }));
  }
}
