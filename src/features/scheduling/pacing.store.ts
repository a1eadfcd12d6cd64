import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../platform/database/data-source.js';
import { ServerPacingStore } from './server-pacing.store.js';
import { leaseMs, type Lease, type WorkKind } from './work.js';

interface ClaimedRow {
  readonly mailbox_id: string;
  readonly kind: WorkKind;
  readonly lease_token: string;
  readonly profile_id: string;
  readonly lane: number;
}

interface Budget {
  readonly profile_id: string;
  readonly budget: number;
  /** The server does not answer, and this one call asks whether it is back. */
  readonly canary: boolean;
}

interface LockedBudget extends Budget {
  /** Of a server that counts as away. */
  readonly away_host: string | null;
}

export interface Claim extends Lease {
  readonly profileId: string;
  readonly lane: number;
}

/** What a profile is trusted with when it comes back. */
const softConcurrency = 2;

/** After a step up or down the budget rests this long, so that one burst counts once. */
const budgetRestMs = 5_000;

/** The SQL of budgets: how much of a profile's work may run at once, over all processes. */
@Injectable()
export class PacingStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly servers: ServerPacingStore,
  ) {}

  /**
   * Claims due work up to each profile's budget, most urgent lane first. Safe beside other dispatchers:
   * a profile's pacing row is locked while its leases are counted and given, and skipped by the others.
   * A suspended profile gets one lease at a time, its canary; so do all profiles together of a server that is away.
   * @param limit leases at most in this call
   */
  async claimDue(now: Date, limit: number): Promise<Claim[]> {
    return this.dataSource.transaction(async (manager) => {
      const claims: Claim[] = [];
      let budgets = await this.withCanaries(manager, await this.lockBudgets(manager, now), now);
      for (const lane of [0, 1, 2]) {
        if (claims.length >= limit || budgets.length === 0) break;
        const claimed = await this.claimLane(manager, budgets, lane, now, limit - claims.length);
        claims.push(...claimed);
        budgets = budgets.filter((one) => !one.canary || !claimed.some((claim) => claim.profileId === one.profile_id));
      }
      return claims;
    });
  }

  /** A statement of its own: one that counted leases too would see those from before it got the lock. */
  private async lockBudgets(sql: Sql, now: Date): Promise<LockedBudget[]> {
    return sql.query<LockedBudget[]>(
      `SELECT p.profile_id, CASE WHEN p.suspended_cause IS NULL THEN least(p.concurrency, e.max_concurrent_connections) ELSE 1 END AS budget,
         false AS canary, CASE WHEN s.suspended_cause IS NOT NULL THEN s.host END AS away_host
       FROM profile_pacing p JOIN email_server_profiles e ON e.id = p.profile_id LEFT JOIN server_pacing s ON s.host = e.server_host
       WHERE p.hold_until <= $1 AND (s.host IS NULL OR s.hold_until <= $1)
         AND EXISTS (SELECT FROM mailbox_work d WHERE d.profile_id = p.profile_id AND d.lane IN (0, 1, 2) AND d.due_at <= $1)
       FOR NO KEY UPDATE OF p SKIP LOCKED`,
      [now],
    );
  }

  /** Of the profiles of a server that is away, one gets the one call; which of them is left to chance. */
  private async withCanaries(sql: Sql, locked: readonly LockedBudget[], now: Date): Promise<Budget[]> {
    const away = new Map<string, LockedBudget[]>();
    for (const budget of locked)
      if (budget.away_host !== null) away.set(budget.away_host, [...(away.get(budget.away_host) ?? []), budget]);
    const taken = await this.servers.takeCanaries(sql, [...away.keys()], now);
    const canaries = [...taken].flatMap((host) => {
      const profiles = away.get(host) ?? [];
      const one = profiles[Math.floor(Math.random() * profiles.length)];
      return one ? [{ ...one, canary: true }] : [];
    });
    return [...locked.filter((budget) => budget.away_host === null), ...canaries];
  }

  private async claimLane(
    sql: Sql,
    budgets: readonly Budget[],
    lane: number,
    now: Date,
    limit: number,
  ): Promise<Claim[]> {
    const [rows] = await sql.query<[ClaimedRow[], number]>(
      `WITH room AS MATERIALIZED (
         SELECT profile_id, canary, CASE WHEN canary THEN 1
           ELSE budget - (SELECT count(*) FROM mailbox_work l WHERE l.profile_id = open.profile_id AND l.lease_until > $2) END AS free
         FROM unnest($5::uuid[], $6::integer[], $7::boolean[]) AS open (profile_id, budget, canary)
       ), due AS (
         SELECT d.mailbox_id, d.kind FROM room CROSS JOIN LATERAL (
           SELECT w.mailbox_id, w.kind FROM mailbox_work w
           WHERE w.profile_id = room.profile_id AND w.lane = $1 AND w.due_at <= $2 AND (w.lease_until IS NULL OR w.lease_until <= $2)
             AND (NOT room.canary OR w.kind IN ('incoming', 'outgoing', 'test'))
           ORDER BY w.due_at LIMIT greatest(room.free, 0)
           FOR UPDATE SKIP LOCKED
         ) d LIMIT $3
       )
       UPDATE mailbox_work w SET lease_token = w.lease_token + 1, lease_until = $4, begun_at = NULL
       FROM due WHERE w.mailbox_id = due.mailbox_id AND w.kind = due.kind
       RETURNING w.mailbox_id, w.kind, w.lease_token::text, w.profile_id, w.lane`,
      [
        lane,
        now,
        limit,
        new Date(now.getTime() + leaseMs),
        budgets.map((budget) => budget.profile_id),
        budgets.map((budget) => budget.budget),
        budgets.map((budget) => budget.canary),
      ],
    );
    return rows.map((row) => ({
      mailboxId: row.mailbox_id,
      kind: row.kind,
      token: row.lease_token,
      profileId: row.profile_id,
      lane: row.lane,
    }));
  }

  /**
   * One step up for each profile that has had work waiting behind a full budget since its last step:
   * slow growth, so that the server's own limit is found from below.
   */
  async growBudgets(now: Date): Promise<void> {
    await this.dataSource.query(
      `UPDATE profile_pacing p SET concurrency = p.concurrency + 1, grown_at = $1
       FROM email_server_profiles e
       WHERE e.id = p.profile_id AND p.concurrency < e.max_concurrent_connections AND p.grown_at <= $2
         AND p.suspended_cause IS NULL AND p.hold_until <= $1
         AND p.concurrency <= (SELECT count(*) FROM mailbox_work l WHERE l.profile_id = p.profile_id AND l.lease_until > $1)
         AND EXISTS (SELECT FROM mailbox_work d WHERE d.profile_id = p.profile_id AND d.due_at <= $1 AND d.lease_until IS NULL)`,
      [now, new Date(now.getTime() - budgetRestMs)],
    );
  }

  /** The server asked for quiet: the whole profile waits until then, and then presses half as hard. */
  async throttle(sql: Sql, profileId: string, until: Date, now: Date): Promise<void> {
    await sql.query(
      `UPDATE profile_pacing SET hold_until = greatest(hold_until, $2),
         concurrency = CASE WHEN grown_at > $4 THEN concurrency ELSE greatest(1, concurrency / 2) END, grown_at = $3
       WHERE profile_id = $1`,
      [profileId, until, now, new Date(now.getTime() - budgetRestMs)],
    );
  }

  /** Whether the profile still is what a run began with; null: it never learnt what that was. */
  async isOfVersion(sql: Sql, profileId: string, version: number | null): Promise<boolean> {
    if (version === null) return true;
    const rows = await sql.query<unknown[]>(`SELECT FROM email_server_profiles WHERE id = $1 AND version = $2`, [
      profileId,
      version,
    ]);
    return rows.length > 0;
  }

  /**
   * Nobody calls until `until`; then one canary does. Runs that were under way together and all met the
   * same refusal count as one strike.
   * @returns whether the profile was not suspended before
   */
  async suspend(
    sql: Sql,
    profileId: string,
    cause: string,
    now: Date,
    until: (strikes: number) => Date,
  ): Promise<boolean> {
    const [row] = await sql.query<{ strikes: number; cause: string | null; held: boolean }[]>(
      `SELECT strikes, suspended_cause AS cause, hold_until > $2 AS held FROM profile_pacing WHERE profile_id = $1 FOR NO KEY UPDATE`,
      [profileId, now],
    );
    if (!row || (row.cause !== null && row.held)) return false;
    const strikes = row.strikes + 1;
    await sql.query(
      `UPDATE profile_pacing SET suspended_cause = $2, strikes = $3, hold_until = greatest(hold_until, $4) WHERE profile_id = $1`,
      [profileId, cause, strikes, until(strikes)],
    );
    return row.cause === null;
  }

  /**
   * A run got through. One that ends while the profile is held began before the refusal, and proves nothing.
   * The others follow softly, in a budget that grows from its beginning again.
   * @returns the cause that had suspended the profile, null when nothing had
   */
  async resume(sql: Sql, profileId: string, now: Date): Promise<string | null> {
    const [rows] = await sql.query<[{ cause: string }[], number]>(
      `UPDATE profile_pacing p SET suspended_cause = NULL, strikes = 0, concurrency = least(concurrency, ${softConcurrency}), grown_at = $2
       FROM (SELECT profile_id, suspended_cause AS cause FROM profile_pacing WHERE profile_id = $1 AND suspended_cause IS NOT NULL AND hold_until <= $2 FOR NO KEY UPDATE) old
       WHERE p.profile_id = old.profile_id RETURNING old.cause`,
      [profileId, now],
    );
    return rows[0]?.cause ?? null;
  }

  /** Lets the profile call at once, for example after its credentials changed or a person asked. */
  async liftHold(sql: Sql, profileId: string): Promise<void> {
    // A profile that is not held is not locked: the dispatcher would pass it by.
    await sql.query(
      `UPDATE profile_pacing SET hold_until = '-infinity' WHERE profile_id = $1 AND hold_until <> '-infinity'`,
      [profileId],
    );
  }
}
