import { v7 as uuidv7 } from 'uuid';
import type { FetchedItem, MailAddress } from '../../../drivers/port/mail-item.js';
import { storableJson } from '../../../platform/database/storable-text.js';
import type { MessageContent } from './message-content.js';
import { contentDigest, messageIdentity, renderedIdentity, sourceDigest } from './message-identity.js';

/** A message ready for the database. */
export interface NewMessage {
  readonly id: string;
  readonly contentId: string;
  readonly identity: Buffer;
  /** Equal for the same message also where a server makes up ids of its parts; see `renderedIdentity`. */
  readonly rendered: Buffer;
  /** Equal for the same message in another mailbox; see `contentDigest`. */
  readonly digest: Buffer;
  /** Equal as long as the message says the same; see `sourceDigest`. */
  readonly source: Buffer;
  readonly item: FetchedItem;
  readonly content: MessageContent;
  readonly receivedAt: Date;
}

/** @param now stands in for a receive time that the server left out */
export function newMessage(item: FetchedItem, content: MessageContent, now: Date): NewMessage {
  const receivedAt = item.properties.receivedAt ?? content.sentAt ?? now;
  const identity = messageIdentity(content, item.properties, receivedAt);
  const digest = contentDigest(identity, content, item.mime);
  const rendered = renderedIdentity(identity, content, item.properties, receivedAt);
  const source = sourceDigest(rendered, content);
  return { id: uuidv7(), contentId: uuidv7(), identity, rendered, digest, source, item, content, receivedAt };
}

/** Whether a part of it could not be read. */
export const isIncomplete = ({ content }: Pick<NewMessage, 'content'>): boolean =>
  Boolean(content.incomplete) || content.attachments.some(({ unavailable }) => unavailable);

/** Whether only its headers were read. */
export const hasOnlyHeaders = ({ content }: Pick<NewMessage, 'content'>): boolean =>
  Boolean(content.omitted) && content.omitted?.reason !== 'body-size';

/** Recipients as JSON for the database: names and addresses, without fields used only for the lookup. */
export function storableRecipients({ recipients }: MessageContent): string {
  const people = (list: readonly MailAddress[]) => list.map(({ name, address }) => ({ name, address }));
  const { to, cc, bcc, replyTo } = recipients;
  return storableJson({ to: people(to), cc: people(cc), bcc: people(bcc), replyTo: people(replyTo) });
}
