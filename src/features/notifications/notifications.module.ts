import { Module } from '@nestjs/common';
import { FeedModule } from '../feed/feed.module.js';
import { IncidentsModule } from '../incidents/incidents.module.js';
import { ProfilesModule } from '../profiles/profiles.module.js';
import { EmailChannel } from './email-channel.js';
import { InterruptedWorkStore } from './interrupted-work.store.js';
import { NotificationChannelsController } from './notification-channels.controller.js';
import { NotificationHealth } from './notification-health.js';
import { NotificationPlanner } from './notification-planner.js';
import { NotificationsStore } from './notifications.store.js';
import { NotificationWriter } from './notification-writer.js';
import { NotificationPlanStore } from './notification-plan.store.js';

/** Who is mailed about an incident, when, and what the mail says. */
@Module({
  imports: [FeedModule, IncidentsModule, ProfilesModule],
  controllers: [NotificationChannelsController],
  providers: [
    EmailChannel,
    InterruptedWorkStore,
    NotificationHealth,
    NotificationPlanner,
    NotificationsStore,
    NotificationWriter,
    NotificationPlanStore,
  ],
  exports: [NotificationHealth, NotificationPlanner, NotificationsStore, NotificationWriter, NotificationPlanStore],
})
export class NotificationsModule {}
