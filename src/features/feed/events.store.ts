import { randomInt } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Sql } from '../../platform/database/data-source.js';
import { storableJson } from '../../platform/database/storable-text.js';
import type { EventType, NewEvent } from './event.js';
import { FeedBell } from './feed-bell.js';
import type { FeedFilter } from './feed-filter.js';
import { feedStart, type FeedPosition } from './feed-position.js';

export interface EventRow extends FeedPosition {
  readonly id: string;
  readonly type: EventType;
  readonly profile_id: string | null;
  readonly mailbox_id: string | null;
  readonly subject_id: string;
  readonly data: Record<string, unknown>;
  readonly occurred_at: Date;
}

/** Up to so many profiles are looked up one by one in their index; a wider filter reads the feed itself. */
const profilesByIndex = 16;

const position = `e.epoch, e.txid::text, e.seq::text`;
/** By the columns: a bare name would mean the text shown, and order 1207 before 990. */
const inOrder = `ORDER BY e.epoch, e.txid, e.seq`;
const between = `(e.epoch, e.txid, e.seq) > ($1::smallint, $2::xid8, $3::bigint) AND (e.epoch, e.txid, e.seq) <= ($4::smallint, $5::xid8, $6::bigint)`;
const wanted = `($8::text[] IS NULL OR e.type = ANY($8)) AND ($9::uuid IS NULL OR e.mailbox_id = $9)`;

/**
 * Always true; the transaction waits for the flush of its commit, as it does by default, also where the server is set
 * up not to. An event that can be read before it is durable can be lost in a crash after a reader has passed it, and
 * then its id comes again behind that reader. Not stronger than the server's own setting, where that waits for more.
 */
const durably = `(current_setting('synchronous_commit') <> 'off' OR set_config('synchronous_commit', 'local', true) IS NOT NULL)`;

/** The SQL of the change feed. */
@Injectable()
export class EventsStore {
  constructor(
    private readonly dataSource: DataSource,
    @Optional() private readonly bell?: FeedBell,
  ) {}

  /** Writes events in the transaction of what they tell, in one statement. */
  async append(sql: Sql, events: readonly NewEvent[], at: Date): Promise<void> {
    if (events.length === 0) return;
    const rows = events.map((event) => ({
      id: eventId(at),
      type: event.type,
      profile_id: event.profileId,
      mailbox_id: event.mailboxId,
      subject_id: event.subjectId,
      data: event.data,
    }));
    await sql.query(
      `INSERT INTO events (id, type, profile_id, mailbox_id, subject_id, data, occurred_at)
       SELECT id, type, profile_id, mailbox_id, subject_id, data, $2
       FROM jsonb_to_recordset($1::jsonb) AS row(id uuid, type text, profile_id uuid, mailbox_id uuid, subject_id uuid, data jsonb)
       WHERE ${durably}`,
      [storableJson(rows), at],
    );
    this.bell?.ring();
  }

  /**
   * Up to where the feed is settled: the last event of which every older transaction has ended, so nothing can
   * appear before it any more, and what is there can be read by any later statement.
   *
   * It is the place of an event and never the snapshot's xmin itself. Below xmin lie ids whose commit record is not
   * flushed (each NOTIFY takes one, and commits without waiting); after a crash PostgreSQL gives them out again, to
   * events behind every cursor that had passed them. An event's own commit is flushed before the event can be seen.
   * @returns `feedStart` while there is no event
   */
  async horizon(sql: Sql = this.dataSource): Promise<FeedPosition> {
    const [row] = await sql.query<FeedPosition[]>(
      `SELECT ${position} FROM events e
       WHERE (e.epoch, e.txid) < ((SELECT max(epoch) FROM feed_epochs), pg_snapshot_xmin(pg_current_snapshot()))
       ORDER BY e.epoch DESC, e.txid DESC, e.seq DESC LIMIT 1`,
    );
    return row ?? feedStart;
  }

  /**
   * Events behind `after` up to the horizon `upTo`, the first `limit` that the filter lets through.
   * @param window how many events there are at most between the two, if that is known: the planner takes
   *   any two places for far apart, and would read the whole table for a type that is rare
   */
  async between(
    after: FeedPosition,
    upTo: FeedPosition,
    filter: FeedFilter,
    limit: number,
    window: number | null = null,
  ): Promise<EventRow[]> {
    const events =
      window === null ? 'events' : `(SELECT * FROM events e WHERE ${between} ${inOrder} LIMIT ${Math.trunc(window)})`;
    const columns = `${position}, e.id, e.type, e.profile_id, e.mailbox_id, e.subject_id, e.data, e.occurred_at`;
    const parameters = [...parametersOf(after), ...parametersOf(upTo), limit, filter.types, filter.mailboxId];
    if (filter.profileIds === null)
      return this.dataSource.query<EventRow[]>(
        `SELECT ${columns} FROM ${events} e WHERE ${between} AND ${wanted} ${inOrder} LIMIT $7`,
        parameters,
      );
    const query =
      filter.profileIds.length <= profilesByIndex
        ? `SELECT ${columns} FROM unnest($10::uuid[]) AS profile (id) CROSS JOIN LATERAL (
             SELECT e.* FROM events e WHERE e.profile_id = profile.id AND ${between} AND ${wanted} ${inOrder} LIMIT $7
           ) e ${inOrder} LIMIT $7`
        : `SELECT ${columns} FROM ${events} e WHERE ${between} AND ${wanted} AND e.profile_id = ANY($10) ${inOrder} LIMIT $7`;
    return this.dataSource.query<EventRow[]>(query, [...parameters, filter.profileIds]);
  }

  /**
   * The event that is `count` events behind `after`, filters aside, but for those that an index serves;
   * null when there are fewer up to `upTo`. It bounds what one statement with a filter reads.
   */
  async windowEnd(
    after: FeedPosition,
    upTo: FeedPosition,
    filter: FeedFilter,
    count: number,
  ): Promise<FeedPosition | null> {
    const parameters = [...parametersOf(after), ...parametersOf(upTo), count - 1];
    const byIndex = filter.profileIds !== null && filter.profileIds.length <= profilesByIndex;
    const [row] = byIndex
      ? await this.dataSource.query<FeedPosition[]>(
          `SELECT ${position} FROM unnest($8::uuid[]) AS profile (id) CROSS JOIN LATERAL (
             SELECT e.epoch, e.txid, e.seq FROM events e WHERE e.profile_id = profile.id AND ${between} ${inOrder} LIMIT $7 + 1
           ) e ${inOrder} OFFSET $7 LIMIT 1`,
          [...parameters, filter.profileIds],
        )
      : await this.dataSource.query<FeedPosition[]>(
          `SELECT ${position} FROM events e WHERE ${between} ${inOrder} OFFSET $7 LIMIT 1`,
          parameters,
        );
    return row ?? null;
  }

  /** The next settled rows behind `after`, oldest first. */
  async read(query: {
    readonly after: FeedPosition | null;
    readonly types: readonly EventType[] | null;
    readonly profileIds: readonly string[] | null;
    readonly limit: number;
  }): Promise<EventRow[]> {
    const { after, types, profileIds, limit } = query;
    return this.between(after ?? feedStart, await this.horizon(), { types, profileIds, mailboxId: null }, limit);
  }
}

let written = randomInt(2 ** 30);

/**
 * The id's own time is the event's, and ids of one millisecond count up: replays read a range of time by
 * the index of ids, and a mailbox's events, which one process at a time writes, in their order.
 */
function eventId(at: Date): string {
  written = (written + 1) % 2 ** 32;
  return uuidv7({ msecs: at.getTime(), seq: written });
}

const parametersOf = ({ epoch, txid, seq }: FeedPosition) => [epoch, txid, seq];
