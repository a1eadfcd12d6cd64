import { writableMessageId } from './message-id.js';

/** The headers that tie a message to those before it. */
export interface Threading {
  readonly inReplyTo: string | null;
  /** Oldest first. */
  readonly references: readonly string[];
}

/** What of a received message its answers need. */
export interface Original {
  readonly internetMessageId: string | null;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
}

export const noThreading: Threading = { inReplyTo: null, references: [] };

export const maxReferences = 50;
/** Of the References header; mail servers cut or refuse headers beyond some ten thousand bytes. */
const maxReferencesLength = 4_000;

/**
 * The headers of an answer to, or a forward of, a message (RFC 5322, 3.6.4): its ancestors, then itself.
 * A message without an id of its own cannot be referred to, and then there are none.
 */
export function threadingOf({ internetMessageId, inReplyTo, references }: Original): Threading {
  const parent = writableMessageId(internetMessageId);
  if (parent === null) return noThreading;
  const ancestors = references.length > 0 ? references : soleId(inReplyTo);
  return { inReplyTo: parent, references: boundedReferences([...ancestors.map(writableMessageId), parent]) };
}

/** Headers of a caller's own making: the parent is the last of the references, as readers expect it. */
export function threadingOfIds(inReplyTo: string | null, references: readonly string[]): Threading {
  return { inReplyTo, references: boundedReferences([...references, inReplyTo]) };
}

/** Several ids in In-Reply-To do not say which one is the ancestor. */
function soleId(header: string | null): string[] {
  const ids = header?.match(/<[^<>\s]+>/g) ?? [];
  return ids.length === 1 ? ids : [];
}

/**
 * Each id once, at its last place. A chain that is too long keeps its first id, by which readers find
 * the thread, and the newest ones, by which they find the place in it.
 */
function boundedReferences(ids: readonly (string | null)[]): string[] {
  const distinct = [...new Set(ids.filter((id) => id !== null).reverse())].reverse();
  const [root, ...later] = distinct;
  if (root === undefined) return [];
  const kept: string[] = [];
  let bytes = root.length;
  for (const id of later.reverse()) {
    bytes += id.length + 1;
    if (kept.length + 1 >= maxReferences || bytes > maxReferencesLength) break;
    kept.unshift(id);
  }
  return [root, ...kept];
}
