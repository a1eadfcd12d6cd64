import { Module } from '@nestjs/common';
import { EventStream } from './event-stream.js';
import { EventsController } from './events.controller.js';
import { EventsStore } from './events.store.js';
import { FeedBell } from './feed-bell.js';
import { FeedEpochs } from './feed-epochs.js';
import { FeedEpochsStore } from './feed-epochs.store.js';
import { FeedReader } from './feed-reader.js';
import { FeedSignalStore } from './feed-signal.store.js';
import { FeedWatch } from './feed-watch.js';

/** What tells the outside of changes. */
@Module({
  controllers: [EventsController],
  providers: [EventsStore, FeedSignalStore, FeedBell, FeedEpochsStore, FeedEpochs, FeedWatch, FeedReader, EventStream],
  exports: [EventsStore],
})
export class DeliveriesModule {}
