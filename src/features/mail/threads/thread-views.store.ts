import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { MailAddress } from '../../../drivers/port/mail-item.js';
import type { ThreadMatch } from './thread-match.js';

/** Messages that a thread's counts look at; beyond, nobody needs the number and everybody waits for it. */
export const maxCounted = 1_000;

export interface ThreadView {
  readonly id: string;
  readonly profileId: string;
  readonly subject: string | null;
  readonly firstMessageAt: Date;
  readonly lastMessageAt: Date;
  readonly messageCount: number;
  readonly outgoingCount: number;
  readonly mailboxIds: string[];
}

/** A place in a list by time: microseconds since 1970, for a Date would round and repeat rows. */
export interface TimePosition {
  readonly micros: string;
  readonly id: string;
}

export interface ThreadMessageView {
  readonly id: string;
  readonly direction: 'incoming' | 'outgoing';
  readonly mailboxId: string;
  readonly mailboxAddress: string;
  readonly at: Date;
  readonly match: ThreadMatch;
  readonly subject: string | null;
  readonly internetMessageId: string | null;
  /** Null for an outgoing message: the mailbox itself. */
  readonly from: MailAddress | null;
  readonly to: readonly MailAddress[];
  /** Null for an incoming message. */
  readonly state: string | null;
}

interface Positioned {
  readonly position: string;
}

export interface ThreadFilter {
  readonly profileIds: readonly string[] | null;
  readonly before: TimePosition | null;
  readonly limit: number;
}

const micros = (time: string) => `(extract(epoch FROM ${time}) * 1000000)::bigint::text`;
const instant = (place: string) => `timestamptz 'epoch' + ${place}::bigint * interval '1 microsecond'`;
const messageId = (row: string) => `coalesce(${row}.message_id, ${row}.outgoing_id)`;
const isBefore = (time: string, id: string, micro: string, place: string) =>
  `(${time}, ${id}) < (coalesce(${instant(micro)}, 'infinity'), coalesce(${place}::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))`;

const columns = `t.id, t.profile_id AS "profileId", t.subject, t.first_message_at AS "firstMessageAt", t.last_message_at AS "lastMessageAt",
  counts.messages AS "messageCount", counts.outgoing AS "outgoingCount", counts.mailboxes AS "mailboxIds"`;

/** Counted when asked for: messages go with their mailboxes, and a kept count would go wrong with each. */
const counts = `CROSS JOIN LATERAL (
  SELECT count(*)::int AS messages, count(c.outgoing_id)::int AS outgoing, coalesce(array_agg(DISTINCT c.mailbox_id), '{}') AS mailboxes
  FROM (SELECT m.outgoing_id, m.mailbox_id FROM thread_messages m JOIN mailboxes b ON b.id = m.mailbox_id AND b.removed_at IS NULL
    WHERE m.thread_id = t.id LIMIT ${maxCounted}) c) counts`;

/** The SQL that shows threads. */
@Injectable()
export class ThreadViewsStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Threads of profiles, newest activity first: each profile by its own index, then the newest of all. */
  async list(filter: ThreadFilter): Promise<(ThreadView & Positioned)[]> {
    return this.dataSource.query<(ThreadView & Positioned)[]>(
      `SELECT ${columns}, ${micros('t.last_message_at')} AS position FROM (
         SELECT newest.* FROM email_server_profiles p CROSS JOIN LATERAL (
           SELECT t.* FROM threads t
           WHERE t.profile_id = p.id AND t.merged_into IS NULL AND ${isBefore('t.last_message_at', 't.id', '$2', '$3')}
             AND EXISTS (SELECT FROM thread_messages m JOIN mailboxes b ON b.id = m.mailbox_id AND b.removed_at IS NULL WHERE m.thread_id = t.id)
           ORDER BY t.last_message_at DESC, t.id DESC LIMIT $4) newest
         WHERE $1::uuid[] IS NULL OR p.id = ANY($1)
         ORDER BY newest.last_message_at DESC, newest.id DESC LIMIT $4) t ${counts}
       ORDER BY t.last_message_at DESC, t.id DESC`,
      [filter.profileIds, filter.before?.micros ?? null, filter.before?.id ?? null, filter.limit],
    );
  }

  /**
   * Threads that a mailbox takes part in, those with the newest mail of that mailbox first. The position is
   * that mail's, not the thread's.
   */
  async listOfMailbox(
    mailboxId: string,
    filter: ThreadFilter,
  ): Promise<(ThreadView & Positioned & { positionId: string })[]> {
    return this.dataSource.query<(ThreadView & Positioned & { positionId: string })[]>(
      `SELECT ${columns}, ${micros('newest.at')} AS position, newest.id AS "positionId" FROM (
         SELECT m.thread_id, m.at, ${messageId('m')} AS id FROM thread_messages m
         WHERE m.mailbox_id = $1 AND ${isBefore('m.at', messageId('m'), '$2', '$3')}
           AND ($4::uuid[] IS NULL OR m.profile_id = ANY($4))
           AND NOT EXISTS (SELECT FROM thread_messages n WHERE n.thread_id = m.thread_id AND n.mailbox_id = m.mailbox_id
             AND (n.at, ${messageId('n')}) > (m.at, ${messageId('m')}))
         ORDER BY m.at DESC, ${messageId('m')} DESC LIMIT $5) newest
       JOIN threads t ON t.id = newest.thread_id ${counts}
       ORDER BY newest.at DESC, newest.id DESC`,
      [mailboxId, filter.before?.micros ?? null, filter.before?.id ?? null, filter.profileIds, filter.limit],
    );
  }

  /** A thread by its id, or by that of one that was merged into it. */
  async find(id: string, profileIds: readonly string[] | null): Promise<ThreadView | null> {
    const [row] = await this.dataSource.query<ThreadView[]>(
      `SELECT ${columns} FROM threads t ${counts}
       WHERE t.id = (SELECT coalesce(merged_into, id) FROM threads WHERE id = $1) AND ($2::uuid[] IS NULL OR t.profile_id = ANY($2))`,
      [id, profileIds],
    );
    return row && row.messageCount > 0 ? row : null;
  }

  /** A thread's messages of both directions, oldest first. */
  async messages(
    threadId: string,
    after: TimePosition | null,
    limit: number,
  ): Promise<(ThreadMessageView & Positioned)[]> {
    return this.dataSource.query<(ThreadMessageView & Positioned)[]>(
      `SELECT ${messageId('m')} AS id, CASE WHEN m.outgoing_id IS NULL THEN 'incoming' ELSE 'outgoing' END AS direction,
         m.mailbox_id AS "mailboxId", m.email_address AS "mailboxAddress", m.at, m.match, coalesce(i.subject, o.subject) AS subject,
         coalesce(i.internet_message_id, o.internet_message_id) AS "internetMessageId", o.state,
         CASE WHEN i.id IS NULL OR coalesce(i.from_name, i.from_address) IS NULL THEN NULL
           ELSE jsonb_build_object('name', i.from_name, 'address', i.from_address) END AS "from",
         coalesce(i.recipients, o.recipients)->'to' AS "to", ${micros('m.at')} AS position
       FROM (SELECT m.*, b.email_address FROM thread_messages m JOIN mailboxes b ON b.id = m.mailbox_id AND b.removed_at IS NULL
         WHERE m.thread_id = $1 AND (m.at, ${messageId('m')}) > (coalesce(${instant('$2')}, '-infinity'), coalesce($3::uuid, '00000000-0000-0000-0000-000000000000'))
         ORDER BY m.at, ${messageId('m')} LIMIT $4) m
       LEFT JOIN messages i ON i.id = m.message_id LEFT JOIN outgoing_messages o ON o.id = m.outgoing_id
       ORDER BY m.at, ${messageId('m')}`,
      [threadId, after?.micros ?? null, after?.id ?? null, limit],
    );
  }
}
