import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../platform/database/data-source.js';
import { storableText } from '../../../platform/database/storable-text.js';
import { SearchWordsStore } from '../search/search-words.store.js';
import { contentHash, type MessageContent } from './message-content.js';
import { withMime } from './mime-reading.js';
import { hasOnlyHeaders, isIncomplete, storableRecipients, type NewMessage } from './stored-message.js';

/** A stored message with what tells its content from another. */
export interface StoredVersion {
  readonly id: string;
  readonly identity: string;
  /** Null once the content was removed. */
  readonly contentId: string | null;
  readonly contentReceivedAt: Date;
  readonly digest: string | null;
  /** Null for a content from before there were such digests. */
  readonly source: string | null;
  readonly incomplete: boolean;
  readonly hasMime: boolean;
}

/** What of a message a new content changes. */
export const revisedParts = ['subject', 'text', 'attachments', 'headers'] as const;
export type RevisedPart = (typeof revisedParts)[number];

/** A message that got a new content. */
export interface Revised {
  readonly id: string;
  readonly contentId: string;
  readonly changed: readonly RevisedPart[];
}

const versionColumns = `m.id, encode(m.identity, 'hex') AS identity, m.content_id AS "contentId",
  coalesce(m.content_received_at, m.received_at) AS "contentReceivedAt", encode(c.digest, 'hex') AS digest,
  encode(c.source, 'hex') AS source, coalesce(c.incomplete, false) AS incomplete, c.mime IS NOT NULL AS "hasMime"`;

const text = (value: string | null): string | null => (value === null ? null : storableText(value));
const hex = (digest: Buffer): string => digest.toString('hex');
const mimeHashOf = ({ item }: NewMessage): string | null => item.mime && contentHash(item.mime);

/** The SQL of messages whose content changes: what they say now, and what some of their items still say. */
@Injectable()
export class MessageRevisionsStore {
  constructor(private readonly words: SearchWordsStore) {}

  /** The mailbox's messages of these identities, by them. */
  async byIdentity(sql: Sql, mailboxId: string, messages: readonly NewMessage[]): Promise<Map<string, StoredVersion>> {
    if (messages.length === 0) return new Map();
    const rows = await sql.query<StoredVersion[]>(
      `SELECT ${versionColumns} FROM messages m LEFT JOIN message_contents c ON c.id = m.content_id
       WHERE m.mailbox_id = $1 AND m.identity IN (SELECT decode(v, 'hex') FROM unnest($2::text[]) v)`,
      [mailboxId, messages.map((message) => hex(message.identity))],
    );
    const known = new Map(rows.map((row) => [row.identity, row]));
    const others = messages.filter(({ identity, rendered }) => !identity.equals(rendered) && !known.has(hex(identity)));
    const bySource = others.length === 0 ? [] : await this.bySource(sql, mailboxId, others);
    const unknown = messages.filter(({ identity }) => !known.has(hex(identity)));
    return new Map([...(await this.byPart(sql, mailboxId, unknown)), ...known, ...bySource]);
  }

  /**
   * Messages with the same Message-ID and time, of which one version is incomplete, or was parsed from the same MIME by
   * a version that parsed it differently, so that text and identity differ. An item that was moved in the meantime has
   * another id, so nothing else identifies it.
   */
  private async byPart(
    sql: Sql,
    mailboxId: string,
    messages: readonly NewMessage[],
  ): Promise<Map<string, StoredVersion>> {
    const named = messages.filter(({ content }) => content.internetMessageId !== null);
    if (named.length === 0) return new Map();
    const rows = await sql.query<(StoredVersion & { messageId: string; receivedAt: Date; mimeHash: string | null })[]>(
      `SELECT ${versionColumns}, m.internet_message_id AS "messageId", m.received_at AS "receivedAt",
         CASE WHEN octet_length(c.mime) = ANY($4::int[]) THEN encode(sha256(c.mime), 'hex') END AS "mimeHash"
       FROM messages m LEFT JOIN message_contents c ON c.id = m.content_id
       WHERE m.mailbox_id = $1 AND m.received_at = ANY($2::timestamptz[]) AND m.internet_message_id = ANY($3)`,
      [
        mailboxId,
        named.map(({ receivedAt }) => receivedAt),
        named.map(({ content }) => text(content.internetMessageId)),
        named.flatMap(({ item }) => item.mime?.length ?? []),
      ],
    );
    return new Map(
      named.flatMap((message) => {
        const row = rows.find(
          ({ messageId, receivedAt, incomplete, mimeHash }) =>
            messageId === text(message.content.internetMessageId) &&
            receivedAt.getTime() === message.receivedAt.getTime() &&
            (incomplete || isIncomplete(message) || (mimeHash !== null && mimeHash === mimeHashOf(message))),
        );
        if (!row) return [];
        const { messageId: _messageId, receivedAt: _receivedAt, mimeHash: _mimeHash, ...version } = row;
        return [[hex(message.identity), version] as const];
      }),
    );
  }

  /** Messages that are stored under other ids of their parts. */
  private async bySource(
    sql: Sql,
    mailboxId: string,
    messages: readonly NewMessage[],
  ): Promise<Map<string, StoredVersion>> {
    const rows = await sql.query<StoredVersion[]>(
      `SELECT ${versionColumns} FROM message_contents c JOIN messages m ON m.content_id = c.id
       WHERE c.source IN (SELECT decode(v, 'hex') FROM unnest($2::text[]) v) AND m.mailbox_id = $1
         AND c.profile_id = (SELECT profile_id FROM mailboxes WHERE id = $1)`,
      [mailboxId, messages.map(({ source }) => hex(source))],
    );
    return new Map(
      messages.flatMap(({ identity, source }) => {
        const row = rows.find((candidate) => candidate.source === hex(source));
        return row ? [[hex(identity), row] as const] : [];
      }),
    );
  }

  /** The messages that these items are of, by the items' ids. */
  async ofItems(sql: Sql, mailboxId: string, messages: readonly NewMessage[]): Promise<Map<string, StoredVersion>> {
    if (messages.length === 0) return new Map();
    const rows = await sql.query<(StoredVersion & { itemId: string })[]>(
      `SELECT i.item_id AS "itemId", ${versionColumns}
       FROM message_items i JOIN messages m ON m.id = i.message_id LEFT JOIN message_contents c ON c.id = m.content_id
       WHERE i.item_id = ANY($2) AND i.mailbox_id = $1`,
      [mailboxId, messages.map(({ item }) => item.id)],
    );
    return new Map(rows.map(({ itemId, ...row }) => [itemId, row]));
  }

  /**
   * Whether the item says something else than the message that is stored.
   * @param again it is known that the item itself has changed, so that it need not be newer
   */
  async isChange(sql: Sql, message: NewMessage, stored: StoredVersion, again: boolean): Promise<boolean> {
    // What was removed stays removed.
    if (stored.contentId === null || hasOnlyHeaders(message)) return false;
    if (stored.source === null ? hex(message.digest) === stored.digest : hex(message.source) === stored.source)
      return false;
    // A poorer reading of what is here whole already changes nothing.
    if (isIncomplete(message) && !stored.incomplete) return false;
    if (message.item.mime === null && stored.hasMime && !again) return false;
    if (!again && message.receivedAt < stored.contentReceivedAt) return false;
    if (await this.isOlder(sql, stored, message)) return false;
    if (stored.source !== null) return true;
    const source = await this.sourceOf(sql, stored.contentId, message);
    return source !== null && source !== hex(message.source);
  }

  /**
   * Gives a message a new content. The one that it had stays for as long as another message shows it, or another
   * item of this one still has it.
   */
  async revise(
    sql: Sql,
    owner: { readonly mailboxId: string; readonly profileId: string },
    message: NewMessage,
    stored: StoredVersion,
  ): Promise<Revised> {
    const before = await this.partsOf(sql, stored);
    const { content, item } = message;
    await sql.query(
      `INSERT INTO older_contents (message_id, content_id, item_id)
       SELECT i.message_id, $2, i.item_id FROM message_items i
       WHERE i.message_id = $1 AND i.item_id <> $3 AND $2 <> $4::uuid
         AND NOT EXISTS (SELECT FROM older_contents o WHERE o.message_id = $1 AND o.item_id = i.item_id)`,
      [stored.id, stored.contentId, item.id, message.contentId],
    );
    await sql.query(
      `UPDATE messages SET content_id = $2, content_received_at = $3, identity = $4, subject = $5, from_name = $6, from_address = $7,
         sender_name = $8, sender_address = $9, recipients = $10, in_reply_to = $11, reference_ids = $12, internet_message_id = $13,
         sent_at = $14, has_attachments = $15, size_bytes = $16 WHERE id = $1`,
      [
        stored.id,
        message.contentId,
        message.receivedAt,
        message.identity,
        text(content.subject),
        text(content.from?.name ?? null),
        text(content.from?.address ?? null),
        text(content.sender?.name ?? null),
        text(content.sender?.address ?? null),
        storableRecipients(content),
        text(content.inReplyTo),
        content.references.map(storableText),
        text(content.internetMessageId),
        content.sentAt,
        content.attachments.some((attachment) => !attachment.isInline),
        item.mime?.length ?? item.properties.size ?? 0,
      ],
    );
    const { recipients } = content;
    const people = [
      content.from,
      content.sender,
      ...recipients.to,
      ...recipients.cc,
      ...recipients.bcc,
      ...recipients.replyTo,
    ];
    const row = { ...owner, id: stored.id, receivedAt: message.receivedAt, subject: content.subject, people };
    await this.words.replaceReceived(sql, row);
    await this.dropOlder(sql, [stored.id], [item.id]);
    if (stored.contentId !== null) await this.removeUnused(sql, [stored.contentId]);
    return { id: stored.id, contentId: message.contentId, changed: changedParts(before, content) };
  }

  /** Items have left: what only they still said goes with them. */
  async dropOlder(sql: Sql, messageIds: readonly string[], itemIds: readonly string[]): Promise<void> {
    const [rows] = await sql.query<[{ content_id: string }[], number]>(
      `DELETE FROM older_contents WHERE message_id = ANY($1::uuid[]) AND item_id = ANY($2) RETURNING content_id`,
      [messageIds, itemIds],
    );
    await this.removeUnused(
      sql,
      rows.map((row) => row.content_id),
    );
  }

  /** The rows are locked first: of two that give up a content at once, each would still see the other's. */
  private async removeUnused(sql: Sql, contentIds: readonly string[]): Promise<void> {
    if (contentIds.length === 0) return;
    await sql.query(`SELECT FROM message_contents WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`, [contentIds]);
    await sql.query(
      `DELETE FROM message_contents c WHERE id = ANY($1::uuid[]) AND NOT EXISTS (SELECT FROM messages m WHERE m.content_id = c.id)
         AND NOT EXISTS (SELECT FROM older_contents o WHERE o.content_id = c.id)`,
      [contentIds],
    );
  }

  /** Whether an item of the message has just this content, which a newer one has followed. */
  private async isOlder(sql: Sql, stored: StoredVersion, message: NewMessage): Promise<boolean> {
    const rows = await sql.query<unknown[]>(
      `SELECT FROM older_contents o JOIN message_contents c ON c.id = o.content_id
       WHERE o.message_id = $1 AND ((o.item_id <> $2 AND c.source = $3) OR (o.item_id = $2 AND $4)) LIMIT 1`,
      [stored.id, message.item.id, message.source, message.receivedAt < stored.contentReceivedAt],
    );
    return rows.length > 0;
  }

  /** The digest of a content from before there were any; null when it cannot be told. */
  private async sourceOf(sql: Sql, contentId: string, { item, rendered }: NewMessage): Promise<string | null> {
    const [row] = await sql.query<{ mime: Buffer | null; blocked: boolean }[]>(
      `SELECT mime, EXISTS (SELECT FROM message_attachments a WHERE a.content_id = c.id AND a.blocked IS NOT NULL) AS blocked
       FROM message_contents c WHERE id = $1`,
      [contentId],
    );
    if (!row?.mime || row.blocked) return null;
    try {
      return hex(await withMime('source', row.mime, { identity: rendered, properties: item.properties }));
    } catch {
      // It was stored although it could not be parsed; whether it has changed cannot be told.
      return null;
    }
  }

  private async partsOf(sql: Sql, { id, contentId }: StoredVersion): Promise<Parts | null> {
    const [row] = await sql.query<Parts[]>(
      `SELECT m.subject, c.text_body AS text, c.html_body AS html,
         coalesce((SELECT jsonb_agg(jsonb_build_array(a.filename, a.size_bytes, a.unavailable IS NOT NULL) ORDER BY a.position)
           FROM message_attachments a WHERE a.content_id = c.id), '[]') AS attachments
       FROM messages m JOIN message_contents c ON c.id = $2 WHERE m.id = $1`,
      [id, contentId],
    );
    return row ?? null;
  }
}

interface Parts {
  readonly subject: string | null;
  readonly text: string | null;
  readonly html: string | null;
  readonly attachments: readonly unknown[];
}

function changedParts(before: Parts | null, content: MessageContent): RevisedPart[] {
  if (!before) return [...revisedParts];
  const files = content.attachments.map(({ filename, sizeBytes, unavailable }) => [
    text(filename),
    sizeBytes,
    Boolean(unavailable),
  ]);
  const changed: RevisedPart[] = [];
  if (before.subject !== text(content.subject)) changed.push('subject');
  if (before.text !== text(content.textBody) || before.html !== text(content.htmlBody)) changed.push('text');
  if (JSON.stringify(before.attachments) !== JSON.stringify(files)) changed.push('attachments');
  // Neither text nor sizes: bytes of an attachment, or a header.
  if (changed.length === 0) changed.push(files.length > 0 ? 'attachments' : 'headers');
  return changed;
}
