import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../platform/database/data-source.js';
import { ServerPacingStore } from './server-pacing.store.js';
import { runsOfSilentServer, unansweredMs } from './silence.js';
import { leaseMs, type Lease, type JobKind } from './work.js';

interface ClaimedRow {
  readonly mailbox_id: string;
  readonly kind: JobKind;
  readonly lease_token: string;
  readonly profile_id: string;
  readonly lane: number;
  /** Its place among those of its profile. */
  readonly turn: number;
}

interface Budget {
  readonly profile_id: string;
  readonly budget: number;
  /** The server does not answer, and this one call asks whether it is back. */
  readonly canary: boolean;
  /** Since when it is in doubt whether the account is accepted: one call at a time finds out. */
  readonly doubted_since: Date | null;
  /** Leases to give at most, for the server leaves calls unanswered; null: as many as the budget has. */
  readonly at_most: number | null;
  /**
   * Up to this number of leases, one more is granted while all of them are unanswered, because only some mailboxes may
   * hang.
   */
  readonly most: number | null;
}

interface LockedBudget extends Budget {
  readonly host: string;
  /** Leases of all profiles on the server, while it leaves calls unanswered; null: it answers. */
  readonly leased_unanswered: number | null;
  /** The number of leases with unanswered calls. */
  readonly unanswered: number;
  /** Of a server that counts as away. */
  readonly away_host: string | null;
}

export interface Claim extends Lease {
  readonly profileId: string;
  readonly lane: number;
}

/** A mailbox that met trouble, and what surrounds it. */
export interface Surroundings {
  readonly profileId: string;
  readonly isStopped: boolean;
  readonly lastErrorCode: string | null;
  readonly suspendedCause: string | null;
  readonly isServerAway: boolean;
  /** Other mailboxes of the profile that are neither paused nor stopped, and those of them whose last run was good. */
  readonly othersAtWork: number;
  readonly othersWell: number;
}

/** More mailboxes than this are not told apart. */
const maxCounted = 1_000;

/** What a profile is trusted with when it comes back. */
const softConcurrency = 2;

/** This many unanswered calls show that the server is the cause. */
const unansweredShown = 2;

const isUnanswered = (since: string) => `coalesce(l.answered_at, l.begun_at) <= ${since}`;

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
      let budgets: Budget[] = await this.withCanaries(manager, shared(await this.lockBudgets(manager, now)), now);
      for (const lane of [0, 1, 2]) {
        if (claims.length >= limit || budgets.length === 0) break;
        const claimed = await this.claimLane(manager, budgets, lane, now, limit - claims.length);
        claims.push(...claimed);
        budgets = budgets.flatMap((one) =>
          left(one, claimed.filter((claim) => claim.profileId === one.profile_id).length),
        );
      }
      return claims;
    });
  }

  /** A statement of its own: one that counted leases too would see those from before it got the lock. */
  private async lockBudgets(sql: Sql, now: Date): Promise<LockedBudget[]> {
    const silentSince = new Date(now.getTime() - unansweredMs);
    return sql.query<LockedBudget[]>(
      `WITH servers AS MATERIALIZED (
         SELECT e.server_host AS host, count(*)::int AS leased,
           (count(*) FILTER (WHERE ${isUnanswered('$2')}))::int AS calls,
           count(*) FILTER (WHERE ${isUnanswered('$2')}) >= ${unansweredShown} AND NOT coalesce(bool_or(l.answered_at > $2), false)
             AND NOT EXISTS (SELECT FROM email_server_profiles a WHERE a.id = ANY($3::uuid[]) AND a.server_host = e.server_host) AS unanswered
         FROM mailbox_work l JOIN email_server_profiles e ON e.id = l.profile_id WHERE l.lease_until > $1 GROUP BY e.server_host
       )
       SELECT p.profile_id, e.server_host AS host, NULL::int AS at_most,
         CASE WHEN v.unanswered OR s.failures >= ${unansweredShown} THEN coalesce(v.leased, 0) END AS leased_unanswered, coalesce(v.calls, 0) AS unanswered,
         CASE WHEN p.suspended_cause IS NULL THEN least(p.concurrency, e.max_concurrent_connections) ELSE 1 END AS budget,
         CASE WHEN p.suspended_cause IS NULL THEN e.max_concurrent_connections END AS most,
         false AS canary, d.since AS doubted_since, CASE WHEN s.suspended_cause IS NOT NULL THEN s.host END AS away_host
       FROM profile_pacing p JOIN email_server_profiles e ON e.id = p.profile_id LEFT JOIN server_pacing s ON s.host = e.server_host
         LEFT JOIN servers v ON v.host = e.server_host
         LEFT JOIN profile_doubts d ON d.profile_id = p.profile_id AND d.kind = 'credentials'
       WHERE p.hold_until <= $1 AND (s.host IS NULL OR s.hold_until <= $1)
         AND EXISTS (SELECT FROM mailbox_work d WHERE d.profile_id = p.profile_id AND d.lane IN (0, 1, 2) AND d.due_at <= $1)
       FOR NO KEY UPDATE OF p SKIP LOCKED`,
      [now, silentSince, this.servers.answeredSince(silentSince)],
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
         SELECT open.profile_id, canary, leased.unanswered, CASE WHEN canary THEN 1
           ELSE least(greatest(budget - leased.count, CASE WHEN leased.unanswered = leased.count AND leased.count < most THEN 1 END), CASE WHEN doubted_since IS NOT NULL THEN 1 - leased.since_doubt END, at_most) END AS free
         FROM unnest($5::uuid[], $6::integer[], $7::boolean[], $8::timestamptz[], $9::integer[], $10::integer[]) AS open (profile_id, budget, canary, doubted_since, at_most, most)
         CROSS JOIN LATERAL (
           SELECT count(*), count(*) FILTER (WHERE ${isUnanswered('$11')}) AS unanswered, count(*) FILTER (WHERE l.begun_at IS NULL OR l.begun_at >= doubted_since) AS since_doubt
           FROM mailbox_work l WHERE l.profile_id = open.profile_id AND l.lease_until > $2) leased
       ), due AS (
         SELECT d.mailbox_id, d.kind, row_number() OVER (PARTITION BY room.profile_id ORDER BY d.due_at) AS turn
         FROM room CROSS JOIN LATERAL (
           SELECT w.mailbox_id, w.kind, w.due_at FROM mailbox_work w
           WHERE w.profile_id = room.profile_id AND w.lane = $1 AND w.due_at <= $2 AND (w.lease_until IS NULL OR w.lease_until <= $2)
             AND (NOT room.canary OR w.kind IN ('incoming', 'outgoing', 'test'))
             AND (room.canary OR room.unanswered < ${runsOfSilentServer} OR w.attempts = 0)
           ORDER BY w.due_at LIMIT greatest(room.free, 0)
           FOR UPDATE SKIP LOCKED
         ) d ORDER BY turn LIMIT $3
       )
       UPDATE mailbox_work w SET lease_token = w.lease_token + 1, lease_until = $4, begun_at = NULL, answered_at = NULL
       FROM due WHERE w.mailbox_id = due.mailbox_id AND w.kind = due.kind
       RETURNING w.mailbox_id, w.kind, w.lease_token::text, w.profile_id, w.lane, due.turn::int`,
      [
        lane,
        now,
        limit,
        new Date(now.getTime() + leaseMs),
        budgets.map((budget) => budget.profile_id),
        budgets.map((budget) => budget.budget),
        budgets.map((budget) => budget.canary),
        budgets.map((budget) => budget.doubted_since),
        budgets.map((budget) => budget.at_most),
        budgets.map((budget) => budget.most),
        new Date(now.getTime() - unansweredMs),
      ],
    );
    // In turns: the jobs of one profile do not queue up before those of the others.
    const inTurns = [...rows].sort((one, other) => one.turn - other.turn);
    return inTurns.map((row) => ({
      mailboxId: row.mailbox_id,
      kind: row.kind,
      token: row.lease_token,
      profileId: row.profile_id,
      lane: row.lane,
    }));
  }

  /**
   * One step up for each profile that has had work waiting behind a full budget since its last step:
   * slow growth, so that the server's own limit is found from below. A server that leaves calls unanswered gets no more.
   */
  async growBudgets(now: Date): Promise<void> {
    await this.dataSource.query(
      `UPDATE profile_pacing p SET concurrency = p.concurrency + 1, grown_at = $1
       FROM email_server_profiles e
       WHERE e.id = p.profile_id AND p.concurrency < e.max_concurrent_connections AND p.grown_at <= $2
         AND p.suspended_cause IS NULL AND p.hold_until <= $1
         AND p.concurrency <= (SELECT count(*) FROM mailbox_work l WHERE l.profile_id = p.profile_id AND l.lease_until > $1)
         AND EXISTS (SELECT FROM mailbox_work d WHERE d.profile_id = p.profile_id AND d.due_at <= $1 AND d.lease_until IS NULL)
         AND NOT EXISTS (SELECT FROM mailbox_work u WHERE u.profile_id = p.profile_id AND u.lease_until > $1 AND coalesce(u.answered_at, u.begun_at) <= $3)`,
      [now, new Date(now.getTime() - budgetRestMs), new Date(now.getTime() - unansweredMs)],
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
   * The others follow softly, in a budget that grows from its beginning again. What the run proved also ends the
   * doubts that began before, in the same statement, for every good poll comes by here.
   * @param signedInAt when a call began for which the account was accepted
   * @param answeredAt when a call began that the server worked on; null: none did
   * @returns the cause that had suspended the profile, null when nothing had
   */
  async resume(
    sql: Sql,
    profileId: string,
    now: Date,
    signedInAt: Date = now,
    answeredAt: Date | null = signedInAt,
  ): Promise<string | null> {
    const rows = await sql.query<{ cause: string }[]>(
      `WITH resumed AS (
         UPDATE profile_pacing p SET suspended_cause = NULL, strikes = 0, concurrency = least(concurrency, ${softConcurrency}), grown_at = $2
         FROM (SELECT profile_id, suspended_cause AS cause FROM profile_pacing WHERE profile_id = $1 AND suspended_cause IS NOT NULL AND hold_until <= $2 FOR NO KEY UPDATE) old
         WHERE p.profile_id = old.profile_id RETURNING old.cause
       ), disproved AS (
         DELETE FROM profile_doubts WHERE profile_id = $1 AND since <= CASE kind WHEN 'throttling' THEN $4::timestamptz ELSE $3::timestamptz END
       )
       SELECT cause FROM resumed`,
      [profileId, now, signedInAt, answeredAt],
    );
    return rows[0]?.cause ?? null;
  }

  /** What tells a mailbox's own trouble from its profile's, as of now; null: there is no such mailbox. */
  async surroundingsOf(sql: Sql, mailboxId: string): Promise<Surroundings | null> {
    const atWork = (also: string) =>
      `(SELECT count(*)::int FROM (SELECT FROM mailboxes o WHERE o.profile_id = m.profile_id AND o.id <> m.id
         AND o.removed_at IS NULL AND o.state IN ('active', 'verifying') ${also} LIMIT ${maxCounted}) counted)`;
    const [row] = await sql.query<Surroundings[]>(
      `SELECT m.profile_id AS "profileId", m.state = 'failed' AS "isStopped", m.last_error->>'code' AS "lastErrorCode",
         p.suspended_cause AS "suspendedCause", s.suspended_cause IS NOT NULL AS "isServerAway",
         ${atWork('')} AS "othersAtWork", ${atWork(`AND o.last_error IS NULL AND o.last_sync_at IS NOT NULL`)} AS "othersWell"
       FROM mailboxes m JOIN profile_pacing p ON p.profile_id = m.profile_id JOIN email_server_profiles e ON e.id = m.profile_id
       LEFT JOIN server_pacing s ON s.host = e.server_host WHERE m.id = $1`,
      [mailboxId],
    );
    return row ?? null;
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

/** Of a server that leaves calls unanswered, its profiles share a few leases; who gets them is left to chance. */
function shared(budgets: readonly LockedBudget[]): LockedBudget[] {
  const room = new Map<string, number>();
  return budgets
    .map((budget) => ({ budget, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ budget }) => {
      if (budget.leased_unanswered === null || budget.away_host !== null) return budget;
      const free = room.get(budget.host) ?? roomOf(budget.leased_unanswered, budget.unanswered);
      const atMost = Math.min(1, free);
      room.set(budget.host, free - atMost);
      return { ...budget, at_most: atMost };
    });
}

const roomOf = (leased: number, unanswered: number): number =>
  leased === runsOfSilentServer && unanswered === leased ? 1 : Math.max(0, runsOfSilentServer - leased);

/** What a profile may still be given after a lane; a canary is sent alone. */
function left(budget: Budget, claimed: number): Budget[] {
  if (budget.canary && claimed > 0) return [];
  return [budget.at_most === null ? budget : { ...budget, at_most: budget.at_most - claimed }];
}
