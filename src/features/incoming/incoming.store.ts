import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/data-source.js';
import { storableJson, storableText } from '../../platform/database/storable-text.js';
import { valuesList } from '../../platform/database/values-list.js';
import { SearchWordsStore } from '../search/search-words.store.js';
import { MessageItemsStore } from './message-items.store.js';
import type { NewMessage } from './stored-message.js';

interface Owner {
  readonly mailboxId: string;
  readonly profileId: string;
  /** Key of the folder that the items lie in. */
  readonly folder: string;
}

const text = (value: string | null): string | null => (value === null ? null : storableText(value));

const hex = (digest: Buffer): string => digest.toString('hex');

/** The SQL that stores messages. Every write happens under the mailbox's lease, so there is one writer per mailbox. */
@Injectable()
export class IncomingStore {
  constructor(
    private readonly items: MessageItemsStore,
    private readonly words: SearchWordsStore,
  ) {}

  /**
   * Stores messages, each once: one that is there already under another item id (it moved, it was copied,
   * or the sync state was lost) only learns its new place.
   * @returns those that are new
   */
  async store(sql: Sql, owner: Owner, messages: readonly NewMessage[], now: Date): Promise<NewMessage[]> {
    const known = await this.idsByIdentity(sql, owner.mailboxId, messages);
    const fresh = new Map<string, NewMessage>();
    for (const message of messages) {
      const identity = hex(message.identity);
      // Copies of one message within a batch are one message, too.
      if (!known.has(identity) && !fresh.has(identity)) fresh.set(identity, message);
    }
    const stored = await this.withContents(sql, owner.profileId, [...fresh.values()]);
    if (stored.length > 0) await this.insertMessages(sql, owner, stored, now);
    await this.words.addReceived(
      sql,
      stored.map((message) => searchableOf(message, owner)),
    );
    const idOf = (message: NewMessage) =>
      known.get(hex(message.identity)) ?? fresh.get(hex(message.identity))?.id ?? message.id;
    await this.items.add(
      sql,
      owner.mailboxId,
      owner.folder,
      messages.map((message) => ({ messageId: idOf(message), itemId: message.item.id })),
    );
    const seenBefore = messages.filter((message) => known.has(hex(message.identity)));
    await this.items.unsettle(sql, seenBefore.map(idOf));
    await this.items.setRead(
      sql,
      owner.mailboxId,
      seenBefore.flatMap(({ item }) =>
        item.properties.isRead === null ? [] : [{ itemId: item.id, isRead: item.properties.isRead }],
      ),
    );
    return stored;
  }

  private async idsByIdentity(
    sql: Sql,
    mailboxId: string,
    messages: readonly NewMessage[],
  ): Promise<Map<string, string>> {
    if (messages.length === 0) return new Map();
    const rows = await sql.query<{ id: string; identity: string }[]>(
      `SELECT id, encode(identity, 'hex') AS identity FROM messages
       WHERE mailbox_id = $1 AND identity IN (SELECT decode(v, 'hex') FROM unnest($2::text[]) v)`,
      [mailboxId, messages.map((message) => hex(message.identity))],
    );
    return new Map(rows.map((row) => [row.identity, row.id]));
  }

  /**
   * Gives each message its content: the one that another mailbox of the profile has brought already, or
   * a new row. Two mailboxes may bring the same one at this moment, so the insert decides; in the order
   * of the digests, or two batches with the same messages could wait for each other.
   */
  private async withContents(sql: Sql, profileId: string, messages: readonly NewMessage[]): Promise<NewMessage[]> {
    if (messages.length === 0) return [];
    const shared = await sql.query<{ id: string; digest: string }[]>(
      // The lock keeps a removal from taking the content away before this transaction refers to it.
      `SELECT id, encode(digest, 'hex') AS digest FROM message_contents
       WHERE profile_id = $1 AND digest IN (SELECT decode(v, 'hex') FROM unnest($2::text[]) v) ORDER BY digest FOR KEY SHARE`,
      [profileId, messages.map((message) => hex(message.digest))],
    );
    const contentOf = new Map(shared.map((row) => [row.digest, row.id]));
    const missing = [
      ...new Map(
        messages
          .filter((message) => !contentOf.has(hex(message.digest)))
          .map((message) => [hex(message.digest), message]),
      ).values(),
    ];
    if (missing.length > 0) {
      missing.sort((a, b) => Buffer.compare(a.digest, b.digest));
      const inserted = await this.insertContents(sql, profileId, missing);
      for (const row of inserted) contentOf.set(row.digest, row.id);
      const own = new Set(inserted.filter((row) => row.fresh).map((row) => row.id));
      await this.insertAttachments(
        sql,
        missing.filter((message) => own.has(message.contentId)),
      );
    }
    return messages.map((message) => ({
      ...message,
      contentId: contentOf.get(hex(message.digest)) ?? message.contentId,
    }));
  }

  private async insertContents(
    sql: Sql,
    profileId: string,
    messages: readonly NewMessage[],
  ): Promise<{ id: string; digest: string; fresh: boolean }[]> {
    const values = valuesList(messages, [
      { type: 'uuid', value: (message) => message.contentId },
      { type: 'uuid', value: () => profileId },
      { type: 'bytea', value: (message) => message.digest },
      { type: 'text', value: (message) => text(message.content.textBody) },
      { type: 'text', value: (message) => text(message.content.htmlBody) },
      { type: 'jsonb', value: (message) => storableJson(message.content.headers) },
      { type: 'bytea', value: (message) => message.item.mime },
      {
        type: 'jsonb',
        value: ({ content }) => (content.omitted ? storableJson(content.omitted) : null),
      },
    ]);
    return sql.query(
      `INSERT INTO message_contents (id, profile_id, digest, text_body, html_body, headers, mime, omitted) ${values.text}
       ON CONFLICT (profile_id, digest) WHERE digest IS NOT NULL DO UPDATE SET digest = excluded.digest
       RETURNING id, encode(digest, 'hex') AS digest, (xmax = 0) AS fresh`,
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

  private async insertMessages(sql: Sql, owner: Owner, messages: readonly NewMessage[], now: Date): Promise<void> {
    const values = valuesList(messages, [
      { type: 'uuid', value: (message) => message.id },
      { type: 'uuid', value: () => owner.mailboxId },
      { type: 'uuid', value: () => owner.profileId },
      { type: 'uuid', value: (message) => message.contentId },
      { type: 'bytea', value: (message) => message.identity },
      { type: 'text', value: () => owner.folder },
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
      `INSERT INTO messages (id, mailbox_id, profile_id, content_id, identity, folder, item_class, internet_message_id, conversation_id, in_reply_to,
         reference_ids, subject, from_name, from_address, sender_name, sender_address, recipients, importance, is_read, has_attachments, size_bytes,
         sent_at, received_at, stored_at) ${values.text}`,
      values.parameters,
    );
  }
}

function searchableOf({ id, content, receivedAt }: NewMessage, { mailboxId, profileId }: Owner) {
  const { subject, from, sender, recipients } = content;
  const people = [from, sender, ...recipients.to, ...recipients.cc, ...recipients.bcc, ...recipients.replyTo];
  return { id, mailboxId, profileId, receivedAt, subject, people };
}
