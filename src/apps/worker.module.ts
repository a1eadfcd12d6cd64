import { Module } from '@nestjs/common';
import { AuditJobs } from '../features/mail/audit/audit.jobs.js';
import { AuditModule } from '../features/mail/audit/audit.module.js';
import { BackfillJobs } from '../features/mail/backfill/backfill.jobs.js';
import { BackfillModule } from '../features/mail/backfill/backfill.module.js';
import { FeedModule } from '../features/feed/feed.module.js';
import { NotificationsModule } from '../features/notifications/notifications.module.js';
import { WebhooksModule } from '../features/webhooks/webhooks.module.js';
import { WebhookLoop } from '../features/webhooks/webhook-loop.js';
import { DiagnosticsModule } from '../features/diagnostics/diagnostics.module.js';
import { NotifierLoop } from '../features/notifications/notifier-loop.js';
import { Notifier } from '../features/notifications/notifier.js';
import { HistoryModule } from '../features/insight/history/history.module.js';
import { HistoryUpkeep } from '../features/insight/history/history-upkeep.js';
import { IncomingJobs } from '../features/mail/incoming/incoming.jobs.js';
import { IncomingModule } from '../features/mail/incoming/incoming.module.js';
import { MailboxTestsJobs } from '../features/mailbox-tests/mailbox-tests.jobs.js';
import { MailboxTestsModule } from '../features/mailbox-tests/mailbox-tests.module.js';
import { TestUpkeep } from '../features/mailbox-tests/test-upkeep.js';
import { MailboxesModule } from '../features/mailboxes/mailboxes.module.js';
import { RemovalJobs } from '../features/mailboxes/removal.jobs.js';
import { OutgoingJobs } from '../features/mail/outgoing/outgoing.jobs.js';
import { OutgoingModule } from '../features/mail/outgoing/outgoing.module.js';
import { OverviewModule } from '../features/insight/overview/overview.module.js';
import { Sampler } from '../features/insight/overview/sampler.js';
import { ProfilesModule } from '../features/profiles/profiles.module.js';
import { RetentionLoop } from '../features/mail/retention/retention-loop.js';
import { RetentionModule } from '../features/mail/retention/retention.module.js';
import { Dispatcher } from '../features/scheduling/dispatcher.js';
import { SearchModule } from '../features/mail/search/search.module.js';
import { SearchCatchUp } from '../features/mail/search/search-catch-up.js';
import { SchedulingModule } from '../features/scheduling/scheduling.module.js';
import { ThreadsModule } from '../features/mail/threads/threads.module.js';
import { ThreadCatchUp } from '../features/mail/threads/thread-catch-up.js';
import { ThreadsUpkeep } from '../features/mail/threads/threads-upkeep.js';
import { UsersModule } from '../features/identity/users.module.js';
import { Housekeeping } from './housekeeping.js';

/** What a worker runs: the dispatcher, the handlers of jobs, the senders of notifications and webhooks. Any number may run side by side. */
@Module({
  imports: [
    SchedulingModule,
    FeedModule,
    WebhooksModule,
    NotificationsModule,
    ProfilesModule,
    MailboxesModule,
    IncomingModule,
    OutgoingModule,
    ThreadsModule,
    SearchModule,
    BackfillModule,
    AuditModule,
    MailboxTestsModule,
    RetentionModule,
    DiagnosticsModule,
    HistoryModule,
    OverviewModule,
    UsersModule,
  ],
  providers: [
    Dispatcher,
    IncomingJobs,
    OutgoingJobs,
    BackfillJobs,
    AuditJobs,
    MailboxTestsJobs,
    TestUpkeep,
    RemovalJobs,
    Notifier,
    NotifierLoop,
    WebhookLoop,
    ThreadsUpkeep,
    ThreadCatchUp,
    SearchCatchUp,
    Housekeeping,
    RetentionLoop,
    HistoryUpkeep,
    Sampler,
  ],
})
export class WorkerModule {}
