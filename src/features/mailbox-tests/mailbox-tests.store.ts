import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../platform/database/data-source.js';
import { storableJson } from '../../platform/database/storable-text.js';
import type { StoredFailure } from '../failures/failure.js';
import type { OutgoingPosition } from '../mail/outgoing/outgoing-state.js';
import type { CleanUp, Direction, DirectionResult, MailboxTest, TestResult, TestStep } from './mailbox-test.js';

/** What is asked of a test; null: the directions that are switched on. */
export interface TestWish {
  readonly incoming: boolean | null;
  readonly outgoing: boolean | null;
  readonly enable: boolean;
}

export interface CleanUpState {
  readonly cleanUp: CleanUp;
  readonly inboxCleared: boolean;
  readonly sentCleared: boolean;
  readonly tries: number;
  /** When to look again; null once nothing is left to do. */
  readonly at: Date | null;
}

const columns = `t.id, t.mailbox_id AS "mailboxId", t.profile_id AS "profileId", t.batch_id AS "batchId", t.state, t.wants_incoming AS "wantsIncoming",
  t.wants_outgoing AS "wantsOutgoing", t.enable, t.marker, t.account, t.position, t.sent_at AS "sentAt", t.arrived_at AS "arrivedAt", t.incoming, t.outgoing, t.steps, t.attempts,
  t.last_trouble AS "lastTrouble", t.result, t.cause, t.enabled, t.clean_up AS "cleanUp", t.inbox_cleared AS "inboxCleared", t.sent_cleared AS "sentCleared",
  t.clean_up_tries AS "cleanUpTries", t.created_at AS "createdAt", t.started_at AS "startedAt", t.ended_at AS "endedAt"`;

/** The SQL of tests as a run carries them out. */
@Injectable()
export class MailboxTestsStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * A new test of the mailbox; one that is active takes the further wishes on instead, for it has not ended yet.
   * @returns its id, and whether it is new; null when the active one ended in this very moment
   */
  async ask(
    sql: Sql,
    test: { readonly id: string; readonly mailboxId: string; readonly marker: string },
    wish: TestWish,
    now: Date,
  ): Promise<{ id: string; isNew: boolean } | null> {
    const parameters = [test.mailboxId, wish.incoming, wish.outgoing, wish.enable];
    const inserted = await sql.query<{ id: string }[]>(
      `INSERT INTO mailbox_tests (id, mailbox_id, profile_id, state, wants_incoming, wants_outgoing, enable, marker, created_at)
       SELECT $5, m.id, m.profile_id, 'waiting', ${wishOf('incoming', '$2')}, ${wishOf('outgoing', '$3')}, $4, $6, $7 FROM mailboxes m WHERE m.id = $1
       ON CONFLICT (mailbox_id) WHERE state <> 'ended' DO NOTHING RETURNING id`,
      [...parameters, test.id, test.marker, now],
    );
    if (inserted[0]) return { id: inserted[0].id, isNew: true };
    const [joined] = await sql.query<[{ id: string }[], number]>(
      `UPDATE mailbox_tests t SET wants_incoming = t.wants_incoming OR ${wishOf('incoming', '$2')},
         wants_outgoing = t.wants_outgoing OR ${wishOf('outgoing', '$3')}, enable = t.enable OR $4
       FROM mailboxes m WHERE m.id = $1 AND t.mailbox_id = $1 AND t.state <> 'ended' RETURNING t.id`,
      parameters,
    );
    return joined[0] ? { id: joined[0].id, isNew: false } : null;
  }

  /** Takes the mailbox's active test up. */
  async begin(sql: Sql, mailboxId: string, now: Date): Promise<MailboxTest | null> {
    const [rows] = await sql.query<[MailboxTest[], number]>(
      `UPDATE mailbox_tests t SET state = 'running', started_at = coalesce(started_at, $2)
       WHERE mailbox_id = $1 AND state <> 'ended' RETURNING ${columns}`,
      [mailboxId, now],
    );
    return rows[0] ?? null;
  }

  /**
   * Before a call that may leave something on the server. From here on the clean-up is due, whoever does it.
   * @returns false when the test has ended
   */
  async notePosition(sql: Sql, id: string, account: string, position: OutgoingPosition, now: Date): Promise<boolean> {
    const [, noted] = await sql.query<[unknown[], number]>(
      `UPDATE mailbox_tests SET account = $2, position = $3, clean_up = 'due', clean_up_at = $4,
         sent_at = CASE WHEN $5 THEN coalesce(sent_at, $4) ELSE sent_at END
       WHERE id = $1 AND state = 'running' RETURNING 1`,
      [id, account, storableJson(position), now, position.step === 'submitted'],
    );
    return noted > 0;
  }

  /** @returns false when the test has ended */
  async noteArrival(sql: Sql, id: string, now: Date): Promise<boolean> {
    const [, noted] = await sql.query<[unknown[], number]>(
      `UPDATE mailbox_tests SET arrived_at = $2 WHERE id = $1 AND state = 'running' RETURNING 1`,
      [id, now],
    );
    return noted > 0;
  }

  async addSteps(sql: Sql, id: string, steps: readonly TestStep[]): Promise<void> {
    if (steps.length === 0) return;
    await sql.query(`UPDATE mailbox_tests SET steps = steps || $2::jsonb WHERE id = $1`, [id, storableJson(steps)]);
  }

  /** @returns the test with it; null when it has ended */
  async noteResult(
    sql: Sql,
    id: string,
    direction: Direction,
    result: DirectionResult,
    steps: readonly TestStep[],
  ): Promise<MailboxTest | null> {
    const [rows] = await sql.query<[MailboxTest[], number]>(
      `UPDATE mailbox_tests t SET ${direction} = $2, steps = steps || $3::jsonb, attempts = 0, last_trouble = NULL
       WHERE id = $1 AND state = 'running' RETURNING ${columns}`,
      [id, storableJson(result), storableJson(steps)],
    );
    return rows[0] ?? null;
  }

  /** Trouble that passes put the test off. */
  async noteTrouble(sql: Sql, id: string, trouble: StoredFailure): Promise<void> {
    await sql.query(`UPDATE mailbox_tests SET attempts = attempts + 1, last_trouble = $2 WHERE id = $1`, [
      id,
      storableJson(trouble),
    ]);
  }

  /** The row as it is now, locked until the transaction ends; null when the test has ended. */
  async lockRunning(sql: Sql, id: string): Promise<MailboxTest | null> {
    const rows = await sql.query<MailboxTest[]>(
      `SELECT ${columns} FROM mailbox_tests t WHERE t.id = $1 AND t.state = 'running' FOR UPDATE`,
      [id],
    );
    return rows[0] ?? null;
  }

  async end(
    sql: Sql,
    id: string,
    outcome: { readonly result: TestResult; readonly cause: string | null; readonly enabled: readonly Direction[] },
    now: Date,
  ): Promise<void> {
    await sql.query(
      `UPDATE mailbox_tests SET state = 'ended', result = $2, cause = $3, enabled = $4, ended_at = $5 WHERE id = $1`,
      [id, outcome.result, outcome.cause, outcome.enabled, now],
    );
  }

  /** Keeps the newest of a mailbox, and whatever still has something to clean up. */
  async trim(sql: Sql, mailboxId: string, keep: number): Promise<void> {
    await sql.query(
      `DELETE FROM mailbox_tests WHERE id IN (
         SELECT id FROM mailbox_tests WHERE mailbox_id = $1 AND state = 'ended' AND clean_up <> 'due' ORDER BY id DESC OFFSET $2)`,
      [mailboxId, keep],
    );
  }

  /** Ended tests of a mailbox whose message is to be looked for now. */
  async toCleanUp(mailboxId: string, now: Date, limit: number): Promise<MailboxTest[]> {
    return this.dataSource.query<MailboxTest[]>(
      `SELECT ${columns} FROM mailbox_tests t
       WHERE t.mailbox_id = $1 AND t.clean_up = 'due' AND t.state = 'ended' AND t.clean_up_at <= $2 ORDER BY t.clean_up_at LIMIT $3`,
      [mailboxId, now, limit],
    );
  }

  /** When the next of them is to be looked for; null: none is left. */
  async nextCleanUp(mailboxId: string): Promise<Date | null> {
    const [row] = await this.dataSource.query<{ at: Date | null }[]>(
      `SELECT min(clean_up_at) AS at FROM mailbox_tests WHERE mailbox_id = $1 AND clean_up = 'due' AND state = 'ended'`,
      [mailboxId],
    );
    return row?.at ?? null;
  }

  async noteCleanUp(sql: Sql, id: string, state: CleanUpState): Promise<void> {
    await sql.query(
      `UPDATE mailbox_tests SET clean_up = $2, inbox_cleared = $3, sent_cleared = $4, clean_up_tries = $5, clean_up_at = $6 WHERE id = $1`,
      [id, state.cleanUp, state.inboxCleared, state.sentCleared, state.tries, state.at],
    );
  }
}

/** A direction that was not named is tested when it is switched on, and both are when none is. */
export const wishOf = (direction: Direction, place: string): string =>
  `coalesce(${place}::boolean, m.${direction} OR NOT (m.incoming OR m.outgoing))`;
