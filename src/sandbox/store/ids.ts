import { randomBytes } from 'node:crypto';

/**
 * Ids as Exchange makes them look: base64 with `+` and `/`, case sensitive, the mailbox inside, and
 * worth nothing to a client but as a whole. Layout: 3 bytes that spell AAMk, kind, mailbox guid, 36 random.
 */
const PREFIX = Buffer.from('AAMk', 'base64');
const KINDS = { item: 1, folder: 2, attachment: 3 } as const;
type IdKind = keyof typeof KINDS;

const HEAD = PREFIX.length + 1;
const GUID_BYTES = 16;
const RANDOM_BYTES = 36;
const ID_BYTES = HEAD + GUID_BYTES + RANDOM_BYTES;

interface DecodedId {
  readonly kind: IdKind;
  /** Lower-case hex of the mailbox's guid. */
  readonly mailbox: string;
}

/** A fresh item or folder id in a mailbox (guid as 32 hex digits). */
export function newId(kind: 'item' | 'folder', mailboxGuid: string): string {
  return Buffer.concat([
    PREFIX,
    Buffer.of(KINDS[kind]),
    Buffer.from(mailboxGuid, 'hex'),
    randomBytes(RANDOM_BYTES),
  ]).toString('base64');
}

/** An attachment's id holds its item's, so it changes when the item moves, as on Exchange. */
export function attachmentId(itemId: string, uid: number): string {
  const bytes = Buffer.concat([Buffer.from(itemId, 'base64'), Buffer.alloc(6)]);
  bytes[PREFIX.length] = KINDS.attachment;
  bytes.writeUIntBE(uid, ID_BYTES, 6);
  return bytes.toString('base64');
}

/** The item and the attachment's number behind an attachment id; undefined when it is none. */
export function readAttachmentId(id: string): { itemId: string; uid: number } | undefined {
  const decoded = decodeId(id);
  if (decoded?.kind !== 'attachment') return undefined;
  const bytes = Buffer.from(id, 'base64');
  const item = Buffer.from(bytes.subarray(0, ID_BYTES));
  item[PREFIX.length] = KINDS.item;
  return { itemId: item.toString('base64'), uid: bytes.readUIntBE(ID_BYTES, 6) };
}

/** What an id is for, judged by its form alone; undefined when it was not made here. */
export function decodeId(id: string): DecodedId | undefined {
  const bytes = Buffer.from(id, 'base64');
  if (bytes.toString('base64') !== id || !bytes.subarray(0, PREFIX.length).equals(PREFIX)) return undefined;
  const kind = (Object.keys(KINDS) as IdKind[]).find((name) => KINDS[name] === bytes[PREFIX.length]);
  if (!kind || bytes.length !== ID_BYTES + (kind === 'attachment' ? 6 : 0)) return undefined;
  return { kind, mailbox: bytes.subarray(HEAD, HEAD + GUID_BYTES).toString('hex') };
}

/** The prefix of a change key: the kind of object and the length of the version, both 32-bit. */
const CHANGE_KEY_HEAD = 8;

/** Whether a change key is well-formed, current or not: a kind alone, or with a version of the given length. */
export function isChangeKey(key: string): boolean {
  const bytes = Buffer.from(key, 'base64');
  if (bytes.toString('base64') !== key) return false;
  return (
    bytes.length === CHANGE_KEY_HEAD / 2 ||
    (bytes.length > CHANGE_KEY_HEAD && bytes.readUInt32LE(CHANGE_KEY_HEAD / 2) === bytes.length - CHANGE_KEY_HEAD)
  );
}

/** A fresh change key; Exchange's begin with CQAAABYAAAC for messages. */
export function newChangeKey(): string {
  return Buffer.concat([Buffer.from('CQAAABYAAAC', 'base64'), randomBytes(22)]).toString('base64');
}
