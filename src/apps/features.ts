import { AuditModule } from '../features/audit/audit.module.js';
import { BackfillModule } from '../features/backfill/backfill.module.js';
import { DeliveriesModule } from '../features/deliveries/deliveries.module.js';
import { DeliveryReportsModule } from '../features/delivery-reports/delivery-reports.module.js';
import { DiagnosticsModule } from '../features/diagnostics/diagnostics.module.js';
import { FailuresModule } from '../features/failures/failures.module.js';
import { AccessModule } from '../features/access/access.module.js';
import { IncomingModule } from '../features/incoming/incoming.module.js';
import { MailboxesModule } from '../features/mailboxes/mailboxes.module.js';
import { MailboxEntity } from '../features/mailboxes/mailbox.entity.js';
import { MailboxTestsModule } from '../features/mailbox-tests/mailbox-tests.module.js';
import { OutgoingModule } from '../features/outgoing/outgoing.module.js';
import { OverviewModule } from '../features/overview/overview.module.js';
import { RetentionModule } from '../features/retention/retention.module.js';
import { ProfilesModule } from '../features/profiles/profiles.module.js';
import { SchedulingModule } from '../features/scheduling/scheduling.module.js';
import { ThreadsModule } from '../features/threads/threads.module.js';
import { HistoryModule } from '../features/history/history.module.js';
import { TimelineModule } from '../features/timeline/timeline.module.js';
import { AddressBookModule } from '../features/address-book/address-book.module.js';
import { UsersModule } from '../features/users/users.module.js';
import { jobOfKind } from '../features/scheduling/work-jobs.js';

/** Every feature, in every process: a process differs by what it runs, not by what it knows. */
export const features = [
  AccessModule,
  UsersModule,
  ProfilesModule,
  SchedulingModule,
  DeliveriesModule,
  DeliveryReportsModule,
  FailuresModule,
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
