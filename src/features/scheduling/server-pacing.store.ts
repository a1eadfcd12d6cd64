import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/data-source.js';

/** So many calls in a row must have gone unanswered, over at least this long, before a server counts as away. */
const awayAfterFailures = 3;
const awayAfterMs = 60_000;
const askedBeforeAway = 3;
/** How long one canary has for its call before another one is sent. */
const canaryMs = 20_000;

/**
 * At the third failure, and again each time when there are twice as many: those that are well may all have been
 * at work at that moment, and then nobody was asked.
 */
const asksTheWellAt = (failures: number): boolean =>
  failures % awayAfterFailures === 0 && Number.isInteger(Math.log2(failures / awayAfterFailures));

/** A server after one more call that it left unanswered. */
interface UnansweredServer {
  /** Whether it counts as away, now or once more. */
  readonly isStrike: boolean;
  /** Whether calls to it wait already. */
  readonly isHeld: boolean;
  /** Start of the first call since its last answer. */
  readonly failingSince: Date;
}

interface ServerRow {
  readonly failing_since: Date;
  readonly failures: number;
  readonly suspended_cause: string | null;
  readonly strikes: number;
  readonly held: boolean;
}

/**
 * The SQL of servers that do not answer. A server (host and port of the EWS address) has a row only from its
 * first unanswered call to its next answer, so that a healthy one costs a look and no write.
 */
@Injectable()
export class ServerPacingStore {
  /** When each profile last had an answer in this process, in ms. A cache: an error costs only a few slots. */
  private readonly answers = new Map<string, number>();

  /** Profiles with an answer since then, as far as this process knows; older entries are deleted. */
  answeredSince(time: Date): string[] {
    for (const [profileId, at] of this.answers) if (at < time.getTime()) this.answers.delete(profileId);
    return [...this.answers.keys()];
  }

  /** Of the profile's server. */
  async hostOf(sql: Sql, profileId: string): Promise<string | null> {
    const [row] = await sql.query<{ host: string }[]>(
      `SELECT server_host AS host FROM email_server_profiles WHERE id = $1`,
      [profileId],
    );
    return row?.host ?? null;
  }

  /** Whether calls to the mailbox's server wait for a canary. */
  async isAwayFor(sql: Sql, mailboxId: string): Promise<boolean> {
    const rows = await sql.query<unknown[]>(
      `SELECT FROM mailboxes m JOIN email_server_profiles e ON e.id = m.profile_id JOIN server_pacing s ON s.host = e.server_host
       WHERE m.id = $1 AND s.suspended_cause IS NOT NULL`,
      [mailboxId],
    );
    return rows.length > 0;
  }

  /**
   * One more call that the server left unanswered. When that has lasted, nobody calls until `until`; then one
   * canary does. Runs that were under way together count as one strike.
   * @param profileId whose call it was
   * @param since when the call began
   */
  async noteFailure(
    sql: Sql,
    host: string,
    profileId: string,
    cause: string,
    since: Date,
    now: Date,
    until: (strikes: number) => Date,
  ): Promise<UnansweredServer> {
    const [row] = await sql.query<ServerRow[]>(
      `INSERT INTO server_pacing AS s (host, failing_since, failures) VALUES ($1, $2, 1)
       ON CONFLICT (host) DO UPDATE SET failures = s.failures + 1
       RETURNING failing_since, failures, suspended_cause, strikes, hold_until > $3 AS held`,
      [host, since, now],
    );
    if (!row) throw new Error('the server was neither inserted nor updated');
    const { failing_since: failingSince } = row;
    if (row.held) return { isStrike: false, isHeld: true, failingSince };
    const asked = asksTheWellAt(row.failures) ? await this.askTheWell(sql, host, profileId, now) : 0;
    // Those that were asked answer first.
    if (row.suspended_cause === null && asked > 0) return { isStrike: false, isHeld: false, failingSince };
    const lasted = now.getTime() - failingSince.getTime() >= awayAfterMs && row.failures >= awayAfterFailures;
    if (row.suspended_cause === null && !lasted) return { isStrike: false, isHeld: false, failingSince };
    const strikes = row.strikes + 1;
    await sql.query(
      `UPDATE server_pacing SET suspended_cause = $2, strikes = $3, hold_until = $4, canary_until = '-infinity' WHERE host = $1`,
      [host, cause, strikes, until(strikes)],
    );
    return { isStrike: true, isHeld: true, failingSince };
  }

  /**
   * Mailboxes that fail are tried more often than those that are well, so before a server is taken for away some
   * that were well when last looked at are asked: their answer says that it is there. Those of other profiles first,
   * for this one's address may be wrong.
   * @returns how many are asked now
   */
  private async askTheWell(sql: Sql, host: string, profileId: string, now: Date): Promise<number> {
    const [, asked] = await sql.query<[unknown[], number]>(
      `UPDATE mailbox_work w SET due_at = $2
       FROM (SELECT d.mailbox_id, d.kind FROM email_server_profiles e JOIN mailbox_work d ON d.profile_id = e.id
             WHERE e.server_host = $1 AND d.lane = 1 AND d.due_at > $2 AND d.kind = 'incoming' AND d.attempts = 0 AND d.lease_until IS NULL
             ORDER BY e.id = $3 LIMIT ${askedBeforeAway} FOR UPDATE OF d SKIP LOCKED) well
       WHERE w.mailbox_id = well.mailbox_id AND w.kind = well.kind RETURNING 1`,
      [host, now, profileId],
    );
    return asked;
  }

  /**
   * The server answered. An answer that comes in while it is held was on its way before, and proves nothing.
   * @returns its host when it had counted as away
   */
  async noteAnswer(sql: Sql, profileId: string, now: Date): Promise<string | null> {
    this.answers.set(profileId, now.getTime());
    const [row] = await sql.query<{ host: string; suspended_cause: string | null }[]>(
      `WITH answered AS (
         DELETE FROM server_pacing s USING email_server_profiles e
         WHERE e.id = $1 AND s.host = e.server_host AND s.hold_until <= $2 RETURNING s.host, s.suspended_cause
       ), found AS (DELETE FROM profile_doubts WHERE profile_id = $1 AND kind = 'address')
       SELECT host, suspended_cause FROM answered`,
      [profileId, now],
    );
    return row && row.suspended_cause !== null ? row.host : null;
  }

  /** Work of the server's profiles that waits longer and longer because of it is due at once. */
  async bringBack(sql: Sql, host: string, now: Date): Promise<void> {
    await sql.query(
      `UPDATE mailbox_work w SET due_at = $2, attempts = 0
       FROM (SELECT d.mailbox_id, d.kind FROM mailbox_work d JOIN email_server_profiles e ON e.id = d.profile_id
             WHERE e.server_host = $1 AND d.attempts > 0 AND d.due_at > $2 AND d.kind IN ('incoming', 'outgoing', 'test')
             FOR UPDATE OF d SKIP LOCKED) late
       WHERE w.mailbox_id = late.mailbox_id AND w.kind = late.kind`,
      [host, now],
    );
  }

  /** Sends a canary to each of the servers. @returns those for which nobody else has just done so */
  async takeCanaries(sql: Sql, hosts: readonly string[], now: Date): Promise<Set<string>> {
    if (hosts.length === 0) return new Set();
    const [rows] = await sql.query<[{ host: string }[], number]>(
      `UPDATE server_pacing s SET canary_until = $3
       FROM (SELECT host FROM server_pacing WHERE host = ANY($1::text[]) AND canary_until <= $2 AND hold_until <= $2
             FOR UPDATE SKIP LOCKED) free
       WHERE s.host = free.host RETURNING s.host`,
      [hosts, now, new Date(now.getTime() + canaryMs)],
    );
    return new Set(rows.map(({ host }) => host));
  }

  /** Lets a server be called at once, because a person asks. */
  async liftHoldOf(sql: Sql, host: string): Promise<void> {
    await sql.query(`UPDATE server_pacing SET hold_until = '-infinity', canary_until = '-infinity' WHERE host = $1`, [
      host,
    ]);
  }

  /** Servers that no profile names any more. */
  async forgetUnused(sql: Sql): Promise<void> {
    await sql.query(
      `DELETE FROM server_pacing s WHERE NOT EXISTS (SELECT FROM email_server_profiles e WHERE e.server_host = s.host)`,
    );
  }

  /** Lets the profile's server be called at once, because a person asks. */
  async liftHold(sql: Sql, profileId: string): Promise<void> {
    await sql.query(
      `UPDATE server_pacing s SET hold_until = '-infinity', canary_until = '-infinity'
       FROM email_server_profiles e WHERE e.id = $1 AND s.host = e.server_host`,
      [profileId],
    );
  }
}
