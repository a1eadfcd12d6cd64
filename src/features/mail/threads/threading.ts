import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Sql } from '../../../platform/database/data-source.js';
import { EventsStore } from '../../feed/events.store.js';
import type { MailSettings } from '../../profiles/mail-settings.js';
import { smartKey } from './smart-match.js';
import { readSubject } from './subject.js';
import { threadKeys, tokenKey, type ThreadHeaders } from './thread-keys.js';
import {
  partition,
  recordedKeys,
  type Known,
  type ThreadCandidate,
  type ThreadGroup,
  type ThreadMatch,
} from './thread-match.js';
import { randomToken, tokensIn, withToken } from './tracking-token.js';
import { ThreadsStore, type NewThreadMessage, type ThreadRow } from './threads.store.js';

/** What threading needs to know of a profile. */
export type ThreadingProfile = Pick<MailSettings, 'trackingToken' | 'smartMatching'> & { readonly id: string };

/** A message that is stored and belongs to no thread yet. */
export interface ThreadedMessage extends ThreadHeaders {
  readonly kind: 'incoming' | 'outgoing';
  readonly id: string;
  readonly mailboxId: string;
  readonly subject: string | null;
  readonly at: Date;
}

export interface Placed {
  readonly threadId: string;
  readonly match: ThreadMatch;
}

interface Batch {
  readonly candidates: readonly ThreadCandidate[];
  /** For each the thread that its keys are recorded under until it is known. */
  readonly names: readonly string[];
  readonly isOurs: (index: number) => boolean;
  /** Keys that this transaction recorded. */
  readonly recorded: Set<string>;
}

/** Somebody merges or removes one of our threads at this moment; each time only the one that was first wins. */
const maxAttempts = 20;
const dayMs = 24 * 60 * 60_000;

/**
 * Puts messages into threads, many mailboxes and processes at once.
 *
 * First the keys of all messages are recorded, in ascending order: who meets a key that somebody else is
 * recording waits for that transaction, and nobody waits for a key behind one that he holds. Then the
 * threads of the keys that were there are locked, in ascending order too, and only who holds a thread
 * changes it or what points to it. Keys come before threads for everybody, so no two transactions can
 * wait for each other. A thread that was merged away in between shows once the lock is there: then
 * the locks go back, and the keys are read again.
 */
@Injectable()
export class Threading {
  constructor(
    private readonly store: ThreadsStore,
    private readonly events: EventsStore,
  ) {}

  /**
   * Joins stored messages to their threads, merging threads that a message shows to be one.
   * To be called once in a transaction, behind everything that can wait for another one.
   * @param beginAs the name of the thread that a single message begins
   * @returns thread and match by message id
   */
  async join(
    sql: Sql,
    profile: ThreadingProfile,
    messages: readonly ThreadedMessage[],
    now: Date,
    beginAs?: string,
  ): Promise<Map<string, Placed>> {
    if (messages.length === 0) return new Map();
    const candidates = messages.map((message) => candidateOf(message, profile));
    const names = namesOf(candidates, beginAs);
    const isOurs = (index: number) => messages[index]?.kind === 'outgoing';
    const batch: Batch = { candidates, names, isOurs, recorded: new Set() };
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const known = await this.record(sql, profile, batch);
      const groups = known && partition(candidates, known, (index) => names[index] ?? uuidv7());
      const wanted = groups?.flatMap(({ existing }) => existing).sort() ?? [];
      // The locks of a read that turns out to be old have to go back, or their order would be lost.
      if (wanted.length > 0) await sql.query('SAVEPOINT threads');
      const locked = await this.store.lock(sql, wanted);
      if (groups && locked.size === wanted.length)
        return this.settle(sql, profile, messages, batch, groups, locked, now);
      if (wanted.length > 0) await sql.query('ROLLBACK TO SAVEPOINT threads');
    }
    throw new Error(
      `the threads of ${messages.length} messages changed ${maxAttempts} times while they were looked up`,
    );
  }

  /**
   * The subject that a message goes out with: its token, where the profile marks its mail so and the
   * subject has none that we gave out. Before `join`, with the same `beginAs`, in the same transaction.
   */
  async markedSubject(sql: Sql, profile: ThreadingProfile, subject: string, beginAs: string): Promise<string> {
    const { enabled, ...form } = profile.trackingToken;
    if (!enabled) return subject;
    const there = await this.store.ours(sql, profile.id, tokensIn(subject, form.prefix).map(tokenKey));
    if (there.size > 0) return subject;
    // With few digits many are taken. One that is hard to find any more is better left out than given twice.
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const token = randomToken(form);
      const key = { key: tokenKey(token), thread: beginAs, isOurs: true };
      if ((await this.store.record(sql, profile.id, [key])).length > 0) return withToken(subject, token);
    }
    return subject;
  }

  /** @returns what was known of the keys before; null when it changed while we looked */
  private async record(sql: Sql, profile: ThreadingProfile, batch: Batch): Promise<Known | null> {
    const { candidates, names, isOurs, recorded } = batch;
    const rows = new Map<string, { key: string; thread: string; isOurs: boolean }>();
    candidates.forEach((candidate, index) => {
      for (const key of recordedKeys(candidate)) {
        const ours = rows.get(key)?.isOurs === true || (key === candidate.own && isOurs(index));
        rows.set(key, { key, thread: names[index] ?? '', isOurs: ours });
      }
    });
    const missing = [...rows.values()].filter(({ key }) => !recorded.has(key)).sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const key of await this.store.record(sql, profile.id, missing)) recorded.add(key);
    const others = missing.map(({ key }) => key).filter((key) => !recorded.has(key));
    const tokens = candidates.flatMap((candidate) => candidate.tokens);
    const threads = await this.store.threadsOf(sql, profile.id, [...new Set([...others, ...tokens])]);
    if (others.some((key) => !threads.has(key))) return null;
    const smartWindowMs = profile.smartMatching.windowDays * dayMs;
    const wanted = candidates.flatMap(({ smart, isReply, at }) => (smart && isReply ? [{ key: smart, at }] : []));
    const smart = await this.store.alike(sql, profile.id, wanted, smartWindowMs);
    return { threads, smart, smartWindowMs };
  }

  private async settle(
    sql: Sql,
    profile: ThreadingProfile,
    messages: readonly ThreadedMessage[],
    { candidates, names }: Pick<Batch, 'candidates' | 'names'>,
    groups: readonly ThreadGroup[],
    locked: ReadonlyMap<string, ThreadRow>,
    now: Date,
  ): Promise<Map<string, Placed>> {
    const settled = groups.map((group) => {
      const rows = group.existing.flatMap((id) => locked.get(id) ?? []);
      const winner = largest(rows)?.id ?? group.begun[0] ?? '';
      const members = group.members.flatMap(({ index, match }) => {
        const [message, candidate] = [messages[index], candidates[index]];
        return message && candidate ? [{ message, match, smart: candidate.smart }] : [];
      });
      const thread = grown(
        winner,
        rows,
        members.map(({ message }) => message),
      );
      // A name recorded for one member may have found its thread by another.
      const involved = new Set([
        ...group.existing,
        ...group.begun,
        ...group.members.flatMap(({ index }) => names[index] ?? []),
      ]);
      const others = [...involved].filter((id) => id !== winner);
      return {
        thread,
        members,
        others,
        merged: group.existing.filter((id) => id !== winner),
        isNew: rows.length === 0,
      };
    });
    const to = (of: 'others' | 'merged') =>
      settled.flatMap((group) => group[of].map((from) => ({ from, to: group.thread.id })));
    await this.store.insert(
      sql,
      profile.id,
      settled.filter(({ isNew }) => isNew).map(({ thread }) => thread),
      now,
    );
    await this.store.update(
      sql,
      settled.filter(({ isNew }) => !isNew).map(({ thread }) => thread),
    );
    await this.store.moveKeys(sql, to('others'));
    await this.store.merge(sql, to('merged'));
    const added = settled.flatMap(({ thread, members }) =>
      members.map(({ message, match, smart }): NewThreadMessage => {
        const { mailboxId, kind, id, at } = message;
        return { thread: thread.id, mailboxId, kind, id, at, match, smart };
      }),
    );
    await this.store.addMessages(sql, profile.id, added);
    const sent = candidates.flatMap(({ own }, index) => (own && messages[index]?.kind === 'outgoing' ? [own] : []));
    await this.store.markOurs(sql, profile.id, sent);
    await this.events.append(
      sql,
      settled.flatMap(({ thread, merged }) =>
        merged.length === 0
          ? []
          : [
              {
                type: 'thread.merged' as const,
                profileId: profile.id,
                mailboxId: null,
                subjectId: thread.id,
                data: { mergedThreadIds: merged },
              },
            ],
      ),
      now,
    );
    return new Map(added.map(({ id, thread, match }) => [id, { threadId: thread, match }]));
  }
}

function candidateOf(message: ThreadedMessage, { trackingToken, smartMatching }: ThreadingProfile): ThreadCandidate {
  return {
    ...threadKeys(message),
    tokens: trackingToken.enabled ? tokensIn(message.subject, trackingToken.prefix).map(tokenKey) : [],
    smart: smartMatching.enabled ? smartKey(message.subject, message.people) : null,
    isReply: readSubject(message.subject).isReply,
    at: message.at,
  };
}

/** For each message the name of the thread it would begin: one for all that hang together by themselves. */
function namesOf(candidates: readonly ThreadCandidate[], beginAs: string | undefined): string[] {
  const nothing = { threads: new Map(), smart: new Map(), smartWindowMs: 0 };
  const names: string[] = [];
  const byKeys = candidates.map((candidate) => ({ ...candidate, smart: null }));
  for (const { begun, members } of partition(byKeys, nothing, () => beginAs ?? uuidv7()))
    for (const { index } of members) names[index] = begun[0] ?? uuidv7();
  return names;
}

/** The larger one stays, so that little is rewritten; of equals the older one, whose id callers know longer. */
function largest(rows: readonly ThreadRow[]): ThreadRow | undefined {
  return [...rows].sort((a, b) => b.size - a.size || (a.id < b.id ? -1 : 1))[0];
}

function grown(id: string, rows: readonly ThreadRow[], messages: readonly ThreadedMessage[]): ThreadRow {
  const parts = [
    ...rows,
    ...messages.map(({ subject, at }) => ({ subject, firstMessageAt: at, lastMessageAt: at, size: 1 })),
  ];
  const first = parts.reduce((a, b) => (b.firstMessageAt < a.firstMessageAt ? b : a));
  const last = parts.reduce((a, b) => (b.lastMessageAt > a.lastMessageAt ? b : a));
  return {
    id,
    subject: first.subject,
    firstMessageAt: first.firstMessageAt,
    lastMessageAt: last.lastMessageAt,
    size: parts.reduce((sum, { size }) => sum + size, 0),
  };
}
