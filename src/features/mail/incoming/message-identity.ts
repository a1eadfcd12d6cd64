import { createHash, type Hash } from 'node:crypto';
import type { ItemProperties } from '../../../drivers/port/mail-item.js';
import type { MessageContent } from './message-content.js';
import { replacedPieces } from './reading/replace-each.js';

/**
 * What makes two items of a mailbox the same message. An item id does not: it changes with every move,
 * and a lost sync state shows everything again. The Internet Message-ID alone does not either: some
 * senders give many messages the same one, and dropping all but the first would lose mail. So the id
 * counts together with what the sender wrote; without an id the server's search key, which survives
 * moves, stands in.
 * @returns 32 bytes, equal for the same message
 */
export function messageIdentity(content: MessageContent, properties: ItemProperties, receivedAt: Date): Buffer {
  return identityWith([content.textBody ?? content.htmlBody ?? ''], content, properties, receivedAt);
}

function identityWith(
  body: Iterable<string>,
  content: MessageContent,
  properties: ItemProperties,
  receivedAt: Date,
): Buffer {
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
  addWithoutLayout(hash, body);
  return hash.digest();
}

/** Characters of a body that are processed at a time. */
const pieceLength = 64 * 1024;

function* piecesOf(texts: Iterable<string>): Generator<string> {
  for (const text of texts)
    for (let start = 0; start < text.length; start += pieceLength) yield text.slice(start, start + pieceLength);
}

/**
 * Normalizes and trims white space, because servers re-wrap and pad text when they render a message again. In chunks,
 * because a body of short words would otherwise take several times its size in memory.
 */
function addWithoutLayout(hash: Hash, texts: Iterable<string>): void {
  let hasBegun = false;
  let blankBefore = false;
  let highSurrogate = '';
  for (const piece of piecesOf(texts)) {
    const whole = `${highSurrogate}${piece}`;
    // Do not split a surrogate pair.
    highSurrogate = /[\ud800-\udbff]$/.exec(whole.slice(-1))?.[0] ?? '';
    const even = whole.slice(0, whole.length - highSurrogate.length).replace(/\s+/g, ' ');
    const words = even.trim();
    if (words !== '') {
      if (hasBegun && (blankBefore || even.startsWith(' '))) hash.update(' ');
      hash.update(words);
      hasBegun = true;
      blankBefore = even.endsWith(' ');
    } else blankBefore ||= even !== '';
  }
  if (highSurrogate !== '') hash.update(`${hasBegun && blankBefore ? ' ' : ''}${highSurrogate}`);
  hash.update('\0');
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
  // What is not whole is no other mailbox's content.
  if (content.incomplete) hash.update('incomplete\0');
  if (mime) {
    addBody(hash, mime);
    return hash.digest();
  }
  const add = (part: string | number | null) => hash.update(`${part ?? ''}\0`);
  add(content.htmlBody);
  for (const { filename, contentType, contentId, sizeBytes, blocked, unavailable } of content.attachments) {
    [filename, contentType, contentId, sizeBytes].forEach(add);
    // After a change of the profile's rules a whole copy and a cut one are two contents.
    if (blocked) add(blocked);
    if (unavailable) add('unavailable');
  }
  return hash.digest();
}

/** Headers that a server writes itself when it renders a message anew. */
const rendered = /^(mime-version|content-[a-z-]+)$/i;

/**
 * The identity without the ids of parts that a body shows. Where a server makes these up at each rendering, the
 * identity of a message whose only text is such HTML changes with them, and this stays.
 */
export function renderedIdentity(
  identity: Buffer,
  content: MessageContent,
  properties: ItemProperties,
  receivedAt: Date,
): Buffer {
  // Beside a text, the HTML is no part of the identity.
  if (content.textBody !== null) return identity;
  return identityWith(withoutPartIds(content), content, properties, receivedAt);
}

/**
 * Equal for what says the same, however its MIME was rendered: over the parts as they are read, without
 * boundaries, encodings and the ids by which a body shows its pictures. By it a change of a message is told from
 * a repetition, and one message in two mailboxes from two, where the server writes each MIME anew. It knows of
 * what the profile does not store as well, so a change of its rules is none of the message.
 * @returns 32 bytes
 */
export function sourceDigest(identity: Buffer, content: MessageContent): Buffer {
  const hash = createHash('sha256').update(identity);
  const add = (part: string | number | null | undefined) => hash.update(`${part ?? ''}\0`);
  for (const { name, value } of content.headers) {
    if (written.test(name) && !rendered.test(name)) add(`${name.toLowerCase()}:${value.replace(/\s+/g, ' ').trim()}`);
  }
  addWithoutLayout(hash, [content.textBody ?? '']);
  addWithoutLayout(hash, withoutPartIds(content));
  for (const { filename, contentType, hash: bytes, blocked, unavailable } of content.attachments) {
    [filename, contentType, bytes, bytes === null ? blocked : null].forEach(add);
    add(unavailable ? 'unavailable' : null);
  }
  if (content.omitted) add(content.omitted.reason);
  if (content.incomplete) add('incomplete');
  return hash.digest();
}

/** The HTML with its references to parts by the parts' places. */
function withoutPartIds({ htmlBody, attachments }: MessageContent): Iterable<string> {
  if (htmlBody === null || attachments.length === 0) return [htmlBody ?? ''];
  const places = new Map(attachments.map(({ contentId }, place) => [contentId, place]));
  return replacedPieces(htmlBody, /cid:([^"'\s)>]{1,500})/gi, ([reference, id = '']) => {
    const place = places.get(id) ?? places.get(unescaped(id));
    return place === undefined ? reference : `cid:#${place}`;
  });
}

function unescaped(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

const LF = 0x0a;
const [dashes, boundary] = [Buffer.from('\n--'), Buffer.from('boundary=')];

/** What follows the header block, without the lines that delimit parts or name their boundary. */
function addBody(hash: Hash, mime: Buffer): void {
  const crlf = mime.indexOf('\r\n\r\n');
  const lf = mime.indexOf('\n\n');
  let start = crlf >= 0 && (lf < 0 || crlf < lf) ? crlf + 4 : lf >= 0 ? lf + 2 : mime.length;
  let delimiter = -1;
  let naming = -1;
  while (start < mime.length) {
    // Found by native search: the body may be tens of megabytes, its delimiters are a handful of lines.
    if (delimiter < start) delimiter = positionOr(mime.length, mime.indexOf(dashes, start - 1) + 1 || -1);
    if (naming < start) naming = positionOr(mime.length, mime.indexOf(boundary, start));
    const hit = Math.min(delimiter, naming);
    const lineStart = hit === naming && hit < mime.length ? mime.lastIndexOf(LF, hit) + 1 : hit;
    // A body may consist of such lines.
    if (lineStart > start) hash.update(mime.subarray(start, lineStart));
    const lineEnd = hit < mime.length ? mime.indexOf(LF, hit) : -1;
    start = lineEnd < 0 ? mime.length : lineEnd + 1;
  }
}

const positionOr = (end: number, position: number): number => (position < 0 ? end : position);
