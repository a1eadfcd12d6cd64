/** What the change feed tells. Names with full stops, as webhook receivers expect them. */
export const eventTypes = [
  'message.received',
  'message.updated',
  'message.moved',
  'message.removed',
  'message.restored',
  'outgoing.sent',
  'outgoing.delayed',
  'outgoing.failed',
  'outgoing.bounced',
  'outgoing.read-receipt',
  'mailbox.failed',
  'mailbox.recovered',
  'mailbox.paused',
  'mailbox.resumed',
  'mailbox.tested',
  'mailbox-test-batch.completed',
  'profile.suspended',
  'profile.resumed',
  'backfill.completed',
  'backfill.failed',
  'incident.opened',
  'incident.widened',
  'incident.closed',
  'incident.acknowledged',
  'incident.snoozed',
  'incident.reassigned',
  'incident.checked',
  'incident.commented',
  'incident.escalated',
  'profile.cause-muted',
  'profile.cause-unmuted',
  'thread.merged',
  'webhook.disabled',
] as const;

export type EventType = (typeof eventTypes)[number];

export interface NewEvent {
  readonly type: EventType;
  /** Null: of no single profile; only readers who see all profiles are told. */
  readonly profileId: string | null;
  readonly mailboxId: string | null;
  /** Id of the resource the event is about. */
  readonly subjectId: string;
  /** Enough to decide whether to fetch the resource; never content of mail. */
  readonly data: Readonly<Record<string, unknown>>;
}
