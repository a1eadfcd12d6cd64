import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { publicUrlOf } from '../../../platform/config/public-url.js';
import type { Settings } from '../../../platform/config/settings.js';
import { SETTINGS } from '../../../platform/tokens.js';
import type { StoredFailure } from '../../failures/failure.js';
import type { MailboxState } from '../../mailboxes/mailbox-state.js';
import { SendingPaceStore } from '../../mail/outgoing/sending-pace.store.js';
import type { RunKind } from '../../scheduling/work.js';
import type { FolderFacts, IncidentFacts, StandingFacts, WorkFacts } from './standing.js';
import { callerName } from '../../identity/callers/caller-name.js';

interface IncidentJson {
  readonly id: string;
  readonly openedAt: string;
  readonly lastFailure: StoredFailure;
  readonly stopped: number;
}

interface WorkJson {
  readonly kind: RunKind;
  readonly dueAt: string | null;
  readonly attempts: number;
  readonly leaseUntil: string | null;
  readonly begunAt: string | null;
}

interface FolderJson {
  readonly path: string;
  readonly kind: FolderFacts['kind'];
  readonly since: string;
  readonly until: string | null;
  readonly failure: FolderFacts['failure'];
}

interface UnreadableJson {
  readonly messages: number;
  readonly since: string;
  readonly retryAt: string | null;
  readonly code: string;
}

interface FactsRow {
  readonly mailboxId: string;
  readonly profileId: string;
  readonly emailAddress: string;
  readonly createdAt: Date;
  readonly state: MailboxState;
  readonly stateSince: Date;
  readonly failure: StoredFailure | null;
  readonly lastError: StoredFailure | null;
  readonly lastSyncAt: Date | null;
  readonly incoming: boolean;
  readonly outgoing: boolean;
  readonly isApproved: boolean;
  readonly changedBy: string | null;
  readonly incident: IncidentJson | null;
  readonly work: readonly WorkJson[] | null;
  readonly folders: readonly FolderJson[] | null;
  readonly name: string;
  readonly username: string;
  readonly ewsUrl: string;
  readonly pollingIntervalSeconds: number;
  readonly budget: number;
  readonly running: number;
  readonly waitingBefore: number | null;
  readonly holdUntil: Date | null;
  readonly suspendedCause: string | null;
  readonly profileIncident: IncidentJson | null;
  readonly host: string | null;
  readonly awaySince: Date;
  readonly awayUntil: Date | null;
  readonly awayCause: string;
  readonly serverIncident: IncidentJson | null;
  readonly mailWaits: boolean;
  readonly unreadable: UnreadableJson | null;
}

/** Work counted ahead of a mailbox's at most; more than that is only told as so much. */
const maxAhead = 10_000;

const incident = `jsonb_build_object('id', i.id, 'openedAt', i.opened_at, 'lastFailure', i.last_failure, 'stopped', i.stopped)`;

/** Folders with trouble of their own, at most so many: a title names few. */
const maxFolders = 100;

const folders = `SELECT jsonb_agg(jsonb_build_object('path', f.path, 'kind', f.kind, 'since', f.since, 'until', f.until, 'failure', f.failure) ORDER BY f.since)
  FROM (
    SELECT coalesce(path, folder) AS path,
      CASE WHEN failing_since IS NOT NULL THEN 'unreadable' WHEN missing_since IS NOT NULL THEN 'missing' ELSE 'fallback' END AS kind,
      coalesce(failing_since, missing_since, listed_by_since) AS since,
      CASE WHEN failing_since IS NOT NULL THEN retry_at WHEN missing_since IS NULL THEN listed_by_until END AS until,
      CASE WHEN failing_since IS NOT NULL THEN failure
        WHEN missing_since IS NULL THEN jsonb_build_object('code', listed_by_code, 'category', 'protocol', 'values', '{}'::jsonb) END AS failure
    FROM mailbox_folders WHERE mailbox_id = m.id AND watched AND (failing_since IS NOT NULL OR missing_since IS NOT NULL OR listed_by = 'date')
    LIMIT ${maxFolders}) f`;

/** The SQL that gathers why a mailbox does what it does, in one statement and so as of one moment. */
@Injectable()
export class StandingStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly pace: SendingPaceStore,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @returns null for a mailbox that is removed or out of reach */
  async factsOf(mailboxId: string, profileIds: readonly string[] | null, now: Date): Promise<StandingFacts | null> {
    const [row] = await this.dataSource.query<FactsRow[]>(
      `SELECT m.id AS "mailboxId", m.profile_id AS "profileId", m.email_address AS "emailAddress", m.created_at AS "createdAt",
         m.state, m.state_since AS "stateSince", m.failure, m.last_error AS "lastError", m.last_sync_at AS "lastSyncAt", m.incoming, m.outgoing, m.approved_at IS NOT NULL AS "isApproved",
         (SELECT ${callerName("(h.details->>'by')::uuid")} FROM mailbox_history h
          WHERE h.mailbox_id = m.id AND h.at = m.state_since AND h.type = 'state' AND h.details->>'to' = m.state LIMIT 1) AS "changedBy",
         (SELECT ${incident} FROM incident_mailboxes im JOIN incidents i ON i.id = im.incident_id
          WHERE im.mailbox_id = m.id AND im.recovered_at IS NULL AND i.scope <> 'notice' ORDER BY im.joined_at DESC LIMIT 1) AS incident,
         (SELECT jsonb_agg(jsonb_build_object('kind', w.kind, 'dueAt', w.due_at, 'attempts', w.attempts, 'leaseUntil', w.lease_until, 'begunAt', w.begun_at))
          FROM mailbox_work w WHERE w.mailbox_id = m.id AND w.kind <> 'removal') AS work,
         (${folders}) AS folders,
         p.name, p.auth_username AS username, p.ews_url AS "ewsUrl", p.min_polling_interval_seconds AS "pollingIntervalSeconds",
         CASE WHEN pace.suspended_cause IS NULL THEN least(pace.concurrency, p.max_concurrent_connections) ELSE 1 END AS budget,
         (SELECT count(*)::int FROM mailbox_work l WHERE l.profile_id = p.id AND l.lease_until > $1) AS running,
         ahead.count AS "waitingBefore", nullif(pace.hold_until, '-infinity') AS "holdUntil", pace.suspended_cause AS "suspendedCause",
         (SELECT ${incident} FROM incidents i WHERE i.profile_id = p.id AND i.suspends AND i.closed_at IS NULL ORDER BY i.opened_at DESC LIMIT 1) AS "profileIncident",
         s.host, s.failing_since AS "awaySince", nullif(s.hold_until, '-infinity') AS "awayUntil", s.suspended_cause AS "awayCause",
         (SELECT ${incident} FROM incidents i WHERE i.server_host = s.host AND i.closed_at IS NULL LIMIT 1) AS "serverIncident",
         EXISTS (SELECT FROM outgoing_messages o WHERE o.mailbox_id = m.id AND o.state IN ('pending', 'sending')) AS "mailWaits",
         (SELECT jsonb_build_object('messages', count(*), 'since', min(f.first_at), 'retryAt', min(f.retry_at), 'code', (array_agg(f.code ORDER BY f.first_at))[1])
          FROM item_failures f WHERE f.mailbox_id = m.id AND f.kind IN ('unread', 'outage') HAVING count(*) > 0) AS unreadable
       FROM mailboxes m JOIN email_server_profiles p ON p.id = m.profile_id JOIN profile_pacing pace ON pace.profile_id = p.id
       LEFT JOIN server_pacing s ON s.host = p.server_host AND s.suspended_cause IS NOT NULL
       LEFT JOIN LATERAL (
         SELECT w.lane, w.due_at FROM mailbox_work w
         WHERE w.mailbox_id = m.id AND w.kind IN ('incoming', 'outgoing') AND w.due_at <= $1 AND (w.lease_until IS NULL OR w.lease_until <= $1)
         ORDER BY w.lane, w.due_at LIMIT 1) own ON true
       LEFT JOIN LATERAL (
         SELECT count(*)::int AS count FROM (
           SELECT FROM mailbox_work d WHERE d.profile_id = p.id AND (d.lane, d.due_at) < (own.lane, own.due_at)
             AND d.due_at <= $1 AND (d.lease_until IS NULL OR d.lease_until <= $1) LIMIT ${maxAhead}) waiting) ahead ON own.due_at IS NOT NULL
       WHERE m.id = $2 AND m.removed_at IS NULL AND ($3::uuid[] IS NULL OR m.profile_id = ANY($3))`,
      [now, mailboxId, profileIds],
    );
    if (!row) return null;
    // The sending's own rules stay with the sending; they matter only while something waits to go out.
    const sendingHold = row.outgoing && row.mailWaits ? await this.pace.holdOf(mailboxId, now) : null;
    return { ...factsOfRow(row), sendingHold, publicUrl: publicUrlOf(this.settings) };
  }
}

function factsOfRow(row: FactsRow): Omit<StandingFacts, 'sendingHold' | 'publicUrl'> {
  return {
    mailboxId: row.mailboxId,
    profileId: row.profileId,
    emailAddress: row.emailAddress,
    createdAt: row.createdAt,
    state: row.state,
    stateSince: row.stateSince,
    failure: row.failure,
    lastError: row.lastError,
    lastSyncAt: row.lastSyncAt,
    incoming: row.incoming,
    outgoing: row.outgoing,
    isApproved: row.isApproved,
    changedBy: row.changedBy,
    incident: incidentOf(row.incident),
    work: (row.work ?? []).map(workOf),
    folders: (row.folders ?? []).map(folderOf),
    profile: {
      name: row.name,
      username: row.username,
      ewsUrl: row.ewsUrl,
      pollingIntervalSeconds: row.pollingIntervalSeconds,
      budget: row.budget,
      running: row.running,
      waitingBefore: row.waitingBefore,
      holdUntil: row.holdUntil,
      suspendedCause: row.suspendedCause,
      incident: incidentOf(row.profileIncident),
    },
    unreadable: row.unreadable && {
      ...row.unreadable,
      since: new Date(row.unreadable.since),
      retryAt: dateOf(row.unreadable.retryAt),
    },
    serverAway:
      row.host === null
        ? null
        : {
            host: row.host,
            since: row.awaySince,
            holdUntil: row.awayUntil,
            cause: row.awayCause,
            incident: incidentOf(row.serverIncident),
          },
  };
}

const dateOf = (text: string | null): Date | null => (text === null ? null : new Date(text));

const incidentOf = (json: IncidentJson | null): IncidentFacts | null =>
  json && { ...json, openedAt: new Date(json.openedAt) };

const folderOf = ({ since, until, ...folder }: FolderJson): FolderFacts => ({
  ...folder,
  since: new Date(since),
  until: dateOf(until),
});

const workOf = ({ dueAt, leaseUntil, begunAt, ...work }: WorkJson): WorkFacts => ({
  ...work,
  dueAt: dateOf(dueAt),
  leaseUntil: dateOf(leaseUntil),
  begunAt: dateOf(begunAt),
});
