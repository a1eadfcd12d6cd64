import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../platform/database/data-source.js';
import { valuesList } from '../../../platform/database/values-list.js';
import { searchWords, type Searchable } from './search-words.js';

export interface SearchableRow extends Searchable {
  readonly id: string;
}

/** The SQL that gives messages the words by which they are found; a message that has them keeps them. */
@Injectable()
export class SearchWordsStore {
  async addReceived(sql: Sql, messages: readonly (SearchableRow & { readonly receivedAt: Date })[]): Promise<void> {
    if (messages.length === 0) return;
    const values = valuesList(messages, [
      { type: 'uuid', value: ({ id }) => id },
      { type: 'uuid', value: ({ mailboxId }) => mailboxId },
      { type: 'uuid', value: ({ profileId }) => profileId },
      { type: 'timestamptz', value: ({ receivedAt }) => receivedAt },
      { type: 'text[]', value: searchWords },
    ]);
    await sql.query(
      `INSERT INTO message_words (message_id, mailbox_id, profile_id, received_at, words)
       SELECT v.id, v.mailbox_id, v.profile_id, v.received_at, array_to_tsvector(v.words)
       FROM (${values.text}) v (id, mailbox_id, profile_id, received_at, words) ON CONFLICT DO NOTHING`,
      values.parameters,
    );
  }

  /** A received message has other words by now. */
  async replaceReceived(sql: Sql, message: SearchableRow): Promise<void> {
    await sql.query(`UPDATE message_words SET words = array_to_tsvector($2::text[]) WHERE message_id = $1`, [
      message.id,
      searchWords(message),
    ]);
  }

  async addOutgoing(sql: Sql, messages: readonly SearchableRow[]): Promise<void> {
    if (messages.length === 0) return;
    const values = valuesList(messages, [
      { type: 'uuid', value: ({ id }) => id },
      { type: 'text[]', value: searchWords },
    ]);
    await sql.query(
      `INSERT INTO outgoing_words (outgoing_id, words)
       SELECT v.id, array_to_tsvector(v.words) FROM (${values.text}) v (id, words) ON CONFLICT DO NOTHING`,
      values.parameters,
    );
  }
}
