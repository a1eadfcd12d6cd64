import { createHash } from 'node:crypto';
import type { Attachment as MimeAttachment, Email } from 'postal-mime';
import type { FetchedItem, ItemProperties, MailAddress } from '../../../drivers/port/mail-item.js';
import type { BlockReason } from './attachment-rules.js';
import { parseMailDate } from './mail-date.js';
import { readMime } from './mime-reader.js';
import { mimeLimits, withinLimits } from './mime-structure.js';
import type { OmittedContent } from './omitted-content.js';
import { decodeWords } from './reading/encoded-words.js';
import { readAddresses } from './reading/address-list.js';
import { betterPeople, betterPerson, betterText } from './reading/server-reading.js';

/** Why something could not be read. */
export interface Unavailable {
  readonly code: string;
  /** The server's own words. */
  readonly message: string;
}

export interface MessageAttachment {
  readonly filename: string | null;
  readonly contentType: string;
  /** Without angle brackets. */
  readonly contentId: string | null;
  readonly isInline: boolean;
  readonly sizeBytes: number;
  /** Null: to be read out of the MIME, by position. */
  readonly bytes: Buffer | null;
  /** SHA-256 of the content, hex; null where it was never fetched. */
  readonly hash: string | null;
  /** Why it was not stored. */
  readonly blocked?: BlockReason | null;
  /** Why it could not be read; it is tried again. */
  readonly unavailable?: Unavailable | null;
}

export interface Recipients {
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly bcc: readonly MailAddress[];
  readonly replyTo: readonly MailAddress[];
}

/** A message as it is stored, whatever it was read from. */
export interface MessageContent {
  /** With angle brackets, as on the wire. */
  readonly internetMessageId: string | null;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly subject: string | null;
  readonly from: MailAddress | null;
  readonly sender: MailAddress | null;
  readonly recipients: Recipients;
  readonly sentAt: Date | null;
  readonly textBody: string | null;
  readonly htmlBody: string | null;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly attachments: readonly MessageAttachment[];
  /** Why there are headers only. */
  readonly omitted?: OmittedContent | null;
  /** Why it is not whole; it is read again. */
  readonly incomplete?: Unavailable | null;
  /**
   * Whether its bodies have characters that could not be decoded in any charset that the message names or that its
   * bytes suggest.
   */
  readonly isDamaged?: boolean;
}

/**
 * Reads a message out of its MIME; what the MIME leaves out comes from the server's properties.
 * @throws MimeTooComplex where that would take too much time or memory
 */
export async function contentOfMime(mime: Buffer, properties: ItemProperties): Promise<MessageContent> {
  const email = await readMime(mime);
  return {
    internetMessageId: email.messageId ?? properties.internetMessageId,
    inReplyTo: email.inReplyTo ?? properties.inReplyTo,
    references: messageIds(email.references ?? properties.references),
    subject: betterText(words(headerOf(email, 'subject')), properties.subject),
    from: betterPerson(peopleOf(email, 'from')[0] ?? null, properties.from),
    sender: betterPerson(peopleOf(email, 'sender')[0] ?? null, properties.sender),
    recipients: {
      to: betterPeople(peopleOf(email, 'to'), properties.to),
      cc: betterPeople(peopleOf(email, 'cc'), properties.cc),
      // Exchange keeps the Bcc of sent mail as a property and omits it from the MIME.
      bcc: betterPeople(peopleOf(email, 'bcc'), properties.bcc),
      replyTo: betterPeople(peopleOf(email, 'reply-to'), properties.replyTo),
    },
    sentAt: parseMailDate(headerOf(email, 'date')) ?? properties.sentAt,
    textBody: email.text ?? null,
    htmlBody: email.html ?? null,
    headers: withOriginals(
      email.headers.map((header) => ({ name: header.originalKey, value: header.value })),
      properties.headers,
    ),
    attachments: describeAll(email),
    omitted: email.isCut ? { reason: 'body-size', sizeBytes: mime.length, limitBytes: mimeLimits.textBytes } : null,
    isDamaged: email.damage > 0,
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
  const email = await readMime(mime, { detects: false });
  const attachment = email.attachments[position];
  return attachment ? bytesOf(attachment) : null;
}

/** The bytes of all attachments, by their positions. */
export async function attachmentContents(mime: Buffer): Promise<Buffer[]> {
  return (await readMime(mime, { detects: false })).attachments.map(bytesOf);
}

export function bytesOf({ content }: MimeAttachment): Buffer {
  if (typeof content === 'string') return Buffer.from(content);
  return content instanceof ArrayBuffer
    ? Buffer.from(content)
    : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}

function describeAll(email: Email): MessageAttachment[] {
  const contentIds = email.attachments.map(({ contentId }) => contentId?.replace(/^<|>$/g, '') ?? null);
  const referred = referredIds(email.html ?? '', new Set(contentIds));
  return email.attachments.map((attachment, index) => {
    const contentId = contentIds[index] ?? null;
    // Many mailers mark embedded pictures as attachments. A reference in the body makes one inline.
    const isReferred = contentId !== null && contentId !== '' && referred(contentId);
    const bytes = bytesOf(attachment);
    return {
      filename: attachment.filename,
      contentType: attachment.mimeType || 'application/octet-stream',
      contentId: contentId || null,
      isInline: attachment.disposition === 'inline' || attachment.related === true || isReferred,
      sizeBytes: bytes.length,
      hash: contentHash(bytes),
      bytes: null,
    };
  });
}

/** The number of attachments for which the whole body is searched; more would take too long. */
const maxSearches = 50;

/** Returns whether a body refers to a part by its id. */
function referredIds(html: string, contentIds: ReadonlySet<string | null>): (contentId: string) => boolean {
  const named = new Set<string>();
  let refers = false;
  // A body can consist of references, to nothing.
  for (const [, id = ''] of html.matchAll(/cid:([^"'\s)>]{1,500})/gi)) {
    refers = true;
    if (contentIds.has(id)) named.add(id);
  }
  let searches = 0;
  return (contentId) => {
    if (!refers) return false;
    if (named.has(contentId)) return true;
    // Some mailers write ids with spaces and other characters that would normally end one.
    searches += 1;
    return searches <= maxSearches && html.includes(`cid:${contentId}`);
  };
}

export const contentHash = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

/**
 * A server that renders MIME anew leaves out of it what the way added, as Received and X- lines; it has kept them
 * as the item's own headers, which then come first.
 */
function withOriginals(
  rendered: MessageContent['headers'],
  originals: ItemProperties['headers'],
): MessageContent['headers'] {
  const isReceived = ({ name }: { readonly name: string }) => name.toLowerCase() === 'received';
  if (rendered.some(isReceived) || !originals.some(({ name }) => /^(?:received|x-.+)$/i.test(name))) return rendered;
  const known = new Set(originals.map(({ name }) => name.toLowerCase()));
  return [...originals, ...rendered.filter(({ name }) => !known.has(name.toLowerCase()))];
}

/** A header may be repeated, and all values count. */
const peopleOf = ({ headers }: Email, key: string): MailAddress[] =>
  headers.flatMap((header) => (header.key === key ? readAddresses(withinLimits(key, header.value)) : []));

const words = (value: string | null): string | null => (value ? decodeWords(value) : null);

function headerOf(email: Email, key: string): string | null {
  const value = email.headers.find((header) => header.key === key)?.value;
  return value === undefined ? null : withinLimits(key, value);
}

/** The first id is the root of a thread, the last ones are the nearest ancestors. */
const maxIds = 1_000;

/**
 * The ids in a References header, the first and last ones if there are many; a malformed one without brackets is split
 * at white space.
 */
export function messageIds(header: string | null): string[] {
  if (!header) return [];
  const ids = header.match(/<[^<>\s]+>/g) ?? header.split(/\s+/).filter(Boolean);
  return ids.length <= maxIds ? ids : [...ids.slice(0, 1), ...ids.slice(1 - maxIds)];
}
