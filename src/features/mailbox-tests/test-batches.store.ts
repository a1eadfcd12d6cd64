import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../platform/database/data-source.js';
import { storableJson } from '../../platform/database/storable-text.js';
import type { TestResult } from './mailbox-test.js';
import { wishOf, type TestWish } from './mailbox-tests.store.js';

/** Which mailboxes to test; whatever is named must hold. */
export interface TestSelection {
  readonly mailboxIds?: readonly string[] | undefined;
  readonly profileId?: string | undefined;
  readonly state?: string | undefined;
  readonly causeCode?: string | undefined;
  readonly emailDomain?: string | undefined;
  readonly approved?: boolean | undefined;
}

/** How many tests there are of each result, and of each cause. */
export interface BatchTotals {
  readonly waiting: number;
  readonly running: number;
  readonly success: number;
  readonly failure: number;
  readonly skipped: number;
  readonly cancelled: number;
  readonly enabled: number;
  readonly causes: readonly { readonly code: string; readonly mailboxes: number }[];
}

export interface TestBatch {
  readonly id: string;
  readonly profileIds: readonly string[];
  readonly selection: TestSelection & TestWish;
  readonly tests: number;
  readonly alreadyRunning: number;
  /** As they were when the last test ended. */
  readonly totals: BatchTotals | null;
  readonly createdAt: Date;
  readonly cancelledAt: Date | null;
  readonly completedAt: Date | null;
}

const columns = `b.id, b.profile_ids AS "profileIds", b.selection, b.tests, b.already_running AS "alreadyRunning", b.totals,
  b.created_at AS "createdAt", b.cancelled_at AS "cancelledAt", b.completed_at AS "completedAt"`;

const maxCauses = 50;

/** A UUID of version 7 for each row: the time of the statement in front, chance behind, as PostgreSQL itself makes them from version 18 on. */
const rowId = (now: string) => `encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
  PLACING substring(int8send(floor(extract(epoch FROM ${now}::timestamptz) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid`;

/** The SQL of tests that were asked for together. */
@Injectable()
export class TestBatchesStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Makes the tests of all chosen mailboxes and their work due, in one statement whatever their number. */
  async insert(
    sql: Sql,
    id: string,
    selection: TestSelection,
    wish: TestWish,
    reach: readonly string[] | null,
    now: Date,
  ): Promise<void> {
    const parameters: unknown[] = [
      id,
      wish.incoming,
      wish.outgoing,
      wish.enable,
      now,
      storableJson({ ...selection, ...wish }),
    ];
    const where = ['m.removed_at IS NULL'];
    const add = (condition: (place: string) => string, value: unknown) => {
      if (value === undefined || value === null) return;
      parameters.push(value);
      where.push(condition(`$${parameters.length}`));
    };
    add((place) => `m.profile_id = ANY(${place}::uuid[])`, reach);
    add((place) => `m.id = ANY(${place}::uuid[])`, selection.mailboxIds);
    add((place) => `m.profile_id = ${place}::uuid`, selection.profileId);
    add((place) => `m.state = ${place}`, selection.state);
    add((place) => `m.failure IS NOT NULL AND m.failure->>'code' = ${place}`, selection.causeCode);
    add((place) => `lower(split_part(m.email_address, '@', 2)) = lower(${place})`, selection.emailDomain);
    if (selection.approved !== undefined) where.push(`m.approved_at IS ${selection.approved ? 'NOT ' : ''}NULL`);
    const [made] = await sql.query<{ chosen: number; tests: number; profiles: string[] }[]>(
      `WITH chosen AS MATERIALIZED (
         SELECT m.id, m.profile_id, m.incoming, m.outgoing FROM mailboxes m WHERE ${where.join(' AND ')}
       ), batch AS (
         INSERT INTO mailbox_test_batches (id, profile_ids, selection, tests, already_running, created_at) VALUES ($1, '{}', $6, 0, 0, $5) RETURNING id
       ), fresh AS (
         INSERT INTO mailbox_tests (id, mailbox_id, profile_id, batch_id, state, wants_incoming, wants_outgoing, enable, marker, created_at)
         SELECT ${rowId('$5')}, m.id, m.profile_id, batch.id, 'waiting', ${wishOf('incoming', '$2')}, ${wishOf('outgoing', '$3')}, $4, gen_random_uuid(), $5
         FROM chosen m, batch ORDER BY m.id
         ON CONFLICT (mailbox_id) WHERE state <> 'ended' DO NOTHING RETURNING mailbox_id, profile_id
       ), scheduled AS (
         INSERT INTO mailbox_work AS w (mailbox_id, kind, profile_id, lane, due_at)
         SELECT mailbox_id, 'test', profile_id, 2, $5 FROM fresh ORDER BY mailbox_id
         ON CONFLICT (mailbox_id, kind) DO UPDATE SET due_at = least(coalesce(w.due_at, 'infinity'), $5), lane = CASE WHEN w.due_at IS NULL THEN 2 ELSE w.lane END, attempts = 0, asked_token = w.lease_token
       )
       SELECT (SELECT count(*) FROM chosen)::int AS chosen, count(*)::int AS tests, coalesce(array_agg(DISTINCT profile_id), '{}') AS profiles FROM fresh`,
      parameters,
    );
    if (!made) throw new Error('a batch was not made');
    await sql.query(
      `UPDATE mailbox_test_batches SET tests = $2, already_running = $3, profile_ids = $4 WHERE id = $1`,
      [id, made.tests, made.chosen - made.tests, made.profiles],
    );
  }

  /** A key sees a batch when it sees all of its profiles. */
  async find(id: string, reach: readonly string[] | null, sql: Sql = this.dataSource): Promise<TestBatch | null> {
    const [row] = await sql.query<TestBatch[]>(
      `SELECT ${columns} FROM mailbox_test_batches b WHERE b.id = $1 AND ($2::uuid[] IS NULL OR b.profile_ids <@ $2)`,
      [id, reach],
    );
    return row ?? null;
  }

  async totals(id: string, sql: Sql = this.dataSource): Promise<BatchTotals> {
    const rows = await sql.query<
      { kind: TestResult | 'waiting' | 'running'; cause: string | null; count: number; enabled: number }[]
    >(
      `SELECT coalesce(result, state) AS kind, cause, count(*)::int AS count, (count(*) FILTER (WHERE enabled <> '{}'))::int AS enabled
       FROM mailbox_tests WHERE batch_id = $1 GROUP BY 1, 2 ORDER BY 3 DESC`,
      [id],
    );
    const count = (kind: string) => rows.filter((row) => row.kind === kind).reduce((sum, row) => sum + row.count, 0);
    return {
      waiting: count('waiting'),
      running: count('running'),
      success: count('success'),
      failure: count('failure'),
      skipped: count('skipped'),
      cancelled: count('cancelled'),
      enabled: rows.reduce((sum, row) => sum + row.enabled, 0),
      causes: rows
        .flatMap((row) => (row.cause === null ? [] : [{ code: row.cause, mailboxes: row.count }]))
        .slice(0, maxCauses),
    };
  }

  /** Ends what has not begun. @returns whether the batch was still going on */
  async cancel(sql: Sql, id: string, now: Date): Promise<boolean> {
    const [, cancelled] = await sql.query<[unknown[], number]>(
      `UPDATE mailbox_test_batches SET cancelled_at = $2 WHERE id = $1 AND completed_at IS NULL AND cancelled_at IS NULL RETURNING 1`,
      [id, now],
    );
    if (cancelled === 0) return false;
    await sql.query(
      `UPDATE mailbox_tests SET state = 'ended', result = 'cancelled', ended_at = $2
       WHERE id IN (SELECT id FROM mailbox_tests WHERE batch_id = $1 AND state = 'waiting' ORDER BY mailbox_id FOR UPDATE)`,
      [id, now],
    );
    return true;
  }

  /** Batches that nobody has completed yet although none of their tests is active. */
  async over(limit: number): Promise<string[]> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      `SELECT b.id FROM mailbox_test_batches b WHERE b.completed_at IS NULL
         AND NOT EXISTS (SELECT FROM mailbox_tests t WHERE t.batch_id = b.id AND t.state <> 'ended') LIMIT $1`,
      [limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Compare-and-set. @returns the batch as it ended; null when it is not over, or somebody else has completed it */
  async complete(sql: Sql, id: string, now: Date): Promise<TestBatch | null> {
    const open = await sql.query<unknown[]>(
      `SELECT FROM mailbox_test_batches b WHERE id = $1 AND completed_at IS NULL
         AND NOT EXISTS (SELECT FROM mailbox_tests t WHERE t.batch_id = b.id AND t.state <> 'ended') FOR UPDATE`,
      [id],
    );
    if (open.length === 0) return null;
    const [rows] = await sql.query<[TestBatch[], number]>(
      `UPDATE mailbox_test_batches b SET completed_at = $2, totals = $3 WHERE id = $1 RETURNING ${columns}`,
      [id, now, storableJson(await this.totals(id, sql))],
    );
    return rows[0] ?? null;
  }

  async removeOver(before: Date, limit: number): Promise<number> {
    const [, removed] = await this.dataSource.query<[unknown[], number]>(
      `DELETE FROM mailbox_test_batches WHERE id IN (SELECT id FROM mailbox_test_batches WHERE completed_at < $1 ORDER BY completed_at LIMIT $2) RETURNING 1`,
      [before, limit],
    );
    return removed;
  }
}
