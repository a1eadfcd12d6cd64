import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/data-source.js';

/** Which mailboxes an approval is for. */
export type ApprovalChoice = { readonly mailboxIds: readonly string[] } | { readonly profileId: string };

/** The SQL of approvals. A withdrawal pauses, so that one goes through the state machine instead. */
@Injectable()
export class ApprovalsStore {
  /** Approves what is not approved yet. @returns how many that were */
  async approve(sql: Sql, choice: ApprovalChoice, reach: readonly string[] | null, now: Date): Promise<number> {
    const [condition, value] =
      'profileId' in choice ? ['profile_id = $2::uuid', choice.profileId] : ['id = ANY($2::uuid[])', choice.mailboxIds];
    const [, approved] = await sql.query<[unknown[], number]>(
      `UPDATE mailboxes m SET approved_at = $1, state_version = state_version + 1, updated_at = $1
       FROM (SELECT id FROM mailboxes WHERE approved_at IS NULL AND removed_at IS NULL AND ${condition}
               AND ($3::uuid[] IS NULL OR profile_id = ANY($3)) ORDER BY id FOR NO KEY UPDATE) chosen
       WHERE m.id = chosen.id RETURNING 1`,
      [now, value, reach],
    );
    return approved;
  }
}
