import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../../platform/database/data-source.js';
import { storableJson } from '../../../platform/database/storable-text.js';
import { feedStart, type FeedPosition } from '../../feed/feed-position.js';
import { lagBuckets, lagEdgesMs } from './lag-histogram.js';
import { keptMs, sampleSteps, spanAt, type SeriesFrame } from './sample-span.js';

/** What passed through a profile since the sample before. */
export interface Traffic {
  readonly received: number;
  readonly sent: number;
}

/** One span of time, over the profiles that the reader sees. */
export interface Sample extends Traffic {
  readonly at: Date;
  /** Mailboxes in each bucket of lag. */
  readonly lag: number[];
  readonly failed: number;
}

const buckets = Array.from({ length: lagBuckets }, (_, index) => index);
const summedLag = `ARRAY[${buckets.map((bucket) => `coalesce(sum(s.lag[${bucket + 1}]), 0)`).join(', ')}]::int[]`;
const ofReach = (place: string) => `(${place}::uuid[] IS NULL OR s.profile_id = ANY(${place}))`;

/** How late a mailbox is, in ms; below 0 when its time has not come. While it is tried again after trouble its due time is that of the retry. */
const lateness = `extract(epoch FROM greatest($1 - w.due_at, CASE WHEN w.attempts > 0
  THEN $1 - greatest(m.last_sync_at, m.state_since) - p.min_polling_interval_seconds * interval '1 second' END)) * 1000`;

/** The SQL of samples: what the overview shows over time. */
@Injectable()
export class SamplesStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Compare-and-set: of several workers one samples a minute, and keeps the others off until its transaction ends.
   * @returns how far in the feed mail has been counted, null before the first sample; false when it is done or being done
   */
  async take(sql: Sql, minute: Date): Promise<FeedPosition | null | false> {
    const free = await sql.query<unknown[]>(
      `SELECT FROM overview_sampling WHERE sampled_at < $1 FOR UPDATE SKIP LOCKED`,
      [minute],
    );
    if (free.length === 0) return false;
    const [rows] = await sql.query<[{ epoch: number | null; txid: string; seq: string }[], number]>(
      `UPDATE overview_sampling SET sampled_at = $1
       RETURNING cursor_epoch AS epoch, cursor_txid::text AS txid, cursor_seq::text AS seq`,
      [minute],
    );
    const [row] = rows;
    return row?.epoch === null || row?.epoch === undefined ? null : { ...row, epoch: row.epoch };
  }

  /** Events of mail behind `after`, so many at most, by profile, and where the next count goes on. */
  async countMail(
    sql: Sql,
    after: FeedPosition,
    upTo: FeedPosition,
    limit: number,
  ): Promise<{ traffic: Map<string, Traffic>; position: FeedPosition | null; read: number }> {
    // Bounded and in order, because the planner takes any two places of the feed for far apart.
    const rows = await sql.query<
      (Traffic & FeedPosition & { readonly profileId: string | null; readonly read: number })[]
    >(
      `WITH page AS MATERIALIZED (
         SELECT e.epoch, e.txid, e.seq, e.profile_id, e.type FROM events e
         WHERE (e.epoch, e.txid, e.seq) > ($1::smallint, $2::xid8, $3::bigint) AND (e.epoch, e.txid, e.seq) <= ($4::smallint, $5::xid8, $6::bigint)
         ORDER BY e.epoch, e.txid, e.seq LIMIT $7
       )
       SELECT profile_id AS "profileId", (count(*) FILTER (WHERE type = 'message.received'))::int AS received,
         (count(*) FILTER (WHERE type = 'outgoing.sent'))::int AS sent, count(*)::int AS read, last.epoch, last.txid::text, last.seq::text
       FROM page, (SELECT epoch, txid, seq FROM page ORDER BY epoch DESC, txid DESC, seq DESC LIMIT 1) last
       GROUP BY profile_id, last.epoch, last.txid, last.seq`,
      [after.epoch, after.txid, after.seq, upTo.epoch, upTo.txid, upTo.seq, limit],
    );
    const [first] = rows;
    return {
      traffic: new Map(
        rows.flatMap(({ profileId, received, sent }) =>
          profileId === null || received + sent === 0 ? [] : [[profileId, { received, sent }]],
        ),
      ),
      position: first ? { epoch: first.epoch, txid: first.txid, seq: first.seq } : null,
      read: rows.reduce((sum, { read }) => sum + read, 0),
    };
  }

  async moveCursor(sql: Sql, position: FeedPosition = feedStart): Promise<void> {
    await sql.query(`UPDATE overview_sampling SET cursor_epoch = $1, cursor_txid = $2::xid8, cursor_seq = $3`, [
      position.epoch,
      position.txid,
      position.seq,
    ]);
  }

  /** Looks at every mailbox once, and writes a row for each profile and span. */
  async add(sql: Sql, minute: Date, traffic: ReadonlyMap<string, Traffic>, now: Date): Promise<void> {
    const mail = [...traffic].map(([profileId, counts]) => ({ profileId, ...counts }));
    await sql.query(
      `WITH late AS (
         SELECT m.profile_id, m.state = 'failed' AS failed, CASE WHEN m.state <> 'active' OR NOT m.incoming THEN NULL
           WHEN coalesce(l.ms, 0) <= 0 THEN 0 ELSE 1 + width_bucket(l.ms::float8, $3::float8[]) END AS bucket, count(*) AS mailboxes
         FROM mailboxes m JOIN email_server_profiles p ON p.id = m.profile_id
         LEFT JOIN mailbox_work w ON w.mailbox_id = m.id AND w.kind = 'incoming' CROSS JOIN LATERAL (SELECT ${lateness} AS ms) l
         WHERE m.removed_at IS NULL GROUP BY 1, 2, 3
       ), standing AS (
         SELECT profile_id, coalesce(sum(mailboxes) FILTER (WHERE failed), 0)::int AS failed,
           ARRAY[${buckets.map((bucket) => `coalesce(sum(mailboxes) FILTER (WHERE bucket = ${bucket}), 0)`).join(', ')}]::int[] AS lag
         FROM late GROUP BY profile_id
       ), mail AS (
         SELECT "profileId" AS profile_id, received, sent FROM jsonb_to_recordset($2::jsonb) AS row("profileId" uuid, received integer, sent integer)
       )
       INSERT INTO overview_samples AS s (step_seconds, at, profile_id, lag, received, sent, failed)
       SELECT span.step, span.at, profile_id, coalesce(lag, array_fill(0, ARRAY[${lagBuckets}])), coalesce(received, 0), coalesce(sent, 0), coalesce(failed, 0)
       FROM standing FULL JOIN mail USING (profile_id) CROSS JOIN unnest($4::integer[], $5::timestamptz[]) AS span (step, at)
       ON CONFLICT (step_seconds, at, profile_id) DO UPDATE SET
         lag = (SELECT array_agg(o + n ORDER BY place) FROM unnest(s.lag, excluded.lag) WITH ORDINALITY AS both_of (o, n, place)),
         received = s.received + excluded.received, sent = s.sent + excluded.sent, failed = excluded.failed`,
      [now, storableJson(mail), [...lagEdgesMs], [...sampleSteps], sampleSteps.map((step) => spanAt(minute, step))],
    );
  }

  /** The spans of a frame that have samples, oldest first. */
  async series({ step, from, to }: SeriesFrame, profileIds: readonly string[] | null): Promise<Sample[]> {
    return this.dataSource.query<Sample[]>(
      `SELECT s.at, ${summedLag} AS lag, sum(s.received)::int AS received, sum(s.sent)::int AS sent, sum(s.failed)::int AS failed
       FROM overview_samples s WHERE s.step_seconds = $1 AND s.at BETWEEN $2 AND $3 AND ${ofReach('$4')} GROUP BY s.at ORDER BY s.at`,
      [step, from, to, profileIds],
    );
  }

  /** How late mailboxes were at the newest sample, unless it is from before `since`. */
  async newestLag(profileIds: readonly string[] | null, since: Date): Promise<number[] | null> {
    const [row] = await this.dataSource.query<{ lag: number[] }[]>(
      `SELECT ${summedLag} AS lag FROM overview_samples s
       WHERE s.step_seconds = 60 AND s.at = (SELECT sampled_at FROM overview_sampling) AND s.at >= $2 AND ${ofReach('$1')}`,
      [profileIds, since],
    );
    return row?.lag ?? null;
  }

  /** Removes what is no longer shown. @returns how many rows went */
  async removeOld(now: Date, limit: number): Promise<number> {
    const before = sampleSteps.map((step) => new Date(now.getTime() - keptMs[step]));
    const [, removed] = await this.dataSource.query<[unknown[], number]>(
      // Each step's by its index; by their places, since a join with so many would read the whole table.
      `DELETE FROM overview_samples WHERE ctid = ANY(ARRAY(
         SELECT s.place FROM unnest($1::integer[], $2::timestamptz[]) AS old (step, before)
         CROSS JOIN LATERAL (SELECT s.ctid AS place FROM overview_samples s WHERE s.step_seconds = old.step AND s.at < old.before ORDER BY s.at LIMIT $3) s
         LIMIT $3)) RETURNING 1`,
      [[...sampleSteps], before, limit],
    );
    return removed;
  }
}
