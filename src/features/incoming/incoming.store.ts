import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../platform/database/data-source.js';
import { storableJson, storableText } from '../../platform/database/storable-text.js';
import { valuesList } from '../../platform/database/values-list.js';
import type { NewMessage } from './stored-message.js';

const text = (value: string | null): string | null => (value === null ? null : storableText(value));

/** The SQL that stores messages. Every write happens under the mailbox's lease, so there is one writer per mailbox. */
@Injectable()
export class IncomingStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Which of these items the mailbox holds already. */
  async knownItems(mailboxId: string, itemIds: readonly string[]): Promise<Set<string>> {
    if (itemIds.length === 0) return new Set();
    const rows = await this.dataSource.query<{ item_id: string }[]>(
      `SELECT item_id FROM messages WHERE item_id = ANY($1) AND mailbox_id = $2`,
      [itemIds, mailboxId],
    );
    return new Set(rows.map((row) => row.item_id));
  }

  /**
   * Stores messages, each once: one that is there already under another item id (it moved, or the sync
   * state was lost) only learns its new place.
   * @returns those that are new
   */
  async store(
    sql: Sql,
    owner: { mailboxId: string; profileId: string; folder: string },
    messages: readonly NewMessage[],
    now: Date,
  ): Promise<NewMessage[]> {
    // Copies of one message within a batch, in one folder or two, are one message too.
    const distinct = [...new Map(messages.map((message) => [message.identity.toString('base64'), message])).values()];
    const known = await sql.query<{ identity: Buffer }[]>(
      `SELECT identity FROM messages WHERE mailbox_id = $1 AND identity IN (SELECT decode(v, 'base64') FROM unnest($2::text[]) v)`,
      [owner.mailboxId, distinct.map((message) => message.identity.toString('base64'))],
    );
    const knownIdentities = new Set(known.map((row) => row.identity.toString('base64')));
    const fresh = distinct.filter((message) => !knownIdentities.has(message.identity.toString('base64')));
    const moved = distinct.filter((message) => knownIdentities.has(message.identity.toString('base64')));
    if (moved.length > 0) await this.relocate(sql, owner, moved);
    if (fresh.length > 0) {
      await this.insertContents(sql, owner.profileId, fresh);
      await this.insertAttachments(sql, fresh);
      await this.insertMessages(sql, owner, fresh, now);
    }
    return fresh;
  }

  private async relocate(
    sql: Sql,
    owner: { mailboxId: string; folder: string },
    messages: readonly NewMessage[],
  ): Promise<void> {
    const values = valuesList(
      messages,
      [
        { type: 'bytea', value: (message) => message.identity },
        { type: 'text', value: (message) => message.item.id },
        { type: 'boolean', value: (message) => message.item.properties.isRead },
      ],
      3,
    );
    await sql.query(
      `UPDATE messages m SET item_id = seen.item_id, folder = $2, is_read = coalesce(seen.is_read, m.is_read)
       FROM (${values.text}) AS seen(identity, item_id, is_read) WHERE m.mailbox_id = $1 AND m.identity = seen.identity`,
      [owner.mailboxId, owner.folder, ...values.parameters],
    );
  }

  private async insertContents(sql: Sql, profileId: string, messages: readonly NewMessage[]): Promise<void> {
    const values = valuesList(messages, [
      { type: 'uuid', value: (message) => message.contentId },
      { type: 'uuid', value: () => profileId },
      { type: 'text', value: (message) => text(message.content.textBody) },
      { type: 'text', value: (message) => text(message.content.htmlBody) },
      { type: 'jsonb', value: (message) => storableJson(message.content.headers) },
      { type: 'bytea', value: (message) => message.item.mime },
      {
        type: 'jsonb',
        value: ({ content }) => (content.omitted ? storableJson(content.omitted) : null),
      },
    ]);
    await sql.query(
      `INSERT INTO message_contents (id, profile_id, text_body, html_body, headers, mime, omitted) ${values.text}`,
      values.parameters,
    );
  }

  private async insertAttachments(sql: Sql, messages: readonly NewMessage[]): Promise<void> {
    const rows = messages.flatMap((message) =>
      message.content.attachments.map((attachment, position) => ({
        contentId: message.contentId,
        position,
        attachment,
      })),
    );
    // PostgreSQL takes 65,535 parameters a statement; one message can hold thousands of attachments.
    for (let start = 0; start < rows.length; start += 5_000) {
      const values = valuesList(rows.slice(start, start + 5_000), [
        { type: 'uuid', value: (row) => row.contentId },
        { type: 'integer', value: (row) => row.position },
        { type: 'text', value: (row) => text(row.attachment.filename) },
        { type: 'text', value: (row) => storableText(row.attachment.contentType) },
        { type: 'text', value: (row) => text(row.attachment.contentId) },
        { type: 'boolean', value: (row) => row.attachment.isInline },
        { type: 'integer', value: (row) => row.attachment.sizeBytes },
        { type: 'bytea', value: (row) => row.attachment.bytes },
        { type: 'text', value: (row) => row.attachment.blocked ?? null },
      ]);
      await sql.query(
        `INSERT INTO message_attachments (content_id, position, filename, content_type, content_id_header, is_inline, size_bytes, bytes, blocked) ${values.text}`,
        values.parameters,
      );
    }
  }

  private async insertMessages(
    sql: Sql,
    owner: { mailboxId: string; profileId: string; folder: string },
    messages: readonly NewMessage[],
    now: Date,
  ): Promise<void> {
    const values = valuesList(messages, [
      { type: 'uuid', value: (message) => message.id },
      { type: 'uuid', value: () => owner.mailboxId },
      { type: 'uuid', value: () => owner.profileId },
      { type: 'uuid', value: (message) => message.contentId },
      { type: 'bytea', value: (message) => message.identity },
      { type: 'text', value: () => owner.folder },
      { type: 'text', value: (message) => message.item.id },
      { type: 'text', value: (message) => text(message.item.properties.itemClass) },
      { type: 'text', value: (message) => text(message.content.internetMessageId) },
      { type: 'text', value: (message) => text(message.item.properties.conversationId) },
      { type: 'text', value: (message) => text(message.content.inReplyTo) },
      { type: 'text[]', value: (message) => message.content.references.map(storableText) },
      { type: 'text', value: (message) => text(message.content.subject) },
      { type: 'text', value: (message) => text(message.content.from?.name ?? null) },
      { type: 'text', value: (message) => text(message.content.from?.address ?? null) },
      { type: 'text', value: (message) => text(message.content.sender?.name ?? null) },
      { type: 'text', value: (message) => text(message.content.sender?.address ?? null) },
      { type: 'jsonb', value: (message) => storableJson(message.content.recipients) },
      { type: 'text', value: (message) => message.item.properties.importance ?? 'normal' },
      { type: 'boolean', value: (message) => message.item.properties.isRead ?? false },
      { type: 'boolean', value: (message) => message.content.attachments.some((attachment) => !attachment.isInline) },
      { type: 'integer', value: (message) => message.item.mime?.length ?? message.item.properties.size ?? 0 },
      { type: 'timestamptz', value: (message) => message.content.sentAt },
      { type: 'timestamptz', value: (message) => message.receivedAt },
      { type: 'timestamptz', value: () => now },
    ]);
    await sql.query(
      `INSERT INTO messages (id, mailbox_id, profile_id, content_id, identity, folder, item_id, item_class, internet_message_id, conversation_id, in_reply_to,
         reference_ids, subject, from_name, from_address, sender_name, sender_address, recipients, importance, is_read, has_attachments, size_bytes,
         sent_at, received_at, stored_at) ${values.text}`,
      values.parameters,
    );
  }

  async setRead(sql: Sql, mailboxId: string, flags: readonly { itemId: string; isRead: boolean }[]): Promise<void> {
    if (flags.length === 0) return;
    await sql.query(
      `UPDATE messages m SET is_read = flag."isRead" FROM jsonb_to_recordset($2::jsonb) AS flag("itemId" text, "isRead" boolean)
       WHERE m.mailbox_id = $1 AND m.item_id = flag."itemId" AND m.is_read <> flag."isRead"`,
      [mailboxId, storableJson(flags)],
    );
  }

  /** The items left the folder (deleted, or moved elsewhere); the messages stay. */
  async leaveFolder(sql: Sql, mailboxId: string, itemIds: readonly string[]): Promise<void> {
    if (itemIds.length === 0) return;
    await sql.query(`UPDATE messages SET folder = NULL WHERE mailbox_id = $1 AND item_id = ANY($2)`, [
      mailboxId,
      itemIds,
    ]);
  }
}
