import { Module } from '@nestjs/common';
import { FeedModule } from '../../feed/feed.module.js';
import { IncomingModule } from '../incoming/incoming.module.js';
import { MailboxesModule } from '../../mailboxes/mailboxes.module.js';
import { ProfilesModule } from '../../profiles/profiles.module.js';
import { SchedulingModule } from '../../scheduling/scheduling.module.js';
import { BackfillRun } from './backfill-run.js';
import { BackfillsController } from './backfills.controller.js';
import { Backfills } from './backfills.js';
import { BackfillsStore } from './backfills.store.js';

/** Older mail on request. */
@Module({
  imports: [FeedModule, IncomingModule, MailboxesModule, ProfilesModule, SchedulingModule],
  controllers: [BackfillsController],
  providers: [BackfillsStore, Backfills, BackfillRun],
  exports: [BackfillRun],
})
export class BackfillModule {}
