import { EndpointHealthStore } from '../../../src/features/webhooks/endpoint-health.store.js';
import { EndpointLeasesStore } from '../../../src/features/webhooks/endpoint-leases.store.js';
import { FeedReader } from '../../../src/features/feed/feed-reader.js';
import { FeedWatch } from '../../../src/features/feed/feed-watch.js';
import { WebhookDeliveriesStore } from '../../../src/features/webhooks/webhook-deliveries.store.js';
import { WebhookLoop } from '../../../src/features/webhooks/webhook-loop.js';
import { WebhookMetrics } from '../../../src/features/webhooks/webhook-metrics.js';
import { WebhookReplaysStore } from '../../../src/features/webhooks/webhook-replays.store.js';
import { WebhookSender } from '../../../src/features/webhooks/webhook-sender.js';
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
