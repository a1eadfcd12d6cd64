import { Module } from '@nestjs/common';
import { EventStream } from './event-stream.js';
import { EventsController } from './events.controller.js';
import { EventsStore } from './events.store.js';
import { FeedBell } from './feed-bell.js';
import { FeedEpochs } from './feed-epochs.js';
import { FeedEpochsStore } from './feed-epochs.store.js';
import { FeedReader } from './feed-reader.js';
import { FeedRetention } from './feed-retention.js';
import { FeedRetentionStore } from './feed-retention.store.js';
import { FeedSignalStore } from './feed-signal.store.js';
import { FeedWatch } from './feed-watch.js';

/** The change feed: events in their order, read by polling, waiting or streaming. */
@Module({
  controllers: [EventsController],
  providers: [
    EventsStore,
    FeedSignalStore,
    FeedBell,
    FeedEpochsStore,
    FeedEpochs,
    FeedWatch,
    FeedReader,
    EventStream,
    FeedRetention,
    FeedRetentionStore,
  ],
  exports: [EventsStore, FeedReader, FeedWatch, FeedRetention],
})
export class FeedModule {}
