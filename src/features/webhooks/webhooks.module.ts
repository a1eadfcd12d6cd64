import { Module } from '@nestjs/common';
import { FeedModule } from '../feed/feed.module.js';
import { DeliveryHorizon } from './delivery-horizon.js';
import { DeliveryViewsStore } from './delivery-views.store.js';
import { EndpointHealthStore } from './endpoint-health.store.js';
import { EndpointLeasesStore } from './endpoint-leases.store.js';
import { EndpointListeners } from './endpoint-listener.js';
import { WebhookDeliveriesController } from './webhook-deliveries.controller.js';
import { WebhookDeliveriesStore } from './webhook-deliveries.store.js';
import { WebhookEndpointsController } from './webhook-endpoints.controller.js';
import { WebhookEndpoints } from './webhook-endpoints.js';
import { WebhookEndpointsStore } from './webhook-endpoints.store.js';
import { WebhookHorizon } from './webhook-horizon.store.js';
import { WebhookLag } from './webhook-lag.js';
import { WebhookMetrics } from './webhook-metrics.js';
import { WebhookReplaysStore } from './webhook-replays.store.js';
import { WebhookSender } from './webhook-sender.js';

/** Webhook endpoints, and how the events of the change feed are delivered to them. */
@Module({
  imports: [FeedModule],
  controllers: [WebhookEndpointsController, WebhookDeliveriesController],
  providers: [
    { provide: DeliveryHorizon, useClass: WebhookHorizon },
    DeliveryViewsStore,
    EndpointHealthStore,
    EndpointLeasesStore,
    EndpointListeners,
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
    EndpointHealthStore,
    EndpointLeasesStore,
    WebhookDeliveriesStore,
    WebhookReplaysStore,
    WebhookSender,
    WebhookMetrics,
  ],
})
export class WebhooksModule {}
