import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ThreadMatch } from '../threads/thread-match.js';
import type { BlockReason } from './attachment-rules.js';
import type { Recipients, Unavailable } from './message-content.js';
import type { OmittedContent } from './omitted-content.js';

/** Null for a message that was stored before there were threads, until it is put into one. */
export interface ThreadPlace {
  readonly thread_id: string | null;
  readonly thread_match: ThreadMatch | null;
}

export interface MessageRow extends ThreadPlace {
  readonly id: string;
  readonly mailbox_id: string;
  readonly mailbox_address: string;
  readonly profile_id: string;
  /** Null once the content was removed. */
  readonly content_id: string | null;
  readonly content_removed_at: Date | null;
  /** Path of the folder; null: it has left the folders that are watched. */
  readonly folder: string | null;
  readonly items: { folder: string; itemId: string }[];
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
  readonly incomplete: boolean;
}

export interface AttachmentRow {
  readonly position: number;
  readonly filename: string | null;
  readonly content_type: string;
  readonly content_id_header: string | null;
  readonly is_inline: boolean;
  readonly size_bytes: number;
  readonly blocked: BlockReason | null;
  readonly unavailable: Unavailable | null;
}

/** A message in one of the mailboxes that have it. */
export interface SightingRow {
  readonly id: string;
  readonly mailboxId: string;
  readonly mailboxAddress: string;
  readonly folder: string | null;
}

/** A message with the address of its mailbox, its thread and where it is, folders by their paths. */
export const shown = `m.*, own.email_address AS mailbox_address, coalesce(place.path, m.folder) AS folder, coalesce(items.items, '[]') AS items, t.thread_id, t.match AS thread_match`;
export const placeOf = `
  JOIN mailboxes own ON own.id = m.mailbox_id
  LEFT JOIN thread_messages t ON t.message_id = m.id
  LEFT JOIN mailbox_folders place ON place.mailbox_id = m.mailbox_id AND place.folder = m.folder
  LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('folder', coalesce(f.path, i.folder), 'itemId', i.item_id) ORDER BY i.folder) AS items
    FROM message_items i LEFT JOIN mailbox_folders f ON f.mailbox_id = i.mailbox_id AND f.folder = i.folder
    WHERE i.message_id = m.id) items ON true`;

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
    mailboxId: string;
    profileId: string | null;
    from: Date | null;
    to: Date | null;
    before: { receivedMicros: string; id: string } | null;
    limit: number;
  }): Promise<(MessageRow & { position: string })[]> {
    return this.dataSource.query<(MessageRow & { position: string })[]>(
      `SELECT ${shown}, (extract(epoch FROM m.received_at) * 1000000)::bigint::text AS position FROM (
         SELECT * FROM messages
         WHERE mailbox_id = $1 AND (received_at, id) < (coalesce(timestamptz 'epoch' + $2::bigint * interval '1 microsecond', 'infinity'), coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
           AND received_at >= coalesce($5, '-infinity'::timestamptz) AND received_at < coalesce($6, 'infinity'::timestamptz)
           AND ($7::uuid IS NULL OR profile_id = $7)
         ORDER BY received_at DESC, id DESC LIMIT $4) m ${placeOf}
       ORDER BY m.received_at DESC, m.id DESC`,
      [
        query.mailboxId,
        query.before?.receivedMicros ?? null,
        query.before?.id ?? null,
        query.limit,
        query.from,
        query.to,
        query.profileId,
      ],
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
      `SELECT ${shown}, (extract(epoch FROM page.at) * 1000000)::bigint::text AS position FROM (
         SELECT p.message_id, p.at FROM thread_messages p JOIN mailboxes b ON b.id = p.mailbox_id AND b.removed_at IS NULL
         WHERE p.thread_id = (SELECT coalesce(merged_into, id) FROM threads WHERE id = $1) AND p.message_id IS NOT NULL
           AND ($2::uuid IS NULL OR p.mailbox_id = $2) AND ($3::uuid[] IS NULL OR p.profile_id = ANY($3))
           AND (p.at, coalesce(p.message_id, p.outgoing_id)) < (coalesce(timestamptz 'epoch' + $4::bigint * interval '1 microsecond', 'infinity'), coalesce($5::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
         ORDER BY p.at DESC, coalesce(p.message_id, p.outgoing_id) DESC LIMIT $6) page
       JOIN messages m ON m.id = page.message_id ${placeOf}
       ORDER BY page.at DESC, m.id DESC`,
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
      `SELECT ${shown} FROM messages m JOIN mailboxes b ON b.id = m.mailbox_id AND b.removed_at IS NULL ${placeOf}
       WHERE m.id = $1 AND ($2::uuid[] IS NULL OR m.profile_id = ANY($2))`,
      [id, profileIds],
    );
    return rows[0] ?? null;
  }

  /** The same message in other mailboxes of the profile, this one included, first seen first. */
  async sightings(contentId: string): Promise<SightingRow[]> {
    return this.dataSource.query(
      `SELECT m.id, m.mailbox_id AS "mailboxId", b.email_address AS "mailboxAddress", coalesce(place.path, m.folder) AS folder
       FROM messages m JOIN mailboxes b ON b.id = m.mailbox_id AND b.removed_at IS NULL
         LEFT JOIN mailbox_folders place ON place.mailbox_id = m.mailbox_id AND place.folder = m.folder
       WHERE m.content_id = $1 ORDER BY m.id LIMIT 200`,
      [contentId],
    );
  }

  /** When a message of which a part could not be read is read again; null: not by itself. */
  async nextReading(messageId: string): Promise<Date | null> {
    const [row] = await this.dataSource.query<{ retry_at: Date | null }[]>(
      `SELECT min(f.retry_at) AS retry_at FROM message_items i
       JOIN item_failures f ON f.mailbox_id = i.mailbox_id AND f.item_id = i.item_id WHERE i.message_id = $1`,
      [messageId],
    );
    return row?.retry_at ?? null;
  }

  /** Null: it has been removed in the meantime. */
  async content(contentId: string): Promise<ContentRow | null> {
    const [row] = await this.dataSource.query<ContentRow[]>(
      `SELECT text_body, html_body, headers, mime IS NOT NULL AS has_mime, omitted, incomplete FROM message_contents WHERE id = $1`,
      [contentId],
    );
    return row ?? null;
  }

  async attachments(contentId: string): Promise<AttachmentRow[]> {
    return this.dataSource.query<AttachmentRow[]>(
      `SELECT position, filename, content_type, content_id_header, is_inline, size_bytes, blocked, unavailable FROM message_attachments WHERE content_id = $1 ORDER BY position`,
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
