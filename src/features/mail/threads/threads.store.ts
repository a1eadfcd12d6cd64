import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../platform/database/data-source.js';
import { storableText } from '../../../platform/database/storable-text.js';
import { valuesList } from '../../../platform/database/values-list.js';
import type { ThreadKey } from './thread-keys.js';
import type { SmartThread, ThreadMatch } from './thread-match.js';

export interface ThreadRow {
  readonly id: string;
  readonly subject: string | null;
  readonly firstMessageAt: Date;
  readonly lastMessageAt: Date;
  readonly size: number;
}

export interface RecordedKey {
  readonly key: ThreadKey;
  readonly thread: string;
  readonly isOurs: boolean;
}

export interface NewThreadMessage {
  readonly thread: string;
  readonly mailboxId: string;
  readonly kind: 'incoming' | 'outgoing';
  readonly id: string;
  readonly at: Date;
  readonly match: ThreadMatch;
  readonly smart: ThreadKey | null;
}

const bytes = (key: ThreadKey): Buffer => Buffer.from(key, 'hex');
const subjectOf = (subject: string | null): string | null => (subject === null ? null : storableText(subject));

/** The SQL that puts messages into threads; `Threading` says in which order, and why that cannot deadlock. */
@Injectable()
export class ThreadsStore {
  /**
   * Records keys, those of messages nobody has seen included. Where somebody else is recording one this
   * waits for their commit, so that afterwards each key has one thread that everybody sees.
   * @param keys in ascending order
   * @returns those that are new
   */
  async record(sql: Sql, profileId: string, keys: readonly RecordedKey[]): Promise<ThreadKey[]> {
    if (keys.length === 0) return [];
    const values = valuesList(
      keys,
      [
        { type: 'bytea', value: ({ key }) => bytes(key) },
        { type: 'uuid', value: ({ thread }) => thread },
        { type: 'boolean', value: ({ isOurs }) => isOurs },
      ],
      2,
    );
    const rows = await sql.query<{ key: string }[]>(
      `INSERT INTO thread_keys (profile_id, key, thread_id, is_ours) SELECT $1::uuid, v.* FROM (${values.text}) AS v
       ON CONFLICT DO NOTHING RETURNING encode(key, 'hex') AS key`,
      [profileId, ...values.parameters],
    );
    return rows.map(({ key }) => key);
  }

  /** The threads of keys. */
  async threadsOf(sql: Sql, profileId: string, keys: readonly ThreadKey[]): Promise<Map<ThreadKey, string>> {
    if (keys.length === 0) return new Map();
    const values = valuesList(keys, [{ type: 'bytea', value: bytes }], 2);
    const rows = await sql.query<{ key: string; thread: string }[]>(
      `SELECT encode(k.key, 'hex') AS key, k.thread_id AS thread FROM (${values.text}) AS v(key)
       JOIN thread_keys k ON k.profile_id = $1 AND k.key = v.key`,
      [profileId, ...values.parameters],
    );
    return new Map(rows.map(({ key, thread }) => [key, thread]));
  }

  /** Which of the keys are of messages that the profile sent, or of tokens that it gave out. */
  async ours(sql: Sql, profileId: string, keys: readonly ThreadKey[]): Promise<Set<ThreadKey>> {
    if (keys.length === 0) return new Set();
    const values = valuesList(keys, [{ type: 'bytea', value: bytes }], 2);
    const rows = await sql.query<{ key: string }[]>(
      `SELECT encode(k.key, 'hex') AS key FROM (${values.text}) AS v(key)
       JOIN thread_keys k ON k.profile_id = $1 AND k.key = v.key AND k.is_ours`,
      [profileId, ...values.parameters],
    );
    return new Set(rows.map(({ key }) => key));
  }

  /** For each key of smart matching the thread of the message that is nearest in time. */
  async alike(
    sql: Sql,
    profileId: string,
    wanted: readonly { readonly key: ThreadKey; readonly at: Date }[],
    windowMs: number,
  ): Promise<Map<ThreadKey, SmartThread>> {
    if (wanted.length === 0) return new Map();
    const values = valuesList(
      wanted,
      [
        { type: 'bytea', value: ({ key }) => bytes(key) },
        { type: 'timestamptz', value: ({ at }) => at },
      ],
      3,
    );
    const rows = await sql.query<{ key: string; thread: string; at: Date }[]>(
      `SELECT encode(v.key, 'hex') AS key, m.thread_id AS thread, m.at FROM (${values.text}) AS v(key, at)
       CROSS JOIN LATERAL (
         SELECT thread_id, at FROM thread_messages
         WHERE profile_id = $1 AND smart_key = v.key AND at <= v.at AND at >= v.at - $2::bigint * interval '1 millisecond'
         ORDER BY at DESC LIMIT 1) m`,
      [profileId, windowMs, ...values.parameters],
    );
    return new Map(rows.map(({ key, thread, at }) => [key, { thread, at }]));
  }

  /**
   * Locks threads in the order of their ids; nobody merges or removes one of these until the commit.
   * @returns those that still stand by themselves
   */
  async lock(sql: Sql, ids: readonly string[]): Promise<Map<string, ThreadRow>> {
    if (ids.length === 0) return new Map();
    const rows = await sql.query<(ThreadRow & { merged: boolean })[]>(
      `SELECT id, subject, first_message_at AS "firstMessageAt", last_message_at AS "lastMessageAt", size, merged_into IS NOT NULL AS merged
       FROM threads WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`,
      [ids],
    );
    return new Map(rows.filter(({ merged }) => !merged).map((row) => [row.id, row]));
  }

  async insert(sql: Sql, profileId: string, threads: readonly ThreadRow[], now: Date): Promise<void> {
    if (threads.length === 0) return;
    const values = valuesList(threads, [
      { type: 'uuid', value: ({ id }) => id },
      { type: 'uuid', value: () => profileId },
      { type: 'text', value: ({ subject }) => subjectOf(subject) },
      { type: 'timestamptz', value: ({ firstMessageAt }) => firstMessageAt },
      { type: 'timestamptz', value: ({ lastMessageAt }) => lastMessageAt },
      { type: 'integer', value: ({ size }) => size },
      { type: 'timestamptz', value: () => now },
    ]);
    await sql.query(
      `INSERT INTO threads (id, profile_id, subject, first_message_at, last_message_at, size, created_at) ${values.text}`,
      values.parameters,
    );
  }

  /** Writes threads that are locked. */
  async update(sql: Sql, threads: readonly ThreadRow[]): Promise<void> {
    if (threads.length === 0) return;
    const values = valuesList(threads, [
      { type: 'uuid', value: ({ id }) => id },
      { type: 'text', value: ({ subject }) => subjectOf(subject) },
      { type: 'timestamptz', value: ({ firstMessageAt }) => firstMessageAt },
      { type: 'timestamptz', value: ({ lastMessageAt }) => lastMessageAt },
      { type: 'integer', value: ({ size }) => size },
    ]);
    await sql.query(
      `UPDATE threads t SET subject = v.subject, first_message_at = v.first_at, last_message_at = v.last_at, size = v.size
       FROM (${values.text}) AS v(id, subject, first_at, last_at, size) WHERE t.id = v.id`,
      values.parameters,
    );
  }

  /** Points keys of some threads, or of names that became none, to others. */
  async moveKeys(sql: Sql, moves: readonly { readonly from: string; readonly to: string }[]): Promise<void> {
    if (moves.length === 0) return;
    const values = movesList(moves);
    await sql.query(
      `UPDATE thread_keys k SET thread_id = v.into_id FROM (${values.text}) AS v(from_id, into_id) WHERE k.thread_id = v.from_id`,
      values.parameters,
    );
  }

  /** Merges locked threads into others: their messages move, and they become pointers. */
  async merge(sql: Sql, merges: readonly { readonly from: string; readonly to: string }[]): Promise<void> {
    if (merges.length === 0) return;
    const values = movesList(merges);
    const moved = `FROM (${values.text}) AS v(from_id, into_id)`;
    await sql.query(
      `UPDATE thread_messages m SET thread_id = v.into_id ${moved} WHERE m.thread_id = v.from_id`,
      values.parameters,
    );
    await sql.query(
      `UPDATE threads t SET merged_into = v.into_id ${moved} WHERE t.id = v.from_id OR t.merged_into = v.from_id`,
      values.parameters,
    );
  }

  async addMessages(sql: Sql, profileId: string, messages: readonly NewThreadMessage[]): Promise<void> {
    const values = valuesList(messages, [
      { type: 'uuid', value: ({ thread }) => thread },
      { type: 'uuid', value: () => profileId },
      { type: 'uuid', value: ({ mailboxId }) => mailboxId },
      { type: 'uuid', value: ({ kind, id }) => (kind === 'incoming' ? id : null) },
      { type: 'uuid', value: ({ kind, id }) => (kind === 'outgoing' ? id : null) },
      { type: 'timestamptz', value: ({ at }) => at },
      { type: 'text', value: ({ match }) => match },
      { type: 'bytea', value: ({ smart }) => smart && bytes(smart) },
    ]);
    await sql.query(
      `INSERT INTO thread_messages (thread_id, profile_id, mailbox_id, message_id, outgoing_id, at, match, smart_key) ${values.text}`,
      values.parameters,
    );
  }

  /** Another mailbox had the copy in Sent Items first, say: the message is ours all the same. */
  async markOurs(sql: Sql, profileId: string, keys: readonly ThreadKey[]): Promise<void> {
    if (keys.length === 0) return;
    const values = valuesList(keys, [{ type: 'bytea', value: bytes }], 2);
    await sql.query(
      `UPDATE thread_keys k SET is_ours = true FROM (${values.text}) AS v(key) WHERE k.profile_id = $1 AND k.key = v.key AND NOT k.is_ours`,
      [profileId, ...values.parameters],
    );
  }
}

function movesList(moves: readonly { readonly from: string; readonly to: string }[]) {
  return valuesList(moves, [
    { type: 'uuid', value: ({ from }) => from },
    { type: 'uuid', value: ({ to }) => to },
  ]);
}
