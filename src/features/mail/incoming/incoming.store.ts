import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../platform/database/data-source.js';
import { storableJson, storableText } from '../../../platform/database/storable-text.js';
import { valuesList } from '../../../platform/database/values-list.js';
import { SearchWordsStore } from '../search/search-words.store.js';
import { MessageItemsStore } from './message-items.store.js';
import { MessageRevisionsStore, type Revised, type StoredVersion } from './message-revisions.store.js';
import { hasOnlyHeaders, isIncomplete, storableRecipients, type NewMessage } from './stored-message.js';

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
    private readonly revisions: MessageRevisionsStore,
    private readonly words: SearchWordsStore,
  ) {}

  /**
   * Stores messages, each once: one that is there already under another item id (it moved, it was copied,
   * or the sync state was lost) only learns its new place, and one that says something else by now gets its new
   * content.
   * @param again the items may be stored already: what they say now counts, also where it makes another message
   * @returns those that are new, and those whose content is
   */
  async store(
    sql: Sql,
    owner: Owner,
    messages: readonly NewMessage[],
    now: Date,
    again = false,
  ): Promise<{ fresh: NewMessage[]; revised: Revised[] }> {
    const inOrder = [...messages].sort((one, other) => one.receivedAt.getTime() - other.receivedAt.getTime());
    const byItem = again
      ? await this.revisions.ofItems(sql, owner.mailboxId, messages)
      : new Map<string, StoredVersion>();
    const known = await this.revisions.byIdentity(sql, owner.mailboxId, messages);
    const fresh = new Map<string, NewMessage>();
    const changed: { message: NewMessage; stored: StoredVersion }[] = [];
    const repeats: NewMessage[] = [];
    const touched = new Set<string>();
    const places: { messageId: string; message: NewMessage; isKnown: boolean }[] = [];
    for (const message of inOrder) {
      const identity = hex(message.rendered);
      const same = known.get(hex(message.identity));
      const stored = same ?? byItem.get(message.item.id);
      const first = fresh.get(identity);
      if (stored && touched.has(stored.id)) repeats.push(message);
      else if (stored) {
        touched.add(stored.id);
        const before = byItem.get(message.item.id);
        // What it says by now is another message that is stored, too: it goes over to that one.
        if (before && before.id !== stored.id)
          await this.items.leave(sql, owner.mailboxId, owner.folder, [message.item.id], now);
        if (await this.revisions.isChange(sql, message, stored, again)) changed.push({ message, stored });
        places.push({ messageId: stored.id, message, isKnown: true });
      } else if (!first) {
        fresh.set(identity, message);
        places.push({ messageId: message.id, message, isKnown: false });
      } else if (first.source.equals(message.source)) {
        // Copies of one message within a batch are one message, too.
        places.push({ messageId: first.id, message, isKnown: false });
      } else repeats.push(message);
    }
    const stored = await this.withContents(sql, owner.profileId, [...fresh.values()]);
    if (stored.length > 0) await this.insertMessages(sql, owner, stored, now);
    await this.words.addReceived(
      sql,
      stored.map((message) => searchableOf(message, owner)),
    );
    await this.place(sql, owner, places);
    const contents = await this.withContents(
      sql,
      owner.profileId,
      changed.map(({ message }) => message),
    );
    const revised: Revised[] = [];
    for (const [index, { stored: before }] of changed.entries()) {
      const message = contents[index];
      if (message) revised.push(await this.revisions.revise(sql, owner, message, before));
    }
    if (repeats.length === 0) return { fresh: stored, revised };
    const later = await this.store(sql, owner, repeats, now, again);
    return { fresh: [...stored, ...later.fresh], revised: [...revised, ...later.revised] };
  }

  private async place(
    sql: Sql,
    owner: Owner,
    places: readonly { messageId: string; message: NewMessage; isKnown: boolean }[],
  ): Promise<void> {
    await this.items.add(
      sql,
      owner.mailboxId,
      owner.folder,
      places.map(({ messageId, message: { item } }) => ({
        messageId,
        itemId: item.id,
        changeKey: item.changeKey,
        size: item.properties.size,
      })),
    );
    const seenBefore = places.filter(({ isKnown }) => isKnown);
    await this.items.unsettle(
      sql,
      seenBefore.map(({ messageId }) => messageId),
    );
    await this.items.setRead(
      sql,
      owner.mailboxId,
      seenBefore.flatMap(({ message: { item } }) =>
        item.properties.isRead === null ? [] : [{ itemId: item.id, isRead: item.properties.isRead }],
      ),
    );
  }

  /**
   * Gives each message its content: the one that another mailbox of the profile has brought already, or
   * a new row. Two mailboxes may bring the same one at this moment, so the insert decides; in the order
   * of the digests, or two batches with the same messages could wait for each other.
   */
  private async withContents(sql: Sql, profileId: string, messages: readonly NewMessage[]): Promise<NewMessage[]> {
    if (messages.length === 0) return [];
    // By the parts as they are read, too: a server may write the MIME of one message anew for each mailbox.
    const shared = await sql.query<{ id: string; digest: string; source: string | null }[]>(
      // The lock keeps a removal from taking the content away before this transaction refers to it.
      `SELECT id, encode(digest, 'hex') AS digest, encode(source, 'hex') AS source FROM message_contents WHERE id IN (
         SELECT c.id FROM message_contents c WHERE c.profile_id = $1 AND c.digest IN (SELECT decode(v, 'hex') FROM unnest($2::text[]) v)
         UNION ALL
         SELECT c.id FROM message_contents c WHERE c.profile_id = $1 AND c.source IN (SELECT decode(v, 'hex') FROM unnest($3::text[]) v) AND c.mime IS NOT NULL
       ) ORDER BY digest FOR KEY SHARE`,
      [profileId, messages.map((message) => hex(message.digest)), messages.flatMap(sharedSourceOf)],
    );
    const bySource = new Map(shared.map((row) => [row.source, row.id]));
    const contentOf = new Map(
      messages.flatMap((message) => {
        const [source] = sharedSourceOf(message);
        const id = source === undefined ? undefined : bySource.get(source);
        return id === undefined ? [] : [[hex(message.digest), id] as const];
      }),
    );
    for (const row of shared) contentOf.set(row.digest, row.id);
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
      { type: 'bytea', value: (message) => message.source },
      { type: 'boolean', value: isIncomplete },
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
      `INSERT INTO message_contents (id, profile_id, digest, source, incomplete, text_body, html_body, headers, mime, omitted) ${values.text}
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
        {
          type: 'jsonb',
          value: ({ attachment: { unavailable } }) => (unavailable ? storableJson(unavailable) : null),
        },
      ]);
      await sql.query(
        `INSERT INTO message_attachments (content_id, position, filename, content_type, content_id_header, is_inline, size_bytes, bytes, blocked, unavailable) ${values.text}`,
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
      { type: 'jsonb', value: (message) => storableRecipients(message.content) },
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

/**
 * Set if the content may be another rendering of stored content; content that is truncated, blocked or not read is
 * never shared this way.
 */
function sharedSourceOf(message: NewMessage): string[] {
  const { item, source, content } = message;
  const isOnlyItself =
    item.mime === null ||
    content.incomplete ||
    hasOnlyHeaders(message) ||
    content.attachments.some(({ blocked }) => blocked);
  return isOnlyItself ? [] : [hex(source)];
}

function searchableOf({ id, content, receivedAt }: NewMessage, { mailboxId, profileId }: Owner) {
  const { subject, from, sender, recipients } = content;
  const people = [from, sender, ...recipients.to, ...recipients.cc, ...recipients.bcc, ...recipients.replyTo];
  return { id, mailboxId, profileId, receivedAt, subject, people };
}
