import { Module } from '@nestjs/common';
import { DeliveryHorizon } from './delivery-horizon.js';
import { WebhookHorizon } from './webhook-horizon.store.js';
import { EventStream } from './event-stream.js';
import { EventsController } from './events.controller.js';
import { EventsStore } from './events.store.js';
import { FeedBell } from './feed-bell.js';
import { FeedEpochs } from './feed-epochs.js';
import { FeedEpochsStore } from './feed-epochs.store.js';
import { FeedReader } from './feed-reader.js';
import { FeedSignalStore } from './feed-signal.store.js';
import { FeedWatch } from './feed-watch.js';
import { DeliveryViewsStore } from './delivery-views.store.js';
import { EndpointHealthStore } from './endpoint-health.store.js';
import { EndpointListeners } from './endpoint-listener.js';
import { EndpointLeasesStore } from './endpoint-leases.store.js';
import { FeedRetention } from './feed-retention.js';
import { FeedRetentionStore } from './feed-retention.store.js';
import { WebhookDeliveriesController } from './webhook-deliveries.controller.js';
import { WebhookDeliveriesStore } from './webhook-deliveries.store.js';
import { WebhookEndpointsController } from './webhook-endpoints.controller.js';
import { WebhookEndpoints } from './webhook-endpoints.js';
import { WebhookEndpointsStore } from './webhook-endpoints.store.js';
import { WebhookLag } from './webhook-lag.js';
import { WebhookMetrics } from './webhook-metrics.js';
import { WebhookReplaysStore } from './webhook-replays.store.js';
import { WebhookSender } from './webhook-sender.js';

/** What tells the outside of changes. */
@Module({
  controllers: [EventsController, WebhookEndpointsController, WebhookDeliveriesController],
  providers: [
    EventsStore,
    FeedSignalStore,
    FeedBell,
    FeedEpochsStore,
    FeedEpochs,
    FeedWatch,
    FeedReader,
    EventStream,
    { provide: DeliveryHorizon, useClass: WebhookHorizon },
    DeliveryViewsStore,
    EndpointHealthStore,
    EndpointLeasesStore,
    EndpointListeners,
    FeedRetention,
    FeedRetentionStore,
    WebhookDeliveriesStore,
    WebhookEndpoints,
    WebhookEndpointsStore,
    WebhookLag,
    WebhookMetrics,
    WebhookReplaysStore,
    WebhookSender,
  ],
  exports: [
    DeliveryHorizon,
    EventsStore,
    FeedReader,
    FeedWatch,
    FeedRetention,
    EndpointHealthStore,
    EndpointLeasesStore,
    WebhookDeliveriesStore,
    WebhookReplaysStore,
    WebhookSender,
    WebhookMetrics,
  ],
})
export class DeliveriesModule {}
