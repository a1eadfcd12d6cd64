import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../platform/database/data-source.js';
import { removeEnded } from '../../../platform/database/remove-ended.js';
import type { GuessDelay } from './guess-delays.js';

/** Whose password is tried, and from where. */
export interface Guess {
  readonly email: string;
  /** As `clientNetwork` has it. */
  readonly network: string;
}

/** A row that the transaction has locked. */
export interface LockedDelay extends GuessDelay {
  readonly key: Buffer;
  /** It is for all unknown networks of a user, and not for one network. */
  readonly ofStrangers: boolean;
}

interface Row {
  readonly key: Buffer;
  readonly ofStrangers: boolean;
  readonly tries: number;
  readonly waitUntil: Date;
  readonly endsAt: Date;
}

/**
 * The keys are hashes, so that the table shows nobody's address, and PostgreSQL lower-cases the e-mail address as the
 * lookup of users does. JavaScript differs: `admİn@…` would find the user `admin@…` but be counted separately, once more
 * for each `i`.
 */
const hash = (...parts: readonly string[]) => `sha256(convert_to(${parts.join(` || E'\\n' || `)}, 'UTF8'))`;
const keyOfNetwork = (email: string, network: string) => hash(`'network-of-email'`, network, `lower(${email})`);
const keyOfStrangers = (email: string) => hash(`'strangers-of-email'`, `lower(${email})`);
const keys = { network: keyOfNetwork('$1::text', '$2::text'), strangers: keyOfStrangers('$1::text') };

const columns = `key, key = ${keys.strangers} AS "ofStrangers", tries, wait_until AS "waitUntil", ends_at AS "endsAt"`;

/** SQL for when unknown networks of a user may try again. @param email SQL for the user's e-mail address */
export const strangersWaitUntil = (email: string) =>
  `(SELECT d.wait_until FROM sign_in_delays d WHERE d.key = ${keyOfStrangers(email)})`;

/** All SQL on sign_in_delays. */
@Injectable()
export class GuessDelaysStore {
  /**
   * Reads the rows and locks them until the transaction ends, inserting those that do not exist yet.
   * @param isKnown the user has signed in from the network, so that what strangers have is left alone
   */
  async lock(sql: Sql, { email, network }: Guess, isKnown: boolean, now: Date): Promise<LockedDelay[]> {
    const rows = await sql.query<Row[]>(
      // In key order, so that two transactions that share two keys cannot deadlock.
      `INSERT INTO sign_in_delays AS d (key, tries, wait_until, ends_at)
       SELECT key, 0, $4, $4 FROM (VALUES (${keys.network}), (${keys.strangers})) AS k (key)
       WHERE key = ${keys.network} OR NOT $3 ORDER BY key
       ON CONFLICT (key) DO UPDATE SET tries = d.tries RETURNING ${columns}`,
      [email, network, isKnown, now],
    );
    return rows.map(lockedDelay);
  }

  /** Those of the rows that are still there, locked until the transaction ends. */
  async lockPresent(sql: Sql, { email, network }: Guess): Promise<LockedDelay[]> {
    const rows = await sql.query<Row[]>(
      `SELECT ${columns} FROM sign_in_delays WHERE key IN (${keys.network}, ${keys.strangers}) ORDER BY key FOR UPDATE`,
      [email, network],
    );
    return rows.map(lockedDelay);
  }

  /** Writes rows that the transaction has locked. */
  async write(sql: Sql, delays: readonly LockedDelay[]): Promise<void> {
    await sql.query(
      `UPDATE sign_in_delays d SET tries = n.tries, wait_until = n.wait_until, ends_at = n.ends_at
       FROM unnest($1::bytea[], $2::integer[], $3::timestamptz[], $4::timestamptz[]) AS n (key, tries, wait_until, ends_at)
       WHERE d.key = n.key`,
      [
        delays.map(({ key }) => key),
        delays.map(({ tries }) => Math.min(tries, 1_000_000)),
        delays.map(({ waitUntil }) => new Date(waitUntil)),
        delays.map(({ endsAt }) => new Date(endsAt)),
      ],
    );
  }

  async remove(sql: Sql, { email, network }: Guess): Promise<void> {
    await sql.query(
      `DELETE FROM sign_in_delays WHERE key IN (
         SELECT key FROM sign_in_delays WHERE key IN (${keys.network}, ${keys.strangers}) ORDER BY key FOR UPDATE)`,
      [email, network],
    );
  }

  /** @returns the number of deleted rows, at most `limit` */
  async removeEnded(sql: Sql, now: Date, limit: number): Promise<number> {
    return removeEnded(sql, { table: 'sign_in_delays', key: 'key', endsAt: 'ends_at' }, now, limit);
  }
}

const lockedDelay = ({ waitUntil, endsAt, ...row }: Row): LockedDelay => ({
  ...row,
  waitUntil: waitUntil.getTime(),
  endsAt: endsAt.getTime(),
});
