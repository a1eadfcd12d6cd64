import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/data-source.js';

/** Of each incident so many mailboxes are looked at when somebody may have mended it; their success wakes the others. */
const canaries = 10;

/** Members of incidents that stand still, longest without a look first. */
const stoppedMembers = `
  SELECT im.incident_id, w.mailbox_id, w.kind
  FROM incident_mailboxes im JOIN mailboxes m ON m.id = im.mailbox_id AND m.state = 'failed' AND m.removed_at IS NULL
  JOIN mailbox_work w ON w.mailbox_id = m.id AND w.kind = m.failure->>'during' AND w.lease_until IS NULL
  WHERE im.recovered_at IS NULL`;

/**
 * The SQL that looks at stopped mailboxes before their time. Rows that are being worked on are left out rather
 * than waited for: nobody who changes one mailbox may wait for another.
 */
@Injectable()
export class StoppedMailboxesStore {
  /** Some of those that the same incidents stop as this one; to be called before it leaves them. */
  async wakeCompanions(sql: Sql, mailboxId: string, count: number, now: Date): Promise<void> {
    const incidents = await sql.query<{ id: string }[]>(
      `SELECT i.id FROM incident_mailboxes im JOIN incidents i ON i.id = im.incident_id
       WHERE im.mailbox_id = $1 AND im.recovered_at IS NULL AND i.closed_at IS NULL AND i.scope <> 'notice'`,
      [mailboxId],
    );
    for (const { id } of incidents) await this.probeSome(sql, id, count, now, mailboxId);
  }

  /** Some mailboxes of each open incident of a profile that somebody just changed. */
  async probeSomeOfProfile(sql: Sql, profileId: string, now: Date): Promise<void> {
    const incidents = await sql.query<{ id: string }[]>(
      `SELECT id FROM incidents WHERE profile_id = $1 AND closed_at IS NULL AND scope <> 'notice'`,
      [profileId],
    );
    for (const { id } of incidents) await this.probeSome(sql, id, canaries, now, null);
  }

  /** @returns how many mailboxes of the incident are looked at now */
  async probeSomeOf(sql: Sql, incidentId: string, now: Date): Promise<number> {
    return this.probeSome(sql, incidentId, canaries, now, null);
  }

  private async probeSome(
    sql: Sql,
    incidentId: string,
    count: number,
    now: Date,
    except: string | null,
  ): Promise<number> {
    const [, woken] = await sql.query<[unknown[], number]>(
      `WITH chosen AS (
         ${stoppedMembers} AND im.incident_id = $1 AND im.mailbox_id IS DISTINCT FROM $4::uuid AND w.due_at > $3
         ORDER BY im.looked_at LIMIT $2 FOR UPDATE OF w, im SKIP LOCKED
       ), looked AS (
         UPDATE incident_mailboxes im SET looked_at = $3 FROM chosen c WHERE im.incident_id = c.incident_id AND im.mailbox_id = c.mailbox_id
       )
       UPDATE mailbox_work w SET due_at = $3, lane = 1 FROM chosen c WHERE w.mailbox_id = c.mailbox_id AND w.kind = c.kind RETURNING 1`,
      [incidentId, count, now, except],
    );
    return woken;
  }
}
