import { Module } from '@nestjs/common';
import { AuditJobs } from '../features/audit/audit.jobs.js';
import { AuditModule } from '../features/audit/audit.module.js';
import { BackfillJobs } from '../features/backfill/backfill.jobs.js';
import { BackfillModule } from '../features/backfill/backfill.module.js';
import { DeliveriesModule } from '../features/deliveries/deliveries.module.js';
import { WebhookLoop } from '../features/deliveries/webhook-loop.js';
import { DiagnosticsModule } from '../features/diagnostics/diagnostics.module.js';
import { FailuresModule } from '../features/failures/failures.module.js';
import { NotifierLoop } from '../features/failures/notifier-loop.js';
import { Notifier } from '../features/failures/notifier.js';
import { HistoryModule } from '../features/history/history.module.js';
import { HistoryUpkeep } from '../features/history/history-upkeep.js';
import { IncomingJobs } from '../features/incoming/incoming.jobs.js';
import { IncomingModule } from '../features/incoming/incoming.module.js';
import { MailboxTestsJobs } from '../features/mailbox-tests/mailbox-tests.jobs.js';
import { MailboxTestsModule } from '../features/mailbox-tests/mailbox-tests.module.js';
import { TestUpkeep } from '../features/mailbox-tests/test-upkeep.js';
import { MailboxesModule } from '../features/mailboxes/mailboxes.module.js';
import { RemovalJobs } from '../features/mailboxes/removal.jobs.js';
import { OutgoingJobs } from '../features/outgoing/outgoing.jobs.js';
import { OutgoingModule } from '../features/outgoing/outgoing.module.js';
import { OverviewModule } from '../features/overview/overview.module.js';
import { Sampler } from '../features/overview/sampler.js';
import { ProfilesModule } from '../features/profiles/profiles.module.js';
import { RetentionLoop } from '../features/retention/retention-loop.js';
import { RetentionModule } from '../features/retention/retention.module.js';
import { Dispatcher } from '../features/scheduling/dispatcher.js';
import { SearchModule } from '../features/search/search.module.js';
import { SearchCatchUp } from '../features/search/search-catch-up.js';
import { SchedulingModule } from '../features/scheduling/scheduling.module.js';
import { ThreadsModule } from '../features/threads/threads.module.js';
import { ThreadCatchUp } from '../features/threads/thread-catch-up.js';
import { ThreadsUpkeep } from '../features/threads/threads-upkeep.js';
import { UsersModule } from '../features/users/users.module.js';
import { Housekeeping } from './housekeeping.js';

/** What a worker runs: the dispatcher, the handlers of jobs, the senders of notifications and webhooks. Any number may run side by side. */
@Module({
  imports: [
    SchedulingModule,
    DeliveriesModule,
    FailuresModule,
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
