import { createHash, type Hash } from 'node:crypto';
import type { ItemProperties } from '../../mail/mail-item.js';
import type { MessageContent } from './message-content.js';

/**
 * What makes two items of a mailbox the same message. An item id does not: it changes with every move,
 * and a lost sync state shows everything again. The Internet Message-ID alone does not either: some
 * senders give many messages the same one, and dropping all but the first would lose mail. So the id
 * counts together with what the sender wrote; without an id the server's search key, which survives
 * moves, stands in.
 * @returns 32 bytes, equal for the same message
 */
export function messageIdentity(content: MessageContent, properties: ItemProperties, receivedAt: Date): Buffer {
  const hash = createHash('sha256');
  const add = (part: string | null | undefined) => hash.update(part ?? '').update('\0');
  if (content.internetMessageId) {
    add('id');
    add(content.internetMessageId);
  } else if (properties.searchKey) {
    add('key');
    add(properties.searchKey);
  } else {
    add('time');
    add(receivedAt.toISOString());
  }
  add(content.from?.address?.toLowerCase());
  add(content.subject);
  add(content.sentAt?.toISOString());
  add(withoutLayout(content.textBody ?? content.htmlBody));
  return hash.digest();
}

/** Servers re-wrap and pad text when they render a message anew. */
function withoutLayout(body: string | null): string {
  return body?.replace(/\s+/g, ' ').trim() ?? '';
}

/** Headers that the sender wrote. All others may be traces of one mailbox's delivery. */
const written =
  /^(from|sender|reply-to|to|cc|subject|date|message-id|in-reply-to|references|mime-version|content-[a-z-]+)$/i;

/**
 * Under which a content is stored once for all mailboxes of a profile: equal for copies whose originals
 * differ only in the traces that each delivery leaves in the header block, and in the boundaries of their
 * parts, which Exchange makes up anew when it renders mail that never was MIME.
 * @returns 32 bytes
 */
export function contentDigest(identity: Buffer, content: MessageContent, mime: Buffer | null): Buffer {
  const hash = createHash('sha256').update(identity);
  for (const { name, value } of content.headers) {
    if (written.test(name)) hash.update(`${name}:${value.replace(/boundary=("[^"]*"|[^;\s]*)/i, '')}\0`);
  }
  if (mime) {
    addBody(hash, mime);
    return hash.digest();
  }
  const add = (part: string | number | null) => hash.update(`${part ?? ''}\0`);
  add(content.htmlBody);
  for (const { filename, contentType, contentId, sizeBytes, blocked } of content.attachments) {
    [filename, contentType, contentId, sizeBytes].forEach(add);
    // After a change of the profile's rules a whole copy and a cut one are two contents.
    if (blocked) add(blocked);
  }
  return hash.digest();
}

const LF = 0x0a;

/** What follows the header block, without the lines that delimit parts or name their boundary. */
function addBody(hash: Hash, mime: Buffer): void {
  const crlf = mime.indexOf('\r\n\r\n');
  const lf = mime.indexOf('\n\n');
  let start = crlf >= 0 && (lf < 0 || crlf < lf) ? crlf + 4 : lf >= 0 ? lf + 2 : mime.length;
  let delimiter = -1;
  let naming = -1;
  while (start < mime.length) {
    // Found by native search: the body may be tens of megabytes, its delimiters are a handful of lines.
    if (delimiter < start) delimiter = positionOr(mime.length, mime.indexOf('\n--', start - 1) + 1 || -1);
    if (naming < start) naming = positionOr(mime.length, mime.indexOf('boundary=', start));
    const hit = Math.min(delimiter, naming);
    const lineStart = hit === naming && hit < mime.length ? mime.lastIndexOf(LF, hit) + 1 : hit;
    hash.update(mime.subarray(start, Math.max(start, lineStart)));
    const lineEnd = hit < mime.length ? mime.indexOf(LF, hit) : -1;
    start = lineEnd < 0 ? mime.length : lineEnd + 1;
  }
}

const positionOr = (end: number, position: number): number => (position < 0 ? end : position);
