import { Module } from '@nestjs/common';
import { FeedModule } from '../feed/feed.module.js';
import { IncidentsApiModule } from '../incidents/incidents-api.module.js';
import { IncidentsModule } from '../incidents/incidents.module.js';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { HistoryModule } from '../insight/history/history.module.js';
import { ProfileListener } from '../profiles/profile-listener.js';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { SchedulingModule } from '../scheduling/scheduling.module.js';
import { IncidentChecksController } from './incident-checks.controller.js';
import { ApprovalsController } from './approvals.controller.js';
import { Approvals } from './approvals.js';
import { ApprovalsStore } from './approvals.store.js';
import { MailboxBulkController } from './mailbox-bulk.controller.js';
import { MailboxBulk } from './mailbox-bulk.js';
import { MailboxCountsController } from './mailbox-counts.controller.js';
import { MailboxCountsStore } from './mailbox-counts.store.js';
import { MailboxRuns } from './mailbox-runs.js';
import { MailboxTransitions } from './mailbox-transitions.js';
import { MailboxesController } from './mailboxes.controller.js';
import { Mailboxes } from './mailboxes.js';
import { MailboxesStore } from './mailboxes.store.js';
import { OwnTestsStore } from './own-tests.store.js';
import { ProfileChanges } from './profile-changes.js';
import { RemovalStore } from './removal.store.js';
import { RunMetrics } from './run-metrics.js';
import { ProfileAttribution } from './profile-attribution.js';
import { RunSettlement } from './run-settlement.js';
import { StoppedMailboxesStore } from './stopped-mailboxes.store.js';

/** Mailboxes: what people do with them, and how their work is carried out. */
@Module({
  imports: [
    SchedulingModule,
    FeedModule,
    IncidentsModule,
    IncidentsApiModule,
    NotificationsModule,
    HistoryModule,
    ProfilesModule,
  ],
  controllers: [
    MailboxCountsController,
    MailboxBulkController,
    MailboxesController,
    IncidentChecksController,
    ApprovalsController,
  ],
  providers: [
    MailboxesStore,
    MailboxTransitions,
    MailboxRuns,
    RunMetrics,
    ProfileAttribution,
    RunSettlement,
    StoppedMailboxesStore,
    Mailboxes,
    MailboxBulk,
    MailboxCountsStore,
    Approvals,
    ApprovalsStore,
    OwnTestsStore,
    RemovalStore,
    ProfileChanges,
    { provide: ProfileListener, useExisting: ProfileChanges },
  ],
  exports: [
    Mailboxes,
    MailboxesStore,
    MailboxTransitions,
    MailboxRuns,
    OwnTestsStore,
    RemovalStore,
    StoppedMailboxesStore,
  ],
})
export class MailboxesModule {}
