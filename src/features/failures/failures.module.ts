import { Module } from '@nestjs/common';
import { DeliveriesModule } from '../deliveries/deliveries.module.js';
import { EndpointListener } from '../deliveries/endpoint-listener.js';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { CatchUpStore } from './catch-up.store.js';
import { EndpointIncidents } from './endpoint-incidents.js';
import { IncidentActs } from './incident-acts.js';
import { IncidentActsController } from './incident-acts.controller.js';
import { IncidentActsStore } from './incident-acts.store.js';
import { IncidentReader } from './incident-reader.js';
import { IncidentViewsStore } from './incident-views.store.js';
import { IncidentsController } from './incidents.controller.js';
import { Incidents } from './incidents.js';
import { IncidentsStore } from './incidents.store.js';
import { MutedCausesController } from './muted-causes.controller.js';
import { MutedCausesStore } from './muted-causes.store.js';
import { EmailChannel } from './email-channel.js';
import { NotificationChannelsController } from './notification-channels.controller.js';
import { NotificationHealth } from './notification-health.js';
import { NotificationPlanner } from './notification-planner.js';
import { InstallationIncidents } from './installation-incidents.js';
import { InterruptedWorkStore } from './interrupted-work.store.js';
import { NotificationsStore } from './notifications.store.js';
import { NotificationWriter } from './notification-writer.js';
import { ServerIncidents } from './server-incidents.js';
import { SetupGuidesController } from './setup-guides.controller.js';
import { StorageProofStore } from './storage-proof.store.js';
import { StorageWatch } from './storage-watch.js';
import { TellingStore } from './telling.store.js';

/** Incidents and what their owners are told. */
@Module({
  imports: [DeliveriesModule, ProfilesModule],
  controllers: [
    IncidentsController,
    IncidentActsController,
    MutedCausesController,
    NotificationChannelsController,
    SetupGuidesController,
  ],
  providers: [
    IncidentsStore,
    IncidentViewsStore,
    IncidentReader,
    IncidentActsStore,
    IncidentActs,
    MutedCausesStore,
    TellingStore,
    NotificationsStore,
    NotificationPlanner,
    CatchUpStore,
    InterruptedWorkStore,
    NotificationWriter,
    NotificationHealth,
    EmailChannel,
    Incidents,
    EndpointIncidents,
    ServerIncidents,
    InstallationIncidents,
    StorageProofStore,
    StorageWatch,
    { provide: EndpointListener, useExisting: EndpointIncidents },
  ],
  exports: [
    Incidents,
    ServerIncidents,
    IncidentsStore,
    IncidentReader,
    IncidentActs,
    TellingStore,
    NotificationsStore,
    NotificationPlanner,
    NotificationWriter,
    NotificationHealth,
  ],
})
export class FailuresModule {}
