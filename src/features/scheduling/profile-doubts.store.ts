import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/data-source.js';
import type { DoubtKind } from '../failures/evidence.js';
import { checksWanted, doubtLastsMs, type Doubt } from '../failures/profile-doubt.js';

interface Meeting {
  readonly profileId: string;
  readonly kind: DoubtKind;
  readonly cause: string;
  readonly mailboxId: string;
  /** Calls of the run that met it. */
  readonly tries: number;
  /** Start of the first of them. */
  readonly since: Date;
  /** Whether this mailbox may raise the doubt; one that has met it alone for a while only adds to another's. */
  readonly raises: boolean;
}

/** More mailboxes than this decide nothing further. */
const maxRemembered = 10;

/**
 * The SQL of doubts about profiles: what one mailbox met, until others meet it, too, or show that it is the
 * mailbox's own. A profile that is well has no row. `PacingStore.resume` clears them in the statement that every
 * good run makes anyway.
 */
@Injectable()
export class ProfileDoubtsStore {
  /** Counts what a run met. @returns all that was met since the last proof to the contrary; null: nothing is raised */
  async meet(
    sql: Sql,
    { profileId, kind, cause, mailboxId, tries, since, raises }: Meeting,
    now: Date,
  ): Promise<Doubt | null> {
    const stale = new Date(now.getTime() - doubtLastsMs[kind]);
    const [row] = await sql.query<{ cause: string; since: Date; tries: number; met: number }[]>(
      `INSERT INTO profile_doubts AS d (profile_id, kind, cause, since, last_at, tries, met)
       SELECT $1, $2, $3, $6, $7, $5, ARRAY[$4::uuid]
       WHERE $8 OR EXISTS (SELECT FROM profile_doubts WHERE profile_id = $1 AND kind = $2 AND last_at > $9)
       ON CONFLICT (profile_id, kind) DO UPDATE SET last_at = excluded.last_at, cause = excluded.cause,
         since = CASE WHEN d.last_at <= $9 THEN excluded.since ELSE d.since END,
         tries = CASE WHEN d.last_at <= $9 THEN 0 ELSE d.tries END + excluded.tries,
         met = CASE WHEN d.last_at <= $9 THEN excluded.met
           WHEN d.met @> excluded.met OR cardinality(d.met) >= ${maxRemembered} THEN d.met ELSE d.met || excluded.met END
       RETURNING cause, since, tries, cardinality(met) AS met`,
      [profileId, kind, cause, mailboxId, tries, since, now, raises, stale],
    );
    return row ? { kind, ...row } : null;
  }

  async find(sql: Sql, profileId: string, kind: DoubtKind): Promise<Doubt | null> {
    const [row] = await sql.query<{ cause: string; since: Date; tries: number; met: number }[]>(
      `SELECT cause, since, tries, cardinality(met) AS met FROM profile_doubts WHERE profile_id = $1 AND kind = $2`,
      [profileId, kind],
    );
    return row ? { kind, ...row } : null;
  }

  /** It is decided. */
  async drop(sql: Sql, profileId: string, kind: DoubtKind): Promise<void> {
    await sql.query(`DELETE FROM profile_doubts WHERE profile_id = $1 AND kind = $2`, [profileId, kind]);
  }

  /** Work of the profile that waits longer and longer because of what held it is due at once. */
  async bringBack(sql: Sql, profileId: string, now: Date): Promise<void> {
    await sql.query(
      `UPDATE mailbox_work w SET due_at = $2, attempts = 0
       FROM (SELECT d.mailbox_id, d.kind FROM mailbox_work d JOIN mailboxes m ON m.id = d.mailbox_id AND m.state IN ('active', 'verifying')
             WHERE d.profile_id = $1 AND d.attempts > 0 AND d.due_at > $2 AND d.kind IN ('incoming', 'outgoing', 'test')
             FOR UPDATE OF d SKIP LOCKED) late
       WHERE w.mailbox_id = late.mailbox_id AND w.kind = late.kind`,
      [profileId, now],
    );
  }

  /** Has some mailboxes that were well when last looked at meet it, or show that it is not the profile's. */
  async askOthers(sql: Sql, profileId: string, now: Date): Promise<void> {
    await sql.query(
      `UPDATE mailbox_work w SET due_at = $2
       FROM (SELECT d.mailbox_id, d.kind FROM mailbox_work d JOIN mailboxes m ON m.id = d.mailbox_id AND m.state = 'active'
             WHERE d.profile_id = $1 AND d.lane = 1 AND d.due_at > $2 AND d.kind = 'incoming' AND d.attempts = 0 AND d.lease_until IS NULL
             ORDER BY d.due_at LIMIT ${checksWanted} FOR UPDATE OF d SKIP LOCKED) well
       WHERE w.mailbox_id = well.mailbox_id AND w.kind = well.kind`,
      [profileId, now],
    );
  }
}
