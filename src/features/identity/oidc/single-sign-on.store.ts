import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../platform/database/data-source.js';
import type { OidcPerson } from './oidc-provider.js';

export interface KnownPerson {
  readonly id: string;
  readonly issuer: string | null;
  readonly subject: string | null;
  readonly isDisabled: boolean;
}

const columns = `id, oidc_issuer AS issuer, oidc_subject AS subject, disabled_at IS NOT NULL AS "isDisabled"`;

/** The SQL on users that single sign-on needs; rows that it reads stay locked to the end of the transaction. */
@Injectable()
export class SingleSignOnStore {
  async lockBySubject(sql: Sql, { issuer, subject }: OidcPerson): Promise<KnownPerson | null> {
    const rows = await sql.query<KnownPerson[]>(
      `SELECT ${columns} FROM users WHERE oidc_issuer = $1 AND oidc_subject = $2 FOR UPDATE`,
      [issuer, subject],
    );
    return rows[0] ?? null;
  }

  /** Until the end of the transaction nobody else makes or links a user of this person. */
  async takeTurn(sql: Sql, { issuer, subject }: OidcPerson): Promise<void> {
    await sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [JSON.stringify([issuer, subject])]);
  }

  async lockByEmail(sql: Sql, email: string): Promise<KnownPerson | null> {
    const rows = await sql.query<KnownPerson[]>(
      `SELECT ${columns} FROM users WHERE lower(email) = lower($1) FOR UPDATE`,
      [email],
    );
    return rows[0] ?? null;
  }

  /** From now on the user is known by this, whatever the e-mail address becomes. */
  async link(sql: Sql, userId: string, { issuer, subject }: OidcPerson): Promise<void> {
    await sql.query('UPDATE users SET oidc_issuer = $2, oidc_subject = $3 WHERE id = $1', [userId, issuer, subject]);
  }
}
