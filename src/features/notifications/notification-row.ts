export const notificationKinds = ['opened', 'digest', 'escalated', 'recovered'] as const;
export type NotificationKind = (typeof notificationKinds)[number];

/** kept: there is no SMTP server to send it by. withdrawn: overtaken by the end, a mute, or another person's taking over. */
export const notificationStates = ['pending', 'sent', 'kept', 'failed', 'withdrawn'] as const;
export type NotificationState = (typeof notificationStates)[number];

export interface NotificationRow {
  readonly id: string;
  /** Null: of no single profile; the incident says what it is about. */
  readonly profile_id: string | null;
  readonly incident_id: string;
  readonly kind: NotificationKind;
  /** Of a digest, from 1; else 0. */
  readonly number: number;
  /** Mailboxes that the mail before was about. */
  readonly told_before: number;
  readonly recipient_name: string;
  readonly recipient_email: string;
  readonly state: NotificationState;
  readonly subject: string | null;
  readonly text_body: string | null;
  readonly attempts: number;
  readonly last_error: string | null;
  readonly next_attempt_at: Date | null;
  readonly created_at: Date;
  readonly sent_at: Date | null;
}

export interface ListedNotification extends NotificationRow {
  readonly endpoint_id: string | null;
}
