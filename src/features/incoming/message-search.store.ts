import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { placeOf, shown, type MessageRow } from './messages.store.js';

export interface MessageSearch {
  /** Text of a tsquery, the caller's reach in it; null: whatever the words. */
  readonly words: string | null;
  readonly mailboxId: string | null;
  /** Null: all profiles. */
  readonly profileIds: readonly string[] | null;
  readonly from: Date | null;
  readonly to: Date | null;
  readonly before: { readonly receivedMicros: string; readonly id: string } | null;
  readonly limit: number;
}

/** The SQL that finds messages over many mailboxes. */
@Injectable()
export class MessageSearchStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Newest first; within one instant by id. */
  async find(search: MessageSearch): Promise<(MessageRow & { position: string })[]> {
    // Only the conditions that are asked for, so that the planner can pick the index of each of them.
    const parameters: unknown[] = [];
    const place = (value: unknown) => `$${parameters.push(value)}`;
    const where = ['true'];
    if (search.words !== null) where.push(`w.words @@ ${place(search.words)}::tsquery`);
    if (search.mailboxId !== null) where.push(`w.mailbox_id = ${place(search.mailboxId)}::uuid`);
    if (search.from) where.push(`w.received_at >= ${place(search.from)}::timestamptz`);
    if (search.to) where.push(`w.received_at < ${place(search.to)}::timestamptz`);
    if (search.before) {
      const { receivedMicros, id } = search.before;
      const at = `timestamptz 'epoch' + ${place(receivedMicros)}::bigint * interval '1 microsecond'`;
      where.push(`(w.received_at, w.message_id) < (${at}, ${place(id)}::uuid)`);
    }
    const newest = (condition: string) => `
      SELECT w.message_id, w.received_at FROM message_words w JOIN mailboxes b ON b.id = w.mailbox_id AND b.removed_at IS NULL
      WHERE ${[...where, condition].join(' AND ')} ORDER BY w.received_at DESC, w.message_id DESC LIMIT ${limit}`;
    const limit = place(search.limit);
    const page = pageOf(search, place, newest);
    return this.dataSource.query<(MessageRow & { position: string })[]>(
      `SELECT ${shown}, (extract(epoch FROM page.received_at) * 1000000)::bigint::text AS position FROM (${page}) page
         JOIN messages m ON m.id = page.message_id ${placeOf}
       ORDER BY page.received_at DESC, m.id DESC LIMIT ${limit}`,
      parameters,
    );
  }
}

function pageOf(
  { words, profileIds }: MessageSearch,
  place: (value: unknown) => string,
  newest: (condition: string) => string,
): string {
  if (profileIds === null) return newest('true');
  const reach = place(profileIds);
  // The words hold the reach already, and one look into their index answers for all profiles together.
  if (words !== null) return newest(`w.profile_id = ANY(${reach}::uuid[])`);
  // The newest of each profile by its index: no index has the newest of several.
  return `SELECT n.* FROM unnest(${reach}::uuid[]) AS reach (profile_id), LATERAL (${newest('w.profile_id = reach.profile_id')}) n`;
}
