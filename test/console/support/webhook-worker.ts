import { EndpointHealthStore } from '../../../src/features/deliveries/endpoint-health.store.js';
import { EndpointLeasesStore } from '../../../src/features/deliveries/endpoint-leases.store.js';
import { FeedReader } from '../../../src/features/deliveries/feed-reader.js';
import { FeedWatch } from '../../../src/features/deliveries/feed-watch.js';
import { WebhookDeliveriesStore } from '../../../src/features/deliveries/webhook-deliveries.store.js';
import { WebhookLoop } from '../../../src/features/deliveries/webhook-loop.js';
import { WebhookMetrics } from '../../../src/features/deliveries/webhook-metrics.js';
import { WebhookReplaysStore } from '../../../src/features/deliveries/webhook-replays.store.js';
import { WebhookSender } from '../../../src/features/deliveries/webhook-sender.js';
import { SecretBox } from '../../../src/platform/secrets/secret-box.js';
import type { WholeStage } from '../../features/support/whole-stage.js';
import { recordedLog } from '../../support/api.js';
import { feedSettled } from '../../support/feed.js';

/** Sends all webhooks that are due by now, as a worker does. */
export async function deliverWebhooks(whole: WholeStage): Promise<void> {
  await feedSettled(whole.dataSource);
  const loop = new WebhookLoop(
    whole.clock,
    whole.get(SecretBox),
    whole.get(FeedReader),
    whole.get(FeedWatch),
    whole.get(EndpointLeasesStore),
    whole.get(WebhookDeliveriesStore),
    whole.get(WebhookReplaysStore),
    whole.get(EndpointHealthStore),
    whole.get(WebhookSender),
    whole.get(WebhookMetrics),
    recordedLog().log,
  );
  await loop.deliverDue();
}
