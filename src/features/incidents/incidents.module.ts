import { Module } from '@nestjs/common';
import { FeedModule } from '../feed/feed.module.js';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { EndpointListener } from '../webhooks/endpoint-listener.js';
import { CatchUpStore } from './catch-up.store.js';
import { EndpointIncidents } from './endpoint-incidents.js';
import { IncidentActs } from './incident-acts.js';
import { IncidentActsStore } from './incident-acts.store.js';
import { IncidentViewsStore } from './incident-views.store.js';
import { Incidents } from './incidents.js';
import { IncidentsStore } from './incidents.store.js';
import { InstallationIncidents } from './installation-incidents.js';
import { MutedCausesController } from './muted-causes.controller.js';
import { MutedCausesStore } from './muted-causes.store.js';
import { ServerIncidents } from './server-incidents.js';
import { StorageProofStore } from './storage-proof.store.js';
import { StorageWatch } from './storage-watch.js';

/** Incidents of mailboxes, profiles, servers, webhook endpoints and the installation: how they open, change and close. */
@Module({
  imports: [FeedModule, ProfilesModule],
  controllers: [MutedCausesController],
  providers: [
    CatchUpStore,
    EndpointIncidents,
    IncidentActs,
    IncidentActsStore,
    IncidentViewsStore,
    Incidents,
    IncidentsStore,
    InstallationIncidents,
    MutedCausesStore,
    ServerIncidents,
    StorageProofStore,
    StorageWatch,
    { provide: EndpointListener, useExisting: EndpointIncidents },
  ],
  exports: [
    CatchUpStore,
    IncidentActs,
    IncidentActsStore,
    IncidentViewsStore,
    Incidents,
    IncidentsStore,
    ServerIncidents,
  ],
})
export class IncidentsModule {}
