import { Module } from '@nestjs/common';
import { FeedModule } from '../../feed/feed.module.js';
import { ThreadCatchUpStore } from './thread-catch-up.store.js';
import { ThreadViewsStore } from './thread-views.store.js';
import { Threading } from './threading.js';
import { ThreadsController } from './threads.controller.js';
import { ThreadsUpkeepStore } from './threads-upkeep.store.js';
import { ThreadsStore } from './threads.store.js';

/** Messages that belong together. */
@Module({
  imports: [FeedModule],
  controllers: [ThreadsController],
  providers: [ThreadsStore, ThreadViewsStore, Threading, ThreadsUpkeepStore, ThreadCatchUpStore],
  exports: [ThreadCatchUpStore, ThreadsStore, Threading, ThreadsUpkeepStore],
})
export class ThreadsModule {}
