import { AuditModule } from '../features/mail/audit/audit.module.js';
import { BackfillModule } from '../features/mail/backfill/backfill.module.js';
import { FeedModule } from '../features/feed/feed.module.js';
import { NotificationsModule } from '../features/notifications/notifications.module.js';
import { WebhooksModule } from '../features/webhooks/webhooks.module.js';
import { DeliveryReportsModule } from '../features/mail/delivery-reports/delivery-reports.module.js';
import { DiagnosticsModule } from '../features/diagnostics/diagnostics.module.js';
import { FailuresModule } from '../features/failures/failures.module.js';
import { IncidentsApiModule } from '../features/incidents/incidents-api.module.js';
import { IncidentsModule } from '../features/incidents/incidents.module.js';
import { AccessModule } from '../features/identity/access.module.js';
import { IncomingModule } from '../features/mail/incoming/incoming.module.js';
import { MailboxesModule } from '../features/mailboxes/mailboxes.module.js';
import { MailboxEntity } from '../features/mailboxes/mailbox.entity.js';
import { MailboxTestsModule } from '../features/mailbox-tests/mailbox-tests.module.js';
import { OutgoingModule } from '../features/mail/outgoing/outgoing.module.js';
import { OverviewModule } from '../features/insight/overview/overview.module.js';
import { RetentionModule } from '../features/mail/retention/retention.module.js';
import { ProfilesModule } from '../features/profiles/profiles.module.js';
import { SchedulingModule } from '../features/scheduling/scheduling.module.js';
import { ThreadsModule } from '../features/mail/threads/threads.module.js';
import { HistoryModule } from '../features/insight/history/history.module.js';
import { TimelineModule } from '../features/insight/timeline/timeline.module.js';
import { AddressBookModule } from '../features/mail/address-book/address-book.module.js';
import { UsersModule } from '../features/identity/users.module.js';
import { jobOfKind } from '../features/scheduling/work-jobs.js';

/** Every feature, in every process: a process differs by what it runs, not by what it knows. */
export const features = [
  AccessModule,
  UsersModule,
  ProfilesModule,
  SchedulingModule,
  FeedModule,
  WebhooksModule,
  DeliveryReportsModule,
  FailuresModule,
  IncidentsModule,
  NotificationsModule,
  IncidentsApiModule,
  HistoryModule,
  MailboxesModule,
  ThreadsModule,
  AddressBookModule,
  IncomingModule,
  OutgoingModule,
  BackfillModule,
  AuditModule,
  MailboxTestsModule,
  RetentionModule,
  DiagnosticsModule,
  TimelineModule,
  OverviewModule,
];

export const entities = [MailboxEntity];

export const jobs = Object.values(jobOfKind);

export const queueNames = [...new Set(jobs.map(({ queue }) => queue))];
