import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ThreadMatch } from '../threads/thread-match.js';
import type { BlockReason } from './attachment-rules.js';
import type { Recipients } from './message-content.js';
import type { OmittedContent } from './omitted-content.js';

/** Null for a message that was stored before there were threads, until it is put into one. */
export interface ThreadPlace {
  readonly thread_id: string | null;
  readonly thread_match: ThreadMatch | null;
}

export interface MessageRow extends ThreadPlace {
  readonly id: string;
  readonly mailbox_id: string;
  readonly profile_id: string;
  readonly content_id: string;
  readonly folder: string | null;
  readonly item_id: string;
  readonly item_class: string | null;
  readonly internet_message_id: string | null;
  readonly conversation_id: string | null;
  readonly in_reply_to: string | null;
  readonly reference_ids: string[];
  readonly subject: string | null;
  readonly from_name: string | null;
  readonly from_address: string | null;
  readonly sender_name: string | null;
  readonly sender_address: string | null;
  readonly recipients: Recipients;
  readonly importance: 'low' | 'normal' | 'high';
  readonly is_read: boolean;
  readonly has_attachments: boolean;
  readonly size_bytes: number;
  readonly sent_at: Date | null;
  readonly received_at: Date;
  readonly stored_at: Date;
}

export interface ContentRow {
  readonly text_body: string | null;
  readonly html_body: string | null;
  readonly headers: { name: string; value: string }[];
  readonly has_mime: boolean;
  readonly omitted: OmittedContent | null;
}

export interface AttachmentRow {
  readonly position: number;
  readonly filename: string | null;
  readonly content_type: string;
  readonly content_id_header: string | null;
  readonly is_inline: boolean;
  readonly size_bytes: number;
  readonly blocked: BlockReason | null;
}

const place = `t.thread_id, t.match AS thread_match`;
const placeOf = `LEFT JOIN thread_messages t ON t.message_id = m.id`;

/** The SQL that shows messages. */
@Injectable()
export class MessagesStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Whether the caller may see the mailbox. */
  async seesMailbox(mailboxId: string, profileIds: readonly string[] | null): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `SELECT 1 FROM mailboxes WHERE id = $1 AND removed_at IS NULL AND ($2::uuid[] IS NULL OR profile_id = ANY($2))`,
      [mailboxId, profileIds],
    );
    return rows.length > 0;
  }

  /** A mailbox's messages, newest first. The cursor counts microseconds: a Date would round and repeat rows. */
  async list(query: {
    mailboxId: string | null;
    before: { receivedMicros: string; id: string } | null;
    limit: number;
  }): Promise<(MessageRow & { position: string })[]> {
    return this.dataSource.query<(MessageRow & { position: string })[]>(
      `SELECT m.*, ${place}, (extract(epoch FROM m.received_at) * 1000000)::bigint::text AS position FROM messages m ${placeOf}
       WHERE m.mailbox_id = $1 AND (received_at, id) < (coalesce(timestamptz 'epoch' + $2::bigint * interval '1 microsecond', 'infinity'), coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
       ORDER BY received_at DESC, id DESC LIMIT $4`,
      [query.mailboxId, query.before?.receivedMicros ?? null, query.before?.id ?? null, query.limit],
    );
  }

  /** A thread's messages in all mailboxes that the caller may see, newest first. */
  async listOfThread(query: {
    threadId: string;
    mailboxId: string | null;
    profileIds: readonly string[] | null;
    before: { receivedMicros: string; id: string } | null;
    limit: number;
  }): Promise<(MessageRow & { position: string })[]> {
    return this.dataSource.query<(MessageRow & { position: string })[]>(
      `SELECT m.*, ${place}, (extract(epoch FROM t.at) * 1000000)::bigint::text AS position
       FROM thread_messages t JOIN messages m ON m.id = t.message_id JOIN mailboxes b ON b.id = t.mailbox_id AND b.removed_at IS NULL
       WHERE t.thread_id = (SELECT coalesce(merged_into, id) FROM threads WHERE id = $1)
         AND ($2::uuid IS NULL OR t.mailbox_id = $2) AND ($3::uuid[] IS NULL OR t.profile_id = ANY($3))
         AND (t.at, coalesce(t.message_id, t.outgoing_id)) < (coalesce(timestamptz 'epoch' + $4::bigint * interval '1 microsecond', 'infinity'), coalesce($5::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
       ORDER BY t.at DESC, coalesce(t.message_id, t.outgoing_id) DESC LIMIT $6`,
      [
        query.threadId,
        query.mailboxId,
        query.profileIds,
        query.before?.receivedMicros ?? null,
        query.before?.id ?? null,
        query.limit,
      ],
    );
  }

  async find(id: string, profileIds: readonly string[] | null): Promise<MessageRow | null> {
    const rows = await this.dataSource.query<MessageRow[]>(
      `SELECT m.*, ${place} FROM messages m JOIN mailboxes b ON b.id = m.mailbox_id AND b.removed_at IS NULL ${placeOf}
       WHERE m.id = $1 AND ($2::uuid[] IS NULL OR m.profile_id = ANY($2))`,
      [id, profileIds],
    );
    return rows[0] ?? null;
  }

  async content(contentId: string): Promise<ContentRow> {
    const [row] = await this.dataSource.query<ContentRow[]>(
      `SELECT text_body, html_body, headers, mime IS NOT NULL AS has_mime, omitted FROM message_contents WHERE id = $1`,
      [contentId],
    );
    if (!row) throw new Error(`message content ${contentId} is missing`);
    return row;
  }

  async attachments(contentId: string): Promise<AttachmentRow[]> {
    return this.dataSource.query<AttachmentRow[]>(
      `SELECT position, filename, content_type, content_id_header, is_inline, size_bytes, blocked FROM message_attachments WHERE content_id = $1 ORDER BY position`,
      [contentId],
    );
  }

  async mime(contentId: string): Promise<Buffer | null> {
    const [row] = await this.dataSource.query<{ mime: Buffer | null }[]>(
      `SELECT mime FROM message_contents WHERE id = $1`,
      [contentId],
    );
    return row?.mime ?? null;
  }

  /** The stored bytes of an attachment; null when they are to be read out of the MIME. */
  async attachmentBytes(contentId: string, position: number): Promise<Buffer | null> {
    const [row] = await this.dataSource.query<{ bytes: Buffer | null }[]>(
      `SELECT bytes FROM message_attachments WHERE content_id = $1 AND position = $2`,
      [contentId, position],
    );
    return row?.bytes ?? null;
  }
}
