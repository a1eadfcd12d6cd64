import { Module } from '@nestjs/common';
import { FeedModule } from '../../feed/feed.module.js';
import { OverviewController } from './overview.controller.js';
import { OverviewStore } from './overview.store.js';
import { SamplesStore } from './samples.store.js';

/** How everything stands, and how it went. The sampler itself runs in workers only. */
@Module({
  imports: [FeedModule],
  controllers: [OverviewController],
  providers: [OverviewStore, SamplesStore],
  exports: [SamplesStore],
})
export class OverviewModule {}
