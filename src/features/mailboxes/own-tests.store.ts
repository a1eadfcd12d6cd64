import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../platform/database/data-source.js';
import { isFrom, ownTokenOf, type MessageSigns, type OwnToken } from './own-test-id.js';

/** The SQL of messages from a mailbox to itself, of tests and analyses, as the rest of a mailbox's life meets them. */
@Injectable()
export class OwnTestsStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Leaves out the messages of our own tests and analyses: they come and go by themselves, and are nobody's mail. Of
   * any mailbox, because two profiles may hold the same one.
   * @param signsOf what is known of an item; of a listing its Message-ID at most
   */
  async without<T>(items: readonly T[], signsOf: (item: T) => MessageSigns): Promise<readonly T[]> {
    const named = new Map<T, OwnToken>();
    for (const item of items) {
      const token = ownTokenOf(signsOf(item));
      if (token !== null) named.set(item, token);
    }
    if (named.size === 0) return items;
    const addresses = await this.sendersOf([...new Set([...named.values()].map(({ token }) => token))]);
    return items.filter((item) => {
      const own = named.get(item);
      const address = own && addresses.get(own.token);
      if (own === undefined || address === undefined) return true;
      return !own.byMessageId && !isFrom(signsOf(item), address);
    });
  }

  /** Before an analysis sends its message. */
  async announce(token: string, emailAddress: string, now: Date): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO self_messages (token, email_address, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
      [token, emailAddress, now],
    );
  }

  /** @returns how many were forgotten: a message that is older has long arrived, or never will */
  async forgetBefore(time: Date, limit: number): Promise<number> {
    const [, forgotten] = await this.dataSource.query<[unknown[], number]>(
      `DELETE FROM self_messages WHERE token IN (SELECT token FROM self_messages WHERE created_at < $1 ORDER BY created_at LIMIT $2)`,
      [time, limit],
    );
    return forgotten;
  }

  /** A mailbox that is deleted is tested no more. */
  async cancelOf(sql: Sql, mailboxId: string, now: Date): Promise<void> {
    await sql.query(
      `UPDATE mailbox_tests SET state = 'ended', result = 'cancelled', ended_at = $2 WHERE mailbox_id = $1 AND state <> 'ended'`,
      [mailboxId, now],
    );
  }

  /** @returns the address that each token's message was sent from, as far as the token is ours */
  private async sendersOf(tokens: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.dataSource.query<{ token: string; address: string }[]>(
      `SELECT t.marker AS token, m.email_address AS address FROM mailbox_tests t JOIN mailboxes m ON m.id = t.mailbox_id WHERE t.marker = ANY($1::uuid[])
       UNION ALL SELECT token, email_address FROM self_messages WHERE token = ANY($1::uuid[])`,
      [tokens],
    );
    return new Map(rows.map(({ token, address }) => [token, address]));
  }
}
