import { createHash } from 'node:crypto';

/** Hex of what ties messages together: the hash of a Message-ID, a token or a ConversationId. */
export type ThreadKey = string;

/** 128 bits are beyond accidents, and half the index of a whole SHA-256. */
export const keyBytes = 16;

/** The most ids of one header: the first names the root, the last the nearest ancestors. */
export const maxReferences = 100;
const maxParents = 10;
/** RFC 5322 has lines of 998; nothing longer was ever an id. */
const maxIdLength = 998;

/** What a message says of its place in a conversation. */
export interface ThreadHeaders {
  readonly internetMessageId: string | null;
  /** As in the header: usually one id. */
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly conversationId: string | null;
  /** Everybody in it, for an address in place of an id is none. */
  readonly people: readonly (string | null)[];
}

export interface ThreadKeys {
  readonly own: ThreadKey | null;
  readonly inReplyTo: readonly ThreadKey[];
  readonly references: readonly ThreadKey[];
  readonly conversation: ThreadKey | null;
}

export function threadKeys(headers: ThreadHeaders): ThreadKeys {
  const addresses = new Set(headers.people.map((address) => address?.trim().toLowerCase()));
  const keysOf = (ids: readonly string[]): ThreadKey[] => [
    ...new Set(
      ids.flatMap((id) => {
        const bare = bareId(id);
        // Old mail programs write the author's address where the id belongs, and all of it would be one thread.
        return bare === null || addresses.has(bare.toLowerCase()) ? [] : [idKey(bare)];
      }),
    ),
  ];
  const [own = null] = headers.internetMessageId ? keysOf([headers.internetMessageId]) : [];
  return {
    own,
    inReplyTo: keysOf(idsIn(headers.inReplyTo)),
    references: keysOf(endsOf(headers.references)),
    conversation: headers.conversationId ? keyOf('conversation', headers.conversationId) : null,
  };
}

/** The key of a message's id, with or without its brackets. */
export const idKey = (id: string): ThreadKey => keyOf('id', bareId(id) ?? id);

export const tokenKey = (token: string): ThreadKey => keyOf('token', token.toLowerCase());

function keyOf(kind: 'id' | 'token' | 'conversation', value: string): ThreadKey {
  return createHash('sha256')
    .update(`${kind}:${value}`)
    .digest('hex')
    .slice(0, keyBytes * 2);
}

function endsOf(references: readonly string[]): readonly string[] {
  if (references.length <= maxReferences) return references;
  return [...references.slice(0, 1), ...references.slice(1 - maxReferences)];
}

/** Ids in brackets; a header without any is one id or somebody's prose. */
function idsIn(header: string | null): string[] {
  if (header === null) return [];
  const text = header.slice(0, maxIdLength * maxParents);
  const bracketed = text.match(/<[^<>\s]+>/g);
  if (bracketed) return bracketed.slice(0, maxParents);
  return /\s/.test(text.trim()) ? [] : [text.trim()];
}

/** What is no id (no `@`, white space, endless) ties nothing together. */
function bareId(id: string): string | null {
  const trimmed = id.trim();
  const bare = trimmed.startsWith('<') && trimmed.endsWith('>') ? trimmed.slice(1, -1) : trimmed;
  return bare.length > 2 && bare.length <= maxIdLength && bare.includes('@') && !/[\s<>]/.test(bare) ? bare : null;
}
