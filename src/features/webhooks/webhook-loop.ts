import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Recurring } from '../../platform/clock/recurring.js';
import type { Log } from '../../platform/log/log.js';
import { SecretBox } from '../../platform/secrets/secret-box.js';
import { LOG } from '../../platform/tokens.js';
import { EndpointHealthStore } from './endpoint-health.store.js';
import { EndpointLeasesStore } from './endpoint-leases.store.js';
import { EndpointSession, type SessionParts } from './endpoint-session.js';
import { FeedReader } from '../feed/feed-reader.js';
import { FeedWatch } from '../feed/feed-watch.js';
import { WebhookDeliveriesStore } from './webhook-deliveries.store.js';
import type { LeasedEndpoint } from './webhook-endpoint.js';
import { WebhookMetrics } from './webhook-metrics.js';
import { WebhookReplaysStore } from './webhook-replays.store.js';
import { WebhookSender } from './webhook-sender.js';

const tickMs = 250;
/** Endpoints that one process delivers to at a time. */
const maxSessions = 50;
/** Claimed in one tick: few, so that other workers get their share. */
const claimedAtOnce = 5;
const lingerMs = 5_000;

/** Delivers webhooks. Any number of workers may run one; each endpoint is one worker's at a time. */
@Injectable()
export class WebhookLoop implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: Recurring;
  private readonly sessions = new Map<EndpointSession, Promise<void>>();
  /** Of sessions that ended while the database was away, by endpoint: nobody else delivers until they are given back. */
  private readonly unreleased = new Map<string, LeasedEndpoint>();
  private readonly parts: SessionParts;
  private readonly leases: EndpointLeasesStore;
  private readonly clock: Clock;
  private readonly log: Log;
  private stopping = false;

  constructor(
    clock: Clock,
    secretBox: SecretBox,
    reader: FeedReader,
    watch: FeedWatch,
    leases: EndpointLeasesStore,
    deliveries: WebhookDeliveriesStore,
    replays: WebhookReplaysStore,
    health: EndpointHealthStore,
    sender: WebhookSender,
    metrics: WebhookMetrics,
    @Inject(LOG) log: Log,
  ) {
    this.parts = { clock, log, secretBox, reader, watch, leases, deliveries, replays, health, sender, metrics };
    this.leases = leases;
    this.clock = clock;
    this.log = log;
    this.loop = new Recurring({ name: 'webhooks', everyMs: tickMs, run: () => this.tick(lingerMs) }, log);
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    await this.loop.stop();
    for (const session of this.sessions.keys()) session.stop();
    await Promise.all(this.sessions.values());
  }

  /** Delivers everything that is due now, to the end. */
  async deliverDue(): Promise<void> {
    for (;;) {
      await this.tick(0);
      if (this.sessions.size === 0) return;
      await Promise.all(this.sessions.values());
    }
  }

  private async tick(linger: number): Promise<boolean> {
    await this.giveBack();
    const room = this.stopping ? 0 : Math.min(claimedAtOnce, maxSessions - this.sessions.size);
    if (room <= 0) return false;
    const claimed = await this.leases.claimDue(this.clock.now(), room);
    for (const endpoint of claimed) this.begin(endpoint, linger);
    return false;
  }

  /** A lease that another worker has taken over meanwhile stays with that one. */
  private async giveBack(): Promise<void> {
    for (const [id, endpoint] of this.unreleased) {
      await this.leases.release(endpoint, this.clock.now());
      this.unreleased.delete(id);
    }
  }

  private begin(endpoint: LeasedEndpoint, linger: number): void {
    const session = new EndpointSession(endpoint, this.parts);
    const run = session
      .run(linger)
      .catch((error: unknown) => {
        this.unreleased.set(endpoint.id, endpoint);
        this.log.error({ err: error, endpointId: endpoint.id }, 'delivering to a webhook endpoint failed');
      })
      .finally(() => this.sessions.delete(session));
    this.sessions.set(session, run);
  }
}
