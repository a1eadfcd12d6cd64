import { createHash } from 'node:crypto';
import type { Address, Attachment } from 'postal-mime';
import { type AttachmentContent, EMPTY_CONTENT, type MessageContent, type Person } from '../store/message-content.js';
import { type Header, readHeaders } from './header-block.js';
import { parseMime } from './patient-parser.js';

/** Messages from here on are kept parsed, in bytes: four million lines take half a minute. */
const largeBytes = 256 * 1024;
const maxKept = 8;
/** The last large messages by digest: one message is often delivered to several mailboxes. */
const kept = new Map<string, MessageContent>();

/**
 * Takes a MIME message apart. Never fails: what no parser can read becomes a message with its headers
 * and the rest as text, as mail servers must accept whatever arrives.
 */
export async function parseMessage(mime: Buffer): Promise<MessageContent> {
  if (mime.length < largeBytes) return parsed(mime);
  const digest = createHash('sha256').update(mime).digest('base64');
  const content = kept.get(digest) ?? (await parsed(mime));
  // The oldest is dropped; this one becomes the newest.
  kept.delete(digest);
  kept.set(digest, content);
  const [oldest] = kept.keys();
  if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
  return content;
}

async function parsed(mime: Buffer): Promise<MessageContent> {
  const headers = readHeaders(mime);
  const find = (name: string): string | undefined =>
    headers.find((header) => header.name.toLowerCase() === name)?.value;
  let email;
  try {
    email = await parseMime(mime);
  } catch {
    return { ...EMPTY_CONTENT, mime, headers, subject: subjectOf(find('subject')), text: mime.toString('latin1') };
  }
  const sentAt = Date.parse(email.date ?? '');
  return {
    mime,
    subject: subjectOf(email.subject),
    ...defined({
      from: people(email.from)[0],
      sender: people(email.sender)[0],
      messageId: email.messageId ?? find('message-id'),
      inReplyTo: email.inReplyTo ?? find('in-reply-to'),
      references: email.references ?? find('references'),
      sentAt: Number.isNaN(sentAt) ? undefined : sentAt,
      text: email.text,
      html: email.html,
    }),
    to: people(email.to),
    cc: people(email.cc),
    bcc: people(email.bcc),
    replyTo: people(email.replyTo),
    headers,
    attachments: email.attachments.map(toAttachment),
    importance: importanceOf(find('importance'), find('x-priority')),
    sensitivity: sensitivityOf(find('sensitivity')),
    readReceipt: find('disposition-notification-to') !== undefined,
    deliveryReceipt: find('return-receipt-to') !== undefined,
  };
}

const LONGEST_SUBJECT = 255;

/** The subject property, which Exchange truncates; the MIME keeps all of it. */
export const subjectOf = (subject = ''): string => subject.slice(0, LONGEST_SUBJECT);

function people(addresses: Address | Address[] | undefined): Person[] {
  if (!addresses) return [];
  return (Array.isArray(addresses) ? addresses : [addresses])
    .flatMap((entry): Person[] => (entry.group ? entry.group : [{ name: entry.name, address: entry.address }]))
    .filter((person) => person.name !== '' || person.address !== '');
}

function toAttachment(attachment: Attachment, index: number): AttachmentContent {
  const content = bytesOf(attachment.content);
  const isMessage = attachment.mimeType === 'message/rfc822';
  const contentId = attachment.contentId?.replace(/^<|>$/g, '');
  return {
    uid: index + 1,
    kind: isMessage ? 'item' : 'file',
    name: attachment.filename ?? (isMessage ? nameOfMessage(content) : `ATT${String(index + 1).padStart(5, '0')}`),
    contentType: attachment.mimeType,
    ...defined({ contentId }),
    inline: attachment.related === true || (attachment.disposition === 'inline' && contentId !== undefined),
    content,
  };
}

function bytesOf(content: ArrayBuffer | Uint8Array | string): Buffer {
  if (typeof content === 'string') return Buffer.from(content);
  return content instanceof Uint8Array
    ? Buffer.from(content.buffer, content.byteOffset, content.byteLength)
    : Buffer.from(content);
}

function nameOfMessage(mime: Buffer): string {
  return readHeaders(mime).find((header: Header) => header.name.toLowerCase() === 'subject')?.value ?? 'Untitled';
}

function importanceOf(importance = '', priority = ''): MessageContent['importance'] {
  if (/high/i.test(importance) || /^[12]/.test(priority)) return 'High';
  if (/low/i.test(importance) || /^[45]/.test(priority)) return 'Low';
  return 'Normal';
}

function sensitivityOf(value = ''): MessageContent['sensitivity'] {
  if (/company-confidential/i.test(value)) return 'Confidential';
  if (/private/i.test(value)) return 'Private';
  return /personal/i.test(value) ? 'Personal' : 'Normal';
}

/** Without the keys whose value is undefined, so that optional properties are absent rather than undefined. */
function defined<T extends Record<string, unknown>>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
