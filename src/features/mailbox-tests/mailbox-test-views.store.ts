import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { TestResult } from './mailbox-test.js';
import type { MailboxTest } from './mailbox-test.js';

/** What keeps a test waiting that has not ended. */
export interface TestWait {
  readonly reason: 'profile-suspended' | 'profile-throttled' | 'server-away' | 'trouble' | 'turn';
  /** Null: as soon as it is its turn. */
  readonly until: Date | null;
}

/** A test as the API shows it. */
export interface MailboxTestView extends Omit<
  MailboxTest,
  'account' | 'position' | 'inboxCleared' | 'sentCleared' | 'cleanUpTries'
> {
  readonly emailAddress: string;
  readonly wait: TestWait | null;
}

interface Row extends Omit<MailboxTestView, 'wait'> {
  readonly waitReason: TestWait['reason'] | null;
  readonly waitUntil: Date | null;
}

const columns = `t.id, t.mailbox_id AS "mailboxId", m.email_address AS "emailAddress", t.profile_id AS "profileId", t.batch_id AS "batchId", t.state,
  t.wants_incoming AS "wantsIncoming", t.wants_outgoing AS "wantsOutgoing", t.enable, t.marker, t.sent_at AS "sentAt", t.incoming, t.outgoing, t.steps,
  t.attempts, t.last_trouble AS "lastTrouble", t.result, t.cause, t.enabled, t.clean_up AS "cleanUp", t.created_at AS "createdAt",
  t.started_at AS "startedAt", t.ended_at AS "endedAt", waits.reason AS "waitReason", waits.until AS "waitUntil"`;

/** With its mailbox a test disappears at once, though its row goes later. */
const source = (now: string) => `mailbox_tests t JOIN mailboxes m ON m.id = t.mailbox_id AND m.removed_at IS NULL
  LEFT JOIN LATERAL (
    SELECT CASE WHEN s.hold_until > ${now} AND s.suspended_cause IS NOT NULL THEN 'server-away'
        WHEN p.hold_until > ${now} AND p.suspended_cause IS NOT NULL THEN 'profile-suspended'
        WHEN p.hold_until > ${now} THEN 'profile-throttled' WHEN w.due_at > ${now} THEN 'trouble' ELSE 'turn' END AS reason,
      nullif(greatest(CASE WHEN s.hold_until > ${now} THEN s.hold_until END, CASE WHEN p.hold_until > ${now} THEN p.hold_until END,
        CASE WHEN w.due_at > ${now} THEN w.due_at END), 'infinity') AS until
    FROM profile_pacing p JOIN email_server_profiles e ON e.id = p.profile_id LEFT JOIN server_pacing s ON s.host = e.server_host
      LEFT JOIN mailbox_work w ON w.mailbox_id = t.mailbox_id AND w.kind = 'test'
    WHERE p.profile_id = t.profile_id AND t.state <> 'ended' AND (w.lease_until IS NULL OR w.lease_until <= ${now})) waits ON true`;

/** The SQL that shows tests. */
@Injectable()
export class MailboxTestViewsStore {
  constructor(private readonly dataSource: DataSource) {}

  async find(id: string, profileIds: readonly string[] | null, now: Date): Promise<MailboxTestView | null> {
    const [row] = await this.dataSource.query<Row[]>(
      `SELECT ${columns} FROM ${source('$3')} WHERE t.id = $1 AND ($2::uuid[] IS NULL OR t.profile_id = ANY($2))`,
      [id, profileIds, now],
    );
    return row ? viewOf(row) : null;
  }

  async hasEnded(id: string): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `SELECT FROM mailbox_tests WHERE id = $1 AND state <> 'ended'`,
      [id],
    );
    return rows.length === 0;
  }

  /** Newest first. */
  async ofMailbox(mailboxId: string, before: string | null, limit: number, now: Date): Promise<MailboxTestView[]> {
    const rows = await this.dataSource.query<Row[]>(
      `SELECT ${columns} FROM ${source('$4')}
       WHERE t.mailbox_id = $1 AND t.id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') ORDER BY t.id DESC LIMIT $3`,
      [mailboxId, before, limit, now],
    );
    return rows.map(viewOf);
  }

  /** In the order of their ids. @param filter null: whatever it is; a result of null means that it has not ended */
  async ofBatch(
    batchId: string,
    filter: {
      readonly result: TestResult | 'active' | null;
      readonly cause: string | null;
      readonly after: string | null;
    },
    limit: number,
    now: Date,
  ): Promise<MailboxTestView[]> {
    const parameters: unknown[] = [batchId, now, limit];
    const where = ['t.batch_id = $1'];
    const add = (condition: (place: string) => string, value: unknown) => {
      if (value === null) return;
      parameters.push(value);
      where.push(condition(`$${parameters.length}`));
    };
    if (filter.result === 'active') where.push(`t.state <> 'ended'`);
    else add((place) => `t.result = ${place}`, filter.result);
    add((place) => `t.cause = ${place}`, filter.cause);
    add((place) => `t.id > ${place}::uuid`, filter.after);
    const rows = await this.dataSource.query<Row[]>(
      `SELECT ${columns} FROM ${source('$2')} WHERE ${where.join(' AND ')} ORDER BY t.id LIMIT $3`,
      parameters,
    );
    return rows.map(viewOf);
  }
}

function viewOf({ waitReason, waitUntil, ...row }: Row): MailboxTestView {
  return { ...row, wait: waitReason && { reason: waitReason, until: waitUntil } };
}
