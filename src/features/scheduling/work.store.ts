import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../platform/database/data-source.js';
import { LeaseLost, leaseMs, type Lane, type Lease, type JobKind } from './work.js';

/** When and how urgently a piece of work is to be done; `dueAt` null: not until something happens. */
export interface Schedule {
  readonly dueAt: Date | null;
  readonly lane: Lane;
  /** Consecutive passing failures. */
  readonly attempts: number;
}

/** Whether nobody of the work's profile may call now: for the profile's own sake, or because its server is away. */
const onHold = (now: string) => `EXISTS (
  SELECT FROM profile_pacing p JOIN email_server_profiles e ON e.id = p.profile_id LEFT JOIN server_pacing s ON s.host = e.server_host
  WHERE p.profile_id = w.profile_id AND (p.hold_until > ${now} OR s.hold_until > ${now}))`;

/** Whether the account came into doubt after the claim: how many may try it now, a claim of its own decides. */
const doubtedSinceClaim = `EXISTS (
  SELECT FROM profile_doubts d WHERE d.profile_id = w.profile_id AND d.kind = 'credentials'
    AND d.last_at > w.lease_until - interval '${leaseMs} milliseconds')`;

/** The SQL of mailbox_work: leases, and what is due when. */
@Injectable()
export class WorkStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Gives new mailboxes their work rows, and those that receive a first audit at any time of the next day.
   * A backfill gets its row when somebody asks for one.
   */
  async create(sql: Sql, mailboxIds: readonly string[], now: Date): Promise<void> {
    await sql.query(
      `INSERT INTO mailbox_work (mailbox_id, kind, profile_id, lane, due_at)
       SELECT m.id, kind, m.profile_id, CASE kind WHEN 'audit' THEN 2 ELSE 1 END,
         CASE WHEN m.incoming AND m.state = 'active' THEN CASE kind WHEN 'incoming' THEN $2::timestamptz
           WHEN 'audit' THEN $2::timestamptz + random() * interval '1 day' END END
       FROM mailboxes m CROSS JOIN unnest(ARRAY['incoming', 'outgoing', 'audit']) AS kind
       WHERE m.id = ANY($1::uuid[])
       ON CONFLICT DO NOTHING`,
      [mailboxIds, now],
    );
  }

  /**
   * Takes the work up and renews the lease that the claim gave. The token changes, so that of two jobs
   * with one claim (the queue may run a job twice) only one ever works.
   * @returns the lease to work under and the consecutive failures so far; null when the lease is gone or
   *   the profile is on hold
   */
  async begin<L extends Lease>(claim: L, now: Date): Promise<{ lease: L; attempts: number } | null> {
    const [rows] = await this.dataSource.query<[{ token: string; attempts: number }[], number]>(
      `UPDATE mailbox_work w SET lease_until = $4, lease_token = lease_token + 1, begun_at = $5
       WHERE mailbox_id = $1 AND kind = $2 AND lease_token = $3 AND lease_until > $5
         AND (kind = 'removal' OR NOT (${onHold('$5')} OR ${doubtedSinceClaim}))
       RETURNING lease_token::text AS token, attempts`,
      [claim.mailboxId, claim.kind, claim.token, new Date(now.getTime() + leaseMs), now],
    );
    const [row] = rows;
    return row ? { lease: { ...claim, token: row.token }, attempts: row.attempts } : null;
  }

  /**
   * Proves, in the caller's transaction, that the lease still holds, and extends it. The row lock lasts
   * until the commit, so nobody can take the work while the caller writes.
   * @param answeredAt when the server last answered the run; null: not that it is known
   * @returns whether the profile has been put on hold meanwhile
   * @throws LeaseLost
   */
  async hold(sql: Sql, lease: Lease, now: Date, answeredAt: Date | null = null): Promise<{ profileOnHold: boolean }> {
    const [rows] = await sql.query<[{ profileOnHold: boolean }[], number]>(
      `UPDATE mailbox_work w SET lease_until = $4, answered_at = coalesce($6, answered_at)
       WHERE mailbox_id = $1 AND kind = $2 AND lease_token = $3 AND lease_until IS NOT NULL
       RETURNING ${onHold('$5')} AS "profileOnHold"`,
      [lease.mailboxId, lease.kind, lease.token, new Date(now.getTime() + leaseMs), now, answeredAt],
    );
    const [row] = rows;
    if (!row) throw new LeaseLost(lease);
    return row;
  }

  /** Waits for whoever writes under a lease on this work, and keeps others from it until the transaction ends. */
  async lock(sql: Sql, mailboxId: string, kind: JobKind): Promise<void> {
    await sql.query(`SELECT FROM mailbox_work WHERE mailbox_id = $1 AND kind = $2 FOR UPDATE`, [mailboxId, kind]);
  }

  /** Extends the lease outside a transaction. @throws LeaseLost */
  async renew(lease: Lease, now: Date, answeredAt: Date | null = null): Promise<void> {
    await this.hold(this.dataSource.manager, lease, now, answeredAt);
  }

  /**
   * Ends the run and sets the next one. A run that was asked for meanwhile follows at once, unless the
   * mailbox has stopped (`heedAsked` false).
   * @throws LeaseLost
   */
  async finish(sql: Sql, lease: Lease, next: Schedule, rerunRequested: boolean, now: Date): Promise<void> {
    const [, finished] = await sql.query<[unknown[], number]>(
      `UPDATE mailbox_work SET lease_until = NULL, attempts = $6,
         due_at = CASE WHEN $7 AND asked_token = lease_token THEN $8::timestamptz ELSE $4::timestamptz END,
         lane = CASE WHEN $7 AND asked_token = lease_token THEN 0 ELSE $5::smallint END
       WHERE mailbox_id = $1 AND kind = $2 AND lease_token = $3 AND lease_until IS NOT NULL RETURNING 1`,
      [lease.mailboxId, lease.kind, lease.token, next.dueAt, next.lane, next.attempts, rerunRequested, now],
    );
    if (finished === 0) throw new LeaseLost(lease);
  }

  /** Gives a lease back unused (the process is going down, the profile is on hold): the work stays due. */
  async release(lease: Lease): Promise<void> {
    await this.dataSource.query(
      `UPDATE mailbox_work SET lease_until = NULL WHERE mailbox_id = $1 AND kind = $2 AND lease_token = $3`,
      [lease.mailboxId, lease.kind, lease.token],
    );
  }

  /** The same, but behind work that is already due. */
  async putBack(lease: Lease, now: Date): Promise<void> {
    await this.dataSource.query(
      `UPDATE mailbox_work SET lease_until = NULL, due_at = greatest(due_at, $4) WHERE mailbox_id = $1 AND kind = $2 AND lease_token = $3`,
      [lease.mailboxId, lease.kind, lease.token, now],
    );
  }

  /** Gives a mailbox the row of a kind of work that it did not have before; nothing of it is due yet. */
  async add(sql: Sql, mailboxId: string, kind: JobKind): Promise<void> {
    await sql.query(
      `INSERT INTO mailbox_work (mailbox_id, kind, profile_id, lane) SELECT id, $2, profile_id, 2 FROM mailboxes WHERE id = $1
       ON CONFLICT DO NOTHING`,
      [mailboxId, kind],
    );
  }

  /** Takes all leases of a mailbox away: what runs under one can write nothing more. */
  async revoke(sql: Sql, mailboxId: string): Promise<void> {
    await sql.query(`UPDATE mailbox_work SET lease_token = lease_token + 1, lease_until = NULL WHERE mailbox_id = $1`, [
      mailboxId,
    ]);
  }

  /** Sets when work of some mailboxes is due; `dueAt` null stops it after a run under way. */
  async reschedule(
    sql: Sql,
    mailboxIds: readonly string[],
    kind: JobKind,
    next: { dueAt: Date | null; lane: Lane },
  ): Promise<void> {
    await sql.query(
      `UPDATE mailbox_work SET due_at = $3, lane = $4, attempts = 0 WHERE mailbox_id = ANY($1::uuid[]) AND kind = $2`,
      [mailboxIds, kind, next.dueAt, next.lane],
    );
  }

  /** Has what waits to be tried again be due by a time. */
  async notLaterThan(sql: Sql, mailboxId: string, kind: JobKind, dueAt: Date): Promise<void> {
    await sql.query(`UPDATE mailbox_work SET due_at = $3 WHERE mailbox_id = $1 AND kind = $2 AND due_at > $3`, [
      mailboxId,
      kind,
      dueAt,
    ]);
  }

  /**
   * Brings work forward, never putting it off. Asked while the work runs, it is done once more after it:
   * the run may already have passed what the caller is about to commit.
   */
  async bringForward(sql: Sql, mailboxId: string, kind: JobKind, dueAt: Date, lane: Lane): Promise<void> {
    await sql.query(
      `UPDATE mailbox_work SET due_at = least(coalesce(due_at, 'infinity'), $3), lane = least(lane, $4), attempts = 0, asked_token = lease_token
       WHERE mailbox_id = $1 AND kind = $2`,
      [mailboxId, kind, dueAt, lane],
    );
  }
}
