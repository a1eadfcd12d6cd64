import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../../platform/database/data-source.js';
import { storableJson } from '../../../platform/database/storable-text.js';
import type { StoredFailure } from '../../failures/failure.js';
import { rateWindowMs, type Hold } from './sending-pace.js';
import type { HoldReason } from './waiting-reason.js';

interface HoldRow {
  readonly heldUntil: Date | null;
  readonly reason: HoldReason | null;
  readonly nth: Date | null;
}

/** Whose limit a mailbox keeps to: its own goes before its profile's. */
export const limitOwners = ['mailbox', 'profile'] as const;

export interface SendingStatus {
  readonly maxSendsPerMinute: number;
  readonly limitOf: (typeof limitOwners)[number];
  readonly sentInLastMinute: number;
  readonly heldUntil: Date | null;
  readonly reason: HoldReason | null;
  readonly failure: StoredFailure | null;
}

/** Read each time, so that a change holds at once, also in a run under way. $1: the mailbox. */
const limit = `(SELECT coalesce(m.max_sends_per_minute, p.max_sends_per_minute) FROM mailboxes m JOIN email_server_profiles p ON p.id = m.profile_id WHERE m.id = $1)`;

/** The SQL of how fast a mailbox may send. Writes happen under the mailbox's lease, so there is one writer per mailbox. */
@Injectable()
export class SendingPaceStore {
  constructor(private readonly dataSource: DataSource) {}

  /** What keeps the mailbox from submitting now; null when nothing does. */
  async holdOf(mailboxId: string, now: Date, sql: Sql = this.dataSource): Promise<Hold | null> {
    const [row] = await sql.query<HoldRow[]>(
      `SELECT h.held_until AS "heldUntil", h.reason,
         (SELECT s.submitted_at FROM outgoing_submissions s WHERE s.mailbox_id = $1 AND s.submitted_at > $3
          ORDER BY s.submitted_at DESC OFFSET ${limit} - 1 LIMIT 1) AS nth
       FROM (SELECT) AS one LEFT JOIN outgoing_holds h ON h.mailbox_id = $1 AND h.held_until > $2`,
      [mailboxId, now, new Date(now.getTime() - rateWindowMs)],
    );
    const rateUntil = row?.nth ? new Date(row.nth.getTime() + rateWindowMs) : null;
    // A limit that was raised meanwhile holds at once: of the row only the server's own refusal counts.
    const quotaUntil = row?.reason === 'submission-quota' ? row.heldUntil : null;
    if (quotaUntil && (!rateUntil || quotaUntil > rateUntil)) return { until: quotaUntil, reason: 'submission-quota' };
    return rateUntil && { until: rateUntil, reason: 'rate-limit' };
  }

  /**
   * Takes one of the mailbox's submissions of this minute, in the transaction that announces it.
   * @returns null when it was taken; what holds the mailbox otherwise
   */
  async reserve(sql: Sql, mailboxId: string, messageId: string, now: Date): Promise<Hold | null> {
    const hold = await this.holdOf(mailboxId, now, sql);
    if (hold) return hold;
    await sql.query(
      `WITH over AS (DELETE FROM outgoing_submissions WHERE mailbox_id = $1 AND submitted_at <= $4)
       INSERT INTO outgoing_submissions (mailbox_id, submitted_at, message_id) VALUES ($1, $3, $2)`,
      [mailboxId, messageId, now, new Date(now.getTime() - rateWindowMs)],
    );
    return null;
  }

  /** Writes down that the rate limit makes messages wait, for people to see. */
  async noteRateLimit(sql: Sql, mailboxId: string, until: Date): Promise<void> {
    await sql.query(
      `INSERT INTO outgoing_holds (mailbox_id, held_until, reason) VALUES ($1, $2, 'rate-limit')
       ON CONFLICT (mailbox_id) DO UPDATE SET held_until = excluded.held_until, reason = excluded.reason
       WHERE outgoing_holds.held_until < excluded.held_until`,
      [mailboxId, until],
    );
  }

  /** The server refused to send more; `until` gets how many such refusals there were in a row. */
  async strike(sql: Sql, mailboxId: string, failure: StoredFailure, until: (strikes: number) => Date): Promise<Date> {
    const [row] = await sql.query<{ strikes: number }[]>(`SELECT strikes FROM outgoing_holds WHERE mailbox_id = $1`, [
      mailboxId,
    ]);
    const strikes = (row?.strikes ?? 0) + 1;
    const heldUntil = until(strikes);
    await sql.query(
      `INSERT INTO outgoing_holds (mailbox_id, held_until, reason, strikes, failure) VALUES ($1, $2, 'submission-quota', $3, $4)
       ON CONFLICT (mailbox_id) DO UPDATE SET held_until = excluded.held_until, reason = excluded.reason, strikes = excluded.strikes, failure = excluded.failure`,
      [mailboxId, heldUntil, strikes, storableJson(failure)],
    );
    return heldUntil;
  }

  /** A message went out, so the server's quota holds no more. */
  async relieve(sql: Sql, mailboxId: string): Promise<void> {
    await sql.query(`DELETE FROM outgoing_holds WHERE mailbox_id = $1`, [mailboxId]);
  }

  /** Null for a mailbox out of reach. */
  async status(mailboxId: string, profileIds: readonly string[] | null, now: Date): Promise<SendingStatus | null> {
    const [row] = await this.dataSource.query<SendingStatus[]>(
      `SELECT coalesce(m.max_sends_per_minute, p.max_sends_per_minute) AS "maxSendsPerMinute",
         CASE WHEN m.max_sends_per_minute IS NULL THEN 'profile' ELSE 'mailbox' END AS "limitOf", h.held_until AS "heldUntil", h.reason, h.failure,
         (SELECT count(*)::int FROM outgoing_submissions s WHERE s.mailbox_id = m.id AND s.submitted_at > $4) AS "sentInLastMinute"
       FROM mailboxes m JOIN email_server_profiles p ON p.id = m.profile_id
       LEFT JOIN outgoing_holds h ON h.mailbox_id = m.id AND h.held_until > $3
       WHERE m.id = $1 AND m.removed_at IS NULL AND ($2::uuid[] IS NULL OR m.profile_id = ANY($2))`,
      [mailboxId, profileIds, now, new Date(now.getTime() - rateWindowMs)],
    );
    return row ?? null;
  }
}
