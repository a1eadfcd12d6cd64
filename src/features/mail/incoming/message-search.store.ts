import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { placeOf, shown, type MessageRow } from './messages.store.js';

export interface MessageSearch {
  /** Text of a tsquery, the caller's reach in it; null: whatever the words. */
  readonly words: string | null;
  readonly mailboxId: string | null;
  /** Null: all profiles. */
  readonly profileIds: readonly string[] | null;
  readonly from: Date | null;
  readonly to: Date | null;
  readonly before: { readonly receivedMicros: string; readonly id: string } | null;
  readonly limit: number;
}

type FoundMessage = MessageRow & { readonly position: string };

/** A page of a word that many messages hold is found among so many of the newest, within milliseconds. */
const firstLook = 2_000;
/** With more of them the first look costs more than it saves. */
const mostProfilesOfFirstLook = 5;

/** The SQL that finds messages over many mailboxes. */
@Injectable()
export class MessageSearchStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Newest first; within one instant by id. Words are looked for among the newest messages, and if that makes no
   * whole page by the index of words. PostgreSQL would have to guess which of the two is better, and guesses
   * beginnings of words wrong: then it reads all messages one by one.
   */
  async find(search: MessageSearch): Promise<FoundMessage[]> {
    if (search.words === null) return this.page(search, (from, at) => newestOf(search, from, at, at(search.limit)));
    const isSmallReach = search.profileIds === null || search.profileIds.length <= mostProfilesOfFirstLook;
    if (search.mailboxId === null && isSmallReach) {
      const recent = await this.page(search, (from, at) => amongNewest(search, from, at));
      if (recent.length === search.limit) return recent;
    }
    return this.page(search, (from, at) => byWords(search, from, at));
  }

  private page(search: MessageSearch, pageSql: (range: Where, at: Place) => string): Promise<FoundMessage[]> {
    const parameters: unknown[] = [];
    const at: Place = (value) => `$${parameters.push(value)}`;
    const page = pageSql(rangeOf(search, at), at);
    return this.dataSource.query<FoundMessage[]>(
      `SELECT ${shown}, (extract(epoch FROM page.received_at) * 1000000)::bigint::text AS position FROM (${page}) page
         JOIN messages m ON m.id = page.message_id ${placeOf}
       ORDER BY page.received_at DESC, m.id DESC LIMIT ${at(search.limit)}`,
      parameters,
    );
  }
}

/** Adds a parameter. @returns its place in the text */
type Place = (value: unknown) => string;
/** Conditions, joined by AND. */
type Where = readonly string[];

/** With its mailbox a message disappears at once, though its row is cleared away later. */
const visible = `JOIN mailboxes b ON b.id = w.mailbox_id AND b.removed_at IS NULL`;
const newestFirst = `ORDER BY w.received_at DESC, w.message_id DESC`;

/** Only the conditions that are asked for, so that the planner can pick the index of each of them. */
function rangeOf({ mailboxId, from, to, before }: MessageSearch, at: Place): Where {
  const where: string[] = [];
  if (mailboxId !== null) where.push(`w.mailbox_id = ${at(mailboxId)}::uuid`);
  if (from) where.push(`w.received_at >= ${at(from)}::timestamptz`);
  if (to) where.push(`w.received_at < ${at(to)}::timestamptz`);
  if (before) {
    const instant = `timestamptz 'epoch' + ${at(before.receivedMicros)}::bigint * interval '1 microsecond'`;
    where.push(`(w.received_at, w.message_id) < (${instant}, ${at(before.id)}::uuid)`);
  }
  return where;
}

/** The newest messages in reach, whatever their words. */
function newestOf({ profileIds }: MessageSearch, range: Where, at: Place, limit: string): string {
  const newest = (where: Where) =>
    `SELECT w.* FROM message_words w ${visible} WHERE ${['true', ...where].join(' AND ')} ${newestFirst} LIMIT ${limit}`;
  if (profileIds === null) return newest(range);
  // The newest of each profile by its index: no index has the newest of several.
  return `SELECT w.* FROM unnest(${at(profileIds)}::uuid[]) AS reach (profile_id),
    LATERAL (${newest([...range, 'w.profile_id = reach.profile_id'])}) w ${newestFirst} LIMIT ${limit}`;
}

function amongNewest(search: MessageSearch, range: Where, at: Place): string {
  return `SELECT w.* FROM (${newestOf(search, range, at, at(firstLook))}) w
    WHERE w.words @@ ${at(search.words)}::tsquery ${newestFirst} LIMIT ${at(search.limit)}`;
}

/** All that hold the words, then the newest of them: in an order that no index has, so that none is walked for it. */
function byWords({ words, profileIds, limit }: MessageSearch, range: Where, at: Place): string {
  const where = [`w.words @@ ${at(words)}::tsquery`, ...range];
  // The words hold the reach already; this holds it whatever they are.
  if (profileIds !== null) where.push(`w.profile_id = ANY(${at(profileIds)}::uuid[])`);
  return `SELECT w.message_id, w.received_at FROM message_words w ${visible} WHERE ${where.join(' AND ')}
    ORDER BY w.received_at + interval '0' DESC, w.message_id DESC LIMIT ${at(limit)}`;
}
