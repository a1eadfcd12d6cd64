import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { FailureCategory } from '../../drivers/port/failure-class.js';
import type { MailboxState } from './mailbox-state.js';

/** Which mailboxes; null: whatever it is. */
export interface MailboxChoice {
  readonly profileIds: readonly string[] | null;
  readonly profileId: string | null;
  readonly states: readonly MailboxState[] | null;
  readonly emailAddress: string | null;
  /** A part of the address or of the display name. */
  readonly text: string | null;
  /** The code of the failure that stops it. */
  readonly cause: string | null;
  readonly approved: boolean | null;
}

export interface CauseCount {
  readonly code: string;
  readonly category: FailureCategory;
  readonly mailboxes: number;
}

/** As the index has it. A text to look for is one line, so nothing is found across the two. */
const searched = `lower(m.email_address || E'\\n' || coalesce(m.display_name, ''))`;
/** What LIKE would take for a wildcard stands for itself. */
const literal = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&');

/** Only the conditions that are asked for, so that the planner can pick the index of each; their values go into `parameters`. */
export function conditionsOf(choice: MailboxChoice, parameters: unknown[]): string {
  const where = ['m.removed_at IS NULL'];
  const add = (condition: (place: string) => string, value: unknown) => {
    if (value === null) return;
    parameters.push(value);
    where.push(condition(`$${parameters.length}`));
  };
  const [onlyState] = choice.states ?? [];
  add((place) => `m.profile_id = ANY(${place}::uuid[])`, choice.profileIds);
  add((place) => `m.profile_id = ${place}::uuid`, choice.profileId);
  if (choice.states?.length === 1) add((place) => `m.state = ${place}`, onlyState);
  else add((place) => `m.state = ANY(${place}::text[])`, choice.states);
  add((place) => `lower(m.email_address) = lower(${place})`, choice.emailAddress);
  add((place) => `${searched} LIKE '%' || lower(${place}) || '%'`, choice.text === null ? null : literal(choice.text));
  add((place) => `m.failure IS NOT NULL AND m.failure->>'code' = ${place}`, choice.cause);
  if (choice.approved !== null) where.push(`m.approved_at IS ${choice.approved ? 'NOT ' : ''}NULL`);
  return where.join(' AND ');
}

/** The SQL that counts mailboxes for those who look for some. */
@Injectable()
export class MailboxCountsStore {
  constructor(private readonly dataSource: DataSource) {}

  async byState(choice: MailboxChoice): Promise<Map<MailboxState, number>> {
    const parameters: unknown[] = [];
    const rows = await this.dataSource.query<{ state: MailboxState; count: number }[]>(
      `SELECT state, count(*)::int AS count FROM mailboxes m WHERE ${conditionsOf(choice, parameters)} GROUP BY state`,
      parameters,
    );
    return new Map(rows.map(({ state, count }) => [state, count]));
  }

  /** What stops mailboxes, most of them first. */
  async causes(profileIds: readonly string[] | null, profileId: string | null, limit: number): Promise<CauseCount[]> {
    return this.dataSource.query<CauseCount[]>(
      `SELECT m.failure->>'code' AS code, min(m.failure->>'category') AS category, count(*)::int AS mailboxes
       FROM mailboxes m WHERE m.failure IS NOT NULL AND m.removed_at IS NULL
         AND ($1::uuid[] IS NULL OR m.profile_id = ANY($1)) AND ($2::uuid IS NULL OR m.profile_id = $2)
       GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT $3`,
      [profileIds, profileId, limit],
    );
  }
}
