import { Module } from '@nestjs/common';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { IncidentActsController } from './incident-acts.controller.js';
import { IncidentReader } from './incident-reader.js';
import { IncidentsController } from './incidents.controller.js';
import { IncidentsModule } from './incidents.module.js';

/** Incidents as the API shows them, with their notifications; notifications themselves are about incidents. */
@Module({
  imports: [IncidentsModule, NotificationsModule, ProfilesModule],
  controllers: [IncidentsController, IncidentActsController],
  providers: [IncidentReader],
  exports: [IncidentReader],
})
export class IncidentsApiModule {}
