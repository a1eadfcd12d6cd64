import { Injectable } from '@nestjs/common';
import type { ConnectingSidType, MailboxAccess } from '../../drivers/port/mail-server.js';
import type { Sql } from '../../platform/database/data-source.js';
import { mailSettingsOfRow, mailSettingsValues, type MailSettingsRow } from './mail-settings.js';
import type { Pacing, Profile } from './profile.js';
import type { AddressSetter } from './server-address-rules.js';

interface ProfileRow extends MailSettingsRow {
  readonly id: string;
  readonly name: string;
  readonly owner_name: string;
  readonly owner_email: string;
  readonly server_type: 'exchange';
  readonly ews_url: string;
  readonly address_set_by: AddressSetter;
  readonly auth_type: 'basic';
  readonly auth_username: string;
  readonly auth_secret: string;
  readonly access: MailboxAccess;
  readonly connecting_sid_type: ConnectingSidType;
  readonly process_emails_from: Date;
  readonly min_polling_interval_seconds: number;
  readonly max_concurrent_connections: number;
  readonly max_sends_per_minute: number;
  readonly notify_owner: boolean;
  readonly escalation_name: string | null;
  readonly escalation_email: string | null;
  readonly escalate_after_minutes: number;
  readonly content_retention_days: number | null;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

interface PacedRow extends ProfileRow {
  readonly concurrency: number;
  readonly held_until: Date | null;
  readonly suspended_cause: string | null;
}

export interface PacedProfile {
  readonly profile: Profile;
  readonly pacing: Pacing;
}

export interface ProfileFilter {
  /** Part of the name, in any case. */
  readonly name: string | null;
  /** Null: all. */
  readonly profileIds: readonly string[] | null;
  readonly after: string | null;
  readonly limit: number;
}

/** A new profile calls softly and grows from here. */
const firstConcurrency = 2;

// hold_until is '-infinity' while nothing holds the profile, which is no Date.
const paced = `SELECT p.*, c.concurrency, CASE WHEN c.hold_until > $1 THEN c.hold_until END AS held_until, c.suspended_cause
  FROM email_server_profiles p JOIN profile_pacing c ON c.profile_id = p.id`;

/** All SQL on email_server_profiles. */
@Injectable()
export class ProfilesStore {
  async find(sql: Sql, id: string): Promise<Profile | null> {
    const rows = await sql.query<ProfileRow[]>('SELECT * FROM email_server_profiles WHERE id = $1', [id]);
    return rows[0] ? profileOf(rows[0]) : null;
  }

  /** Locks the profile against other changes until the transaction ends; mailboxes can still be added to it. */
  async lock(sql: Sql, id: string): Promise<Profile | null> {
    const rows = await sql.query<ProfileRow[]>('SELECT * FROM email_server_profiles WHERE id = $1 FOR NO KEY UPDATE', [
      id,
    ]);
    return rows[0] ? profileOf(rows[0]) : null;
  }

  async findPaced(sql: Sql, id: string, now: Date): Promise<PacedProfile | null> {
    const rows = await sql.query<PacedRow[]>(`${paced} WHERE p.id = $2`, [now, id]);
    return rows[0] ? pacedOf(rows[0]) : null;
  }

  async list(sql: Sql, filter: ProfileFilter, now: Date): Promise<PacedProfile[]> {
    const rows = await sql.query<PacedRow[]>(
      `${paced} WHERE ($2::uuid IS NULL OR p.id > $2) AND ($3::uuid[] IS NULL OR p.id = ANY($3))
         AND ($4::text IS NULL OR strpos(lower(p.name), lower($4)) > 0)
       ORDER BY p.id LIMIT $5`,
      [now, filter.after, filter.profileIds, filter.name, filter.limit],
    );
    return rows.map(pacedOf);
  }

  /** Writes the profile and its pacing. */
  async insert(sql: Sql, profile: Profile): Promise<void> {
    const values = valuesOf(profile);
    await sql.query(
      `INSERT INTO email_server_profiles (${Object.keys(values).join(', ')}, id, created_at)
       VALUES (${places(values)}, $${Object.keys(values).length + 1}, $${Object.keys(values).length + 2})`,
      [...Object.values(values), profile.id, profile.createdAt],
    );
    await sql.query('INSERT INTO profile_pacing (profile_id, concurrency, grown_at) VALUES ($1, $2, $3)', [
      profile.id,
      Math.min(firstConcurrency, profile.maxConcurrentConnections),
      profile.createdAt,
    ]);
  }

  /** Writes a profile that the transaction has locked. */
  async update(sql: Sql, profile: Profile): Promise<void> {
    const values = valuesOf(profile);
    await sql.query(
      `UPDATE email_server_profiles SET (${Object.keys(values).join(', ')}) = ROW (${places(values)})
       WHERE id = $${Object.keys(values).length + 1}`,
      [...Object.values(values), profile.id],
    );
    await sql.query('UPDATE profile_pacing SET concurrency = $2 WHERE profile_id = $1 AND concurrency > $2', [
      profile.id,
      profile.maxConcurrentConnections,
    ]);
  }

  /** Lets the profile call at once. What suspended it stays said until a call gets through. */
  async liftHold(sql: Sql, id: string): Promise<void> {
    await sql.query(
      `WITH outdated AS (DELETE FROM profile_doubts WHERE profile_id = $1)
       UPDATE profile_pacing SET hold_until = '-infinity', strikes = 0 WHERE profile_id = $1`,
      [id],
    );
  }

  /** Locks the profile against the adding of mailboxes too. */
  async lockForRemoval(sql: Sql, id: string): Promise<boolean> {
    const rows = await sql.query<unknown[]>('SELECT 1 FROM email_server_profiles WHERE id = $1 FOR UPDATE', [id]);
    return rows.length > 0;
  }

  /** Mailboxes that use the profile, and whether anything of removed ones is still there. */
  async uses(sql: Sql, id: string): Promise<{ mailboxes: number; leftovers: boolean }> {
    const [row] = await sql.query<{ mailboxes: number; leftovers: boolean }[]>(
      `SELECT (SELECT count(*)::int FROM mailboxes WHERE profile_id = $1 AND removed_at IS NULL) AS mailboxes,
         EXISTS (SELECT FROM mailboxes WHERE profile_id = $1 AND removed_at IS NOT NULL) AS leftovers`,
      [id],
    );
    return row ?? { mailboxes: 0, leftovers: false };
  }

  async remove(sql: Sql, id: string): Promise<void> {
    await sql.query('DELETE FROM email_server_profiles WHERE id = $1', [id]);
  }
}

function valuesOf(profile: Profile) {
  return {
    name: profile.name,
    owner_name: profile.ownerName,
    owner_email: profile.ownerEmail,
    server_type: profile.serverType,
    ews_url: profile.ewsUrl,
    address_set_by: profile.addressSetBy,
    auth_type: profile.auth.type,
    auth_username: profile.auth.username,
    auth_secret: profile.sealedSecret,
    access: profile.access,
    connecting_sid_type: profile.connectingSidType,
    process_emails_from: profile.processEmailsFrom,
    min_polling_interval_seconds: profile.minPollingIntervalSeconds,
    max_concurrent_connections: profile.maxConcurrentConnections,
    max_sends_per_minute: profile.maxSendsPerMinute,
    notify_owner: profile.notifyOwner,
    escalation_name: profile.escalationContact?.name ?? null,
    escalation_email: profile.escalationContact?.email ?? null,
    escalate_after_minutes: profile.escalateAfterMinutes,
    ...mailSettingsValues(profile),
    content_retention_days: profile.contentRetentionDays,
    version: profile.version,
    updated_at: profile.updatedAt,
  };
}

const places = (values: object) =>
  Object.keys(values)
    .map((_, index) => `$${index + 1}`)
    .join(', ');

function profileOf(row: ProfileRow): Profile {
  return {
    id: row.id,
    name: row.name,
    ownerName: row.owner_name,
    ownerEmail: row.owner_email,
    serverType: row.server_type,
    ewsUrl: row.ews_url,
    addressSetBy: row.address_set_by,
    auth: { type: row.auth_type, username: row.auth_username },
    sealedSecret: row.auth_secret,
    access: row.access,
    connectingSidType: row.connecting_sid_type,
    processEmailsFrom: row.process_emails_from,
    minPollingIntervalSeconds: row.min_polling_interval_seconds,
    maxConcurrentConnections: row.max_concurrent_connections,
    maxSendsPerMinute: row.max_sends_per_minute,
    notifyOwner: row.notify_owner,
    escalationContact:
      row.escalation_name !== null && row.escalation_email !== null
        ? { name: row.escalation_name, email: row.escalation_email }
        : null,
    escalateAfterMinutes: row.escalate_after_minutes,
    ...mailSettingsOfRow(row),
    contentRetentionDays: row.content_retention_days,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function pacedOf(row: PacedRow): PacedProfile {
  return {
    profile: profileOf(row),
    pacing: { concurrency: row.concurrency, holdUntil: row.held_until, suspendedCause: row.suspended_cause },
  };
}
