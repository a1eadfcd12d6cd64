import type { ThreadKey, ThreadKeys } from './thread-keys.js';

/**
 * How a message found its thread, the strongest reason first:
 *  in-reply-to   its In-Reply-To names a message of the thread
 *  references    its References do, or a message of the thread names this one or is a copy of it
 *  token         its subject carries a token that the profile gave out
 *  conversation  the server puts it into the same conversation
 *  smart         subject and people are the same
 *  new           it found none, and began one
 */
export const threadMatches = ['in-reply-to', 'references', 'token', 'conversation', 'smart', 'new'] as const;
export type ThreadMatch = (typeof threadMatches)[number];

/** A message as threading sees it. */
export interface ThreadCandidate extends ThreadKeys {
  /** Tokens in the subject; only those that were given out count. */
  readonly tokens: readonly ThreadKey[];
  /** Null where smart matching is off or has nothing to go by. */
  readonly smart: ThreadKey | null;
  /** Whether it calls itself an answer: nothing else is matched by its looks, for a report each week is none. */
  readonly isReply: boolean;
  readonly at: Date;
}

/** A thread that smart matching may take, by a message of it. */
export interface SmartThread {
  readonly thread: string;
  readonly at: Date;
}

export interface ThreadGroup {
  /** Threads that exist and turn out to be one. */
  readonly existing: readonly string[];
  /** Names of threads that the batch would begin, by `partition`'s caller. */
  readonly begun: readonly string[];
  readonly members: readonly { readonly index: number; readonly match: ThreadMatch }[];
}

export interface Known {
  /** Threads of keys that were there before. */
  readonly threads: ReadonlyMap<ThreadKey, string>;
  readonly smart: ReadonlyMap<ThreadKey, SmartThread>;
  /** How far apart messages may be that smart matching puts together. */
  readonly smartWindowMs: number;
}

/** Every key that a message records, tokens apart: those are recorded by who gives them out. */
export function recordedKeys({ own, inReplyTo, references, conversation }: ThreadKeys): ThreadKey[] {
  const keys = [own, ...inReplyTo, ...references, conversation];
  return [...new Set(keys.filter((key) => key !== null))];
}

/**
 * Puts messages into threads. A thread is what hangs together by shared keys, ids of messages that
 * nobody has seen yet included; that is the same whatever order the messages come in.
 * @param begin name of the thread that the message of this index begins if it finds none
 */
export function partition(
  candidates: readonly ThreadCandidate[],
  known: Known,
  begin: (index: number) => string,
): ThreadGroup[] {
  const threadOf = new Map(known.threads);
  const smartOf = new Map(known.smart);
  const sets = new DisjointSets();
  const existing = new Set([...known.threads.values(), ...[...known.smart.values()].map(({ thread }) => thread)]);
  const placed = candidates.map((candidate, index) => {
    const found = (keys: readonly ThreadKey[]) => keys.flatMap((key) => threadOf.get(key) ?? []);
    const reasons = [
      ['in-reply-to', found(candidate.inReplyTo)],
      ['references', found([...candidate.references, ...(candidate.own === null ? [] : [candidate.own])])],
      ['token', found(candidate.tokens)],
      ['conversation', found(candidate.conversation === null ? [] : [candidate.conversation])],
    ] as const;
    let match: ThreadMatch = reasons.find(([, threads]) => threads.length > 0)?.[0] ?? 'new';
    let threads = reasons.flatMap(([, of]) => of);
    const alike = candidate.smart === null || !candidate.isReply ? undefined : smartOf.get(candidate.smart);
    if (match === 'new' && alike && isNear(candidate.at, alike.at, known.smartWindowMs)) {
      match = 'smart';
      threads = [alike.thread];
    }
    const [thread = begin(index)] = threads;
    sets.join([thread, ...threads]);
    for (const key of recordedKeys(candidate)) if (!threadOf.has(key)) threadOf.set(key, thread);
    if (candidate.smart !== null) smartOf.set(candidate.smart, { thread, at: candidate.at });
    return { index, match, thread };
  });
  return sets.of(placed.map(({ thread }) => thread)).map((threads) => ({
    existing: threads.filter((thread) => existing.has(thread)),
    begun: threads.filter((thread) => !existing.has(thread)),
    members: placed.filter(({ thread }) => threads.includes(thread)).map(({ index, match }) => ({ index, match })),
  }));
}

const isNear = (a: Date, b: Date, ms: number): boolean => Math.abs(a.getTime() - b.getTime()) <= ms;

/** What is joined with what. */
class DisjointSets {
  private readonly parents = new Map<string, string>();

  join(members: readonly string[]): void {
    const roots = members.map((member) => this.rootOf(member));
    const [first] = roots;
    for (const root of roots) if (first !== undefined && root !== first) this.parents.set(root, first);
  }

  /** The sets that hold any of these, with all their members. */
  of(members: readonly string[]): string[][] {
    const sets = new Map<string, string[]>();
    for (const member of this.parents.keys()) {
      const root = this.rootOf(member);
      sets.set(root, [...(sets.get(root) ?? []), member]);
    }
    return [...new Set(members.map((member) => this.rootOf(member)))].map((root) => sets.get(root) ?? []);
  }

  private rootOf(member: string): string {
    const parent = this.parents.get(member);
    if (parent === undefined) this.parents.set(member, member);
    if (parent === undefined || parent === member) return member;
    const root = this.rootOf(parent);
    this.parents.set(member, root);
    return root;
  }
}
