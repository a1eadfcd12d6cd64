import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../../platform/database/data-source.js';
import { storableJson } from '../../../platform/database/storable-text.js';

export interface BookEntry {
  readonly entry: string;
  readonly note: string | null;
}

export interface BookRow extends BookEntry {
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The SQL of address books. */
@Injectable()
export class AddressBookStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Whether the profile exists; the lock keeps it until the commit. */
  async lockProfile(sql: Sql, profileId: string): Promise<boolean> {
    const rows = await sql.query<unknown[]>(`SELECT 1 FROM email_server_profiles WHERE id = $1 FOR KEY SHARE`, [
      profileId,
    ]);
    return rows.length > 0;
  }

  async hasProfile(profileId: string): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(`SELECT 1 FROM email_server_profiles WHERE id = $1`, [
      profileId,
    ]);
    return rows.length > 0;
  }

  /**
   * Writes entries in one statement, in the order of the index: two calls that hold the same entries would
   * otherwise wait for each other.
   * @param entries each of them once
   * @returns how many are new
   */
  async put(sql: Sql, profileId: string, entries: readonly BookEntry[], now: Date): Promise<number> {
    const rows = await sql.query<{ added: boolean }[]>(
      `INSERT INTO address_book (profile_id, entry, note, created_at, updated_at)
       SELECT $1, row.entry, row.note, $3, $3 FROM jsonb_to_recordset($2::jsonb) AS row(entry text, note text)
       ORDER BY row.entry COLLATE "C"
       ON CONFLICT (profile_id, entry) DO UPDATE SET note = excluded.note, updated_at = excluded.updated_at
       RETURNING xmax = 0 AS added`,
      [profileId, storableJson(entries), now],
    );
    return rows.filter(({ added }) => added).length;
  }

  /** @returns how many were there */
  async remove(sql: Sql, profileId: string, entries: readonly string[]): Promise<number> {
    const [, removed] = await sql.query<[unknown[], number]>(
      `DELETE FROM address_book WHERE (profile_id, entry) IN (
         SELECT profile_id, entry FROM address_book WHERE profile_id = $1 AND entry = ANY($2::text[]) ORDER BY entry FOR UPDATE)
       RETURNING 1`,
      [profileId, entries],
    );
    return removed;
  }

  /** In the order of the entries, those that begin with `prefix`. */
  async list(profileId: string, prefix: string, after: string | null, limit: number): Promise<BookRow[]> {
    // U+10FFFF comes behind every other character in the order of bytes, which is the column's.
    return this.dataSource.query<BookRow[]>(
      `SELECT entry, note, created_at AS "createdAt", updated_at AS "updatedAt" FROM address_book
       WHERE profile_id = $1 AND entry >= $2 AND entry < $3 AND ($4::text IS NULL OR entry > $4) ORDER BY entry LIMIT $5`,
      [profileId, prefix, `${prefix}\u{10ffff}`, after, limit],
    );
  }

  /** Which of these entries the book has: one look into the index for a whole batch of mail. */
  async known(profileId: string, entries: readonly string[]): Promise<Set<string>> {
    if (entries.length === 0) return new Set();
    const rows = await this.dataSource.query<{ entry: string }[]>(
      `SELECT entry FROM address_book WHERE profile_id = $1 AND entry = ANY($2::text[])`,
      [profileId, entries],
    );
    return new Set(rows.map(({ entry }) => entry));
  }
}
