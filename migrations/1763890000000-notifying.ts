import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  /*
   * What has been told of an incident and what is still owed; a worker looks at it when notify_at is due.
   * told_at, told_affected: the last mail to whoever answers for it, and how many mailboxes it was about.
   * unanswered_since: from when an escalation counts.
   */
  `ALTER TABLE incidents
    ADD COLUMN notify_at timestamptz,
    ADD COLUMN opening_owed boolean NOT NULL DEFAULT true,
    ADD COLUMN reminder_owed boolean NOT NULL DEFAULT false,
    ADD COLUMN told_at timestamptz,
    ADD COLUMN told_affected integer NOT NULL DEFAULT 0,
    ADD COLUMN digests integer NOT NULL DEFAULT 0,
    ADD COLUMN unanswered_since timestamptz,
    ADD COLUMN acknowledged_at timestamptz,
    ADD COLUMN acknowledged_affected integer,
    ADD COLUMN acknowledged_by jsonb,
    ADD COLUMN snoozed_until timestamptz,
    ADD COLUMN snoozed_by jsonb,
    ADD COLUMN assignee_name text,
    ADD COLUMN assignee_email text,
    ADD CONSTRAINT assignee_is_whole CHECK ((assignee_name IS NULL) = (assignee_email IS NULL)),
    ADD CONSTRAINT acknowledgement_is_whole CHECK (num_nulls(acknowledged_at, acknowledged_affected, acknowledged_by) IN (0, 3))`,
  /* Open ones were told when they opened; the next word is due a day later. */
  `UPDATE incidents i SET opening_owed = false, told_at = i.opened_at, told_affected = i.affected,
     notify_at = CASE WHEN i.closed_at IS NULL THEN greatest(i.opened_at, now()) + interval '1 day' END`,
  `UPDATE incidents SET unanswered_since = opened_at`,
  `CREATE INDEX incidents_to_look_at ON incidents (notify_at) WHERE notify_at IS NOT NULL`,

  /* What people did with an incident, comments among it. by: id and name of the API key, which outlive the key. */
  `CREATE TABLE incident_acts (
    id uuid PRIMARY KEY,
    incident_id uuid NOT NULL REFERENCES incidents ON DELETE CASCADE,
    act text NOT NULL CHECK (act IN ('acknowledged', 'snoozed', 'reassigned', 'checked', 'commented')),
    done_by jsonb NOT NULL,
    data jsonb NOT NULL,
    done_at timestamptz NOT NULL
  )`,
  `CREATE INDEX incident_acts_of_incident ON incident_acts (incident_id, id DESC)`,
  `CREATE INDEX incident_comments ON incident_acts (incident_id, id DESC) WHERE act = 'commented'`,

  `CREATE TABLE muted_causes (
    profile_id uuid NOT NULL REFERENCES email_server_profiles ON DELETE CASCADE,
    code text NOT NULL,
    muted_at timestamptz NOT NULL,
    muted_by jsonb NOT NULL,
    PRIMARY KEY (profile_id, code)
  )`,

  `ALTER TABLE email_server_profiles
    ADD COLUMN escalation_name text,
    ADD COLUMN escalation_email text,
    ADD COLUMN escalate_after_minutes integer NOT NULL DEFAULT 240 CHECK (escalate_after_minutes BETWEEN 1 AND 43200),
    ADD CONSTRAINT escalation_contact_is_whole CHECK ((escalation_name IS NULL) = (escalation_email IS NULL))`,

  /*
   * number: of a digest, from 1. told_before: mailboxes that the mail before was about. lease_until: somebody is
   * sending it. withdrawn: overtaken before it went out, by the end, a mute or another person's taking over.
   */
  `ALTER TABLE notifications
    ADD COLUMN number integer NOT NULL DEFAULT 0,
    ADD COLUMN told_before integer NOT NULL DEFAULT 0,
    ADD COLUMN lease_until timestamptz,
    DROP CONSTRAINT notifications_kind_check,
    ADD CONSTRAINT notifications_kind_check CHECK (kind IN ('opened', 'digest', 'escalated', 'recovered')),
    DROP CONSTRAINT notifications_state_check,
    ADD CONSTRAINT notifications_state_check CHECK (state IN ('pending', 'sent', 'kept', 'failed', 'withdrawn'))`,
  `DROP INDEX notifications_once`,
  `CREATE UNIQUE INDEX notifications_once ON notifications (incident_id, kind, number, lower(recipient_email))`,
];

/** Reminders while an incident lasts, what people do with incidents, and whom to tell when nobody does anything. */
export class Notifying1763890000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
