import { Module } from '@nestjs/common';
import { DeliveriesModule } from '../deliveries/deliveries.module.js';
import { EndpointListener } from '../deliveries/endpoint-listener.js';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { EndpointIncidents } from './endpoint-incidents.js';
import { IncidentsController } from './incidents.controller.js';
import { Incidents } from './incidents.js';
import { IncidentsStore } from './incidents.store.js';
import { NotificationsStore } from './notifications.store.js';
import { ServerIncidents } from './server-incidents.js';

/** Incidents and what their owners are told. */
@Module({
  imports: [DeliveriesModule, ProfilesModule],
  controllers: [IncidentsController],
  providers: [
    IncidentsStore,
    NotificationsStore,
    Incidents,
    EndpointIncidents,
    ServerIncidents,
    { provide: EndpointListener, useExisting: EndpointIncidents },
  ],
  exports: [Incidents, ServerIncidents, IncidentsStore, NotificationsStore],
})
export class FailuresModule {}
