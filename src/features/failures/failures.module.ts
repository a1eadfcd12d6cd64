import { Module } from '@nestjs/common';
import { DeliveriesModule } from '../deliveries/deliveries.module.js';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { IncidentsController } from './incidents.controller.js';
import { Incidents } from './incidents.js';
import { IncidentsStore } from './incidents.store.js';
import { NotificationsStore } from './notifications.store.js';

/** Incidents and what their owners are told. */
@Module({
  imports: [DeliveriesModule, ProfilesModule],
  controllers: [IncidentsController],
  providers: [IncidentsStore, NotificationsStore, Incidents],
  exports: [Incidents, IncidentsStore, NotificationsStore],
})
export class FailuresModule {}
