import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/data-source.js';
import type { TargetMailbox } from './analysis-target.js';

const columns = `m.email_address AS address, coalesce(m.connecting_sid, m.email_address) AS "connectingSid"`;
/** Among how many the canary is chosen: any that is well will do, and a profile can have tens of thousands. */
const considered = 200;

/** Reads which mailboxes of a profile an analysis opens. */
@Injectable()
export class DiagnosticMailboxesStore {
  async byId(sql: Sql, profileId: string, id: string): Promise<TargetMailbox | null> {
    const rows = await sql.query<TargetMailbox[]>(
      `SELECT ${columns} FROM mailboxes m WHERE m.id = $1 AND m.profile_id = $2 AND m.removed_at IS NULL`,
      [id, profileId],
    );
    return rows[0] ?? null;
  }

  async byAddress(sql: Sql, profileId: string, address: string): Promise<TargetMailbox | null> {
    const rows = await sql.query<TargetMailbox[]>(
      `SELECT ${columns} FROM mailboxes m WHERE m.profile_id = $1 AND lower(m.email_address) = lower($2) AND m.removed_at IS NULL`,
      [profileId, address],
    );
    return rows[0] ?? null;
  }

  /** A mailbox of the profile that was well of late, other than the one that is looked at. */
  async canary(sql: Sql, profileId: string, except: string | null): Promise<TargetMailbox | null> {
    const rows = await sql.query<TargetMailbox[]>(
      `SELECT ${columns} FROM (
         SELECT * FROM mailboxes WHERE profile_id = $1 AND removed_at IS NULL AND last_sync_at IS NOT NULL
           AND lower(email_address) <> lower(coalesce($2, '')) ORDER BY id LIMIT $3) m
       ORDER BY m.state = 'active' AND m.last_error IS NULL DESC, m.last_sync_at DESC LIMIT 1`,
      [profileId, except, considered],
    );
    return rows[0] ?? null;
  }
}
