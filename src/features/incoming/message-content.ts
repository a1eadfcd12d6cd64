import type { Address, Attachment as MimeAttachment, Email } from 'postal-mime';
import type { FetchedItem, ItemProperties, Mailbox } from '../../mail/mail-item.js';
import type { BlockReason } from './attachment-rules.js';
import { parseMailDate } from './mail-date.js';
import { readMime } from './mime-reader.js';
import type { OmittedContent } from './omitted-content.js';

export interface MessageAttachment {
  readonly filename: string | null;
  readonly contentType: string;
  /** Without angle brackets. */
  readonly contentId: string | null;
  readonly isInline: boolean;
  readonly sizeBytes: number;
  /** Null: to be read out of the MIME, by position. */
  readonly bytes: Buffer | null;
  /** Why it was not stored. */
  readonly blocked?: BlockReason | null;
}

export interface Recipients {
  readonly to: readonly Mailbox[];
  readonly cc: readonly Mailbox[];
  readonly bcc: readonly Mailbox[];
  readonly replyTo: readonly Mailbox[];
}

/** A message as it is stored, whatever it was read from. */
export interface MessageContent {
  /** With angle brackets, as on the wire. */
  readonly internetMessageId: string | null;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly subject: string | null;
  readonly from: Mailbox | null;
  readonly sender: Mailbox | null;
  readonly recipients: Recipients;
  readonly sentAt: Date | null;
  readonly textBody: string | null;
  readonly htmlBody: string | null;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly attachments: readonly MessageAttachment[];
  /** Why there are headers only. */
  readonly omitted?: OmittedContent | null;
}

/**
 * Reads a message out of its MIME; what the MIME leaves out comes from the server's properties.
 * @throws when the MIME exceeds the parser's limits of nesting or header size
 */
export async function contentOfMime(mime: Buffer, properties: ItemProperties): Promise<MessageContent> {
  const email = await readMime(mime);
  const recipients = {
    to: mailboxes(email.to),
    cc: mailboxes(email.cc),
    bcc: mailboxes(email.bcc),
    replyTo: mailboxes(email.replyTo),
  };
  return {
    internetMessageId: email.messageId ?? properties.internetMessageId,
    inReplyTo: email.inReplyTo ?? properties.inReplyTo,
    references: messageIds(email.references ?? properties.references),
    subject: email.subject ?? properties.subject,
    from: mailboxes(email.from && [email.from])[0] ?? properties.from,
    sender: mailboxes(email.sender && [email.sender])[0] ?? properties.sender,
    // Exchange keeps the Bcc of sent mail as a property and leaves it out of the MIME.
    recipients: { ...recipients, bcc: recipients.bcc.length > 0 ? recipients.bcc : properties.bcc },
    sentAt: parseMailDate(headerOf(email, 'date')) ?? properties.sentAt,
    textBody: email.text ?? null,
    htmlBody: email.html ?? null,
    headers: email.headers.map((header) => ({ name: header.originalKey, value: header.value })),
    attachments: email.attachments.map((attachment) => ({ ...describe(attachment, email), bytes: null })),
  };
}

/** For items that the server cannot show as MIME; the caller has fetched the attachments, in order. */
export function contentOfProperties(item: FetchedItem, attachments: readonly MessageAttachment[]): MessageContent {
  const { properties } = item;
  return {
    internetMessageId: properties.internetMessageId,
    inReplyTo: properties.inReplyTo,
    references: messageIds(properties.references),
    subject: properties.subject,
    from: properties.from,
    sender: properties.sender,
    recipients: { to: properties.to, cc: properties.cc, bcc: properties.bcc, replyTo: properties.replyTo },
    sentAt: properties.sentAt,
    textBody: properties.textBody,
    htmlBody: properties.htmlBody,
    headers: properties.headers,
    attachments,
  };
}

/** The bytes of one attachment out of the MIME; null when there is none at this position. */
export async function attachmentBytes(mime: Buffer, position: number): Promise<Buffer | null> {
  const email = await readMime(mime);
  const attachment = email.attachments[position];
  return attachment ? bytesOf(attachment) : null;
}

/** The bytes of all attachments, by their positions. */
export async function attachmentContents(mime: Buffer): Promise<Buffer[]> {
  return (await readMime(mime)).attachments.map(bytesOf);
}

function bytesOf({ content }: MimeAttachment): Buffer {
  if (typeof content === 'string') return Buffer.from(content);
  return content instanceof ArrayBuffer
    ? Buffer.from(content)
    : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}

function describe(attachment: MimeAttachment, email: Email): Omit<MessageAttachment, 'bytes'> {
  const contentId = attachment.contentId?.replace(/^<|>$/g, '') ?? null;
  // Many mailers mark pictures of the body as attachments; being referred to is what makes one inline.
  const isReferred = contentId !== null && contentId !== '' && (email.html?.includes(`cid:${contentId}`) ?? false);
  return {
    filename: attachment.filename,
    contentType: attachment.mimeType || 'application/octet-stream',
    contentId: contentId || null,
    isInline: attachment.disposition === 'inline' || attachment.related === true || isReferred,
    sizeBytes: bytesOf(attachment).length,
  };
}

function mailboxes(addresses: readonly Address[] | undefined): Mailbox[] {
  return (addresses ?? [])
    .flatMap((address) => (address.group ? address.group : [address]))
    .map(({ name, address }) => ({ name: name || null, address: address || null }));
}

const headerOf = (email: Email, key: string): string | null =>
  email.headers.find((header) => header.key === key)?.value ?? null;

/** A References header as its ids; a broken one without brackets is cut at white space. */
export function messageIds(header: string | null): string[] {
  if (!header) return [];
  return header.match(/<[^<>\s]+>/g) ?? header.split(/\s+/).filter(Boolean);
}
