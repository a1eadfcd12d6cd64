import { pause, type Clock } from '../../platform/clock/clock.js';
import type { Log } from '../../platform/log/log.js';
import { EndpointLost, type EndpointLeasesStore } from './endpoint-leases.store.js';
import type { EndpointHealthStore } from './endpoint-health.store.js';
import type { FeedReader } from '../feed/feed-reader.js';
import type { FeedWait, FeedWatch } from '../feed/feed-watch.js';
import { comparePositions } from '../feed/feed-position.js';
import { OrderedQueues } from './ordered-queues.js';
import { retryWait } from './retry-schedule.js';
import { orderKeyOf, type DeliveryRow, type Settled, type WebhookDeliveriesStore } from './webhook-deliveries.store.js';
import type { LeasedEndpoint } from './webhook-endpoint.js';
import type { WebhookMetrics } from './webhook-metrics.js';
import type { WebhookReplaysStore } from './webhook-replays.store.js';
import { bodyOfEvent, WebhookSigner } from './webhook-request.js';
import { webhookSecretOwner } from './webhook-secret.js';
import type { Attempt, WebhookSender } from './webhook-sender.js';
import type { SecretBox } from '../../platform/secrets/secret-box.js';

export interface SessionParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly secretBox: SecretBox;
  readonly reader: FeedReader;
  readonly watch: FeedWatch;
  readonly leases: EndpointLeasesStore;
  readonly deliveries: WebhookDeliveriesStore;
  readonly replays: WebhookReplaysStore;
  readonly health: EndpointHealthStore;
  readonly sender: WebhookSender;
  readonly metrics: WebhookMetrics;
}

/** Requests at once: it starts low, grows with each success and halves with each failure. */
const firstRequests = 8;
const maxRequests = 64;
/** Below so much waiting work more is read. */
const lowWater = 500;
const batch = 500;
const leftOver = 5_000;
const lanesAtOnce = 100;
const perLane = 50;
const renewalMs = 3_000;
/** Without a renewal for so long nothing more is sent: what is under way then ends before the lease does. */
const freshMs = 30_000;
const lookMs = 500;
/** How long a session that is stopped waits for answers. */
const graceMs = 5_000;

/**
 * Delivers to one endpoint while it holds the endpoint's lease. All it knows is in rows: what it has
 * read but not settled when it ends, another session sends again.
 */
export class EndpointSession {
  private readonly queues = new OrderedQueues<DeliveryRow>();
  private readonly lanes = new Set<string>();
  /** Not written yet: results, keys whose lane has run empty here, keys that a failure has stopped. */
  private results: Settled[] = [];
  private readonly drained = new Set<string>();
  private readonly stopped = new Set<string>();
  private tidings = { delivered: 0, error: null as string | null, gone: false, holdUntil: null as Date | null };
  private readonly underWay = new Set<Promise<void>>();
  private requests = firstRequests;
  private caughtUp = false;
  private cursorMoved = false;
  private over = false;
  private cut = false;
  /** Something was sent whose result could not be written. */
  private unsettled = false;
  private renewedAt = performance.now();
  private lookAt = 0;
  private change: (() => void) | null = null;
  private wait: FeedWait | null = null;
  private signer: { readonly sealed: string; readonly signer: WebhookSigner } | null = null;

  constructor(
    private endpoint: LeasedEndpoint,
    private readonly parts: SessionParts,
  ) {}

  /** @param lingerMs how long it stays when there is nothing to do, so that the next event goes out at once */
  async run(lingerMs: number): Promise<void> {
    const { parts } = this;
    const renewal = setInterval(() => void this.renew(), renewalMs);
    try {
      if (lingerMs > 0) this.wait = await parts.watch.join(this.filter());
      this.add(await parts.deliveries.ready(this.endpoint.id, leftOver));
      let idleSince = performance.now();
      while (!this.over) {
        await this.flush();
        const found = await this.refill();
        this.pump();
        const idle = this.underWay.size === 0 && this.queues.waiting === 0 && this.results.length === 0;
        if (!idle || found) idleSince = performance.now();
        else if (performance.now() - idleSince >= lingerMs) break;
        if (!found) await this.rest(idle);
      }
    } catch (error) {
      if (!(error instanceof EndpointLost)) throw error;
    } finally {
      this.over = true;
      clearInterval(renewal);
      this.wait?.leave();
      await this.end();
    }
  }

  /** Sends nothing more; `run` ends when what is under way has been answered, or soon. */
  stop(): void {
    this.over = true;
    this.change?.();
  }

  private filter() {
    const { eventTypes, profileIds } = this.endpoint;
    return { types: eventTypes, profileIds, mailboxId: null };
  }

  /** @returns whether there may be more at once */
  private async refill(): Promise<boolean> {
    if (this.over || this.queues.waiting >= lowWater) return false;
    const { id } = this.endpoint;
    const { clock, deliveries, replays, reader } = this.parts;
    let found = false;
    if (performance.now() >= this.lookAt) {
      found = await replays.advance(this.endpoint, clock.now());
      // Whose results are not written yet would be found as if they had not been sent.
      const busy = [...this.queues.keys(), ...this.results.map(({ orderKey }) => orderKey), ...this.drained];
      const due = await deliveries.dueLanes(id, clock.now(), busy, lanesAtOnce, perLane);
      for (const key of due.keys) this.lanes.add(key);
      this.add(due.rows);
      for (const key of due.keys) if (!this.queues.has(key) && this.lanes.delete(key)) this.drained.add(key);
      found ||= due.rows.length > 0;
      if (!found) this.lookAt = performance.now() + lookMs;
    }
    if (await this.wait?.next(0)) this.caughtUp = false;
    if (this.caughtUp) return found;
    const page = await reader.page(this.endpoint.cursor, this.filter(), batch);
    this.caughtUp = page.upToDate;
    const moved = comparePositions(page.position, this.endpoint.cursor) > 0;
    if (page.rows.length > 0) {
      const ready = await deliveries.fanOut(this.endpoint, page.rows, page.position, clock.now());
      const rows = page.rows.map((row) => ({ ...row, order_key: orderKeyOf(row), attempts: 0 }));
      // What a failure has stopped meanwhile goes into the lane that the next flush opens.
      this.add(rows.filter((row) => ready.has(row.id) && !this.stopped.has(row.order_key)));
      this.cursorMoved = false;
    } else this.cursorMoved ||= moved;
    this.endpoint = { ...this.endpoint, cursor: page.position };
    return found || !page.upToDate;
  }

  private add(rows: readonly DeliveryRow[]): void {
    for (const row of rows) this.queues.add(row.order_key, row);
  }

  private pump(): void {
    while (!this.over && this.underWay.size < this.requests && performance.now() - this.renewedAt < freshMs) {
      const next = this.queues.take();
      if (!next) return;
      const attempt: Promise<void> = this.attempt(next.key, next.item).finally(() => {
        this.underWay.delete(attempt);
        if (this.cut) return;
        this.pump();
        this.change?.();
      });
      this.underWay.add(attempt);
    }
  }

  /** Never throws. */
  private async attempt(key: string, row: DeliveryRow): Promise<void> {
    let attempt: Attempt;
    try {
      attempt = await this.parts.sender.send(this.endpoint.url, this.sign(row, this.parts.clock.now()));
    } catch (error) {
      this.parts.log.error({ err: error, endpointId: this.endpoint.id }, 'a webhook could not be made');
      const words = 'it could not be signed; the log of the worker has the details';
      attempt = { ok: false, status: null, error: words, ms: 0, retryAfterMs: null };
    }
    if (!this.cut) this.record(key, row, attempt);
  }

  private sign(row: DeliveryRow, at: Date) {
    const { id, sealedSecrets } = this.endpoint;
    const sealed = sealedSecrets.join();
    if (this.signer?.sealed !== sealed) {
      const secrets = sealedSecrets.map((secret) => this.parts.secretBox.open(secret, webhookSecretOwner(id)));
      this.signer = { sealed, signer: new WebhookSigner(secrets) };
    }
    return this.signer.signer.sign(row.id, bodyOfEvent(row), at);
  }

  private record(key: string, row: DeliveryRow, attempt: Attempt): void {
    const { clock, metrics } = this.parts;
    const now = clock.now();
    const attempts = row.attempts + 1;
    const position = { epoch: row.epoch, txid: row.txid, seq: row.seq };
    const { status, error, ms } = attempt;
    const result = { position, orderKey: key, attempts, status, error, ms };
    if (attempt.ok) {
      this.requests = Math.min(maxRequests, this.requests + 1);
      this.results.push({ ...result, state: 'delivered', nextAttemptAt: null });
      this.tidings.delivered += 1;
      if (!this.queues.done(key) && this.lanes.delete(key)) this.drained.add(key);
      metrics.attempted('delivered');
      metrics.delivered((now.getTime() - row.occurred_at.getTime()) / 1000);
      return;
    }
    this.requests = Math.max(1, Math.floor(this.requests / 2));
    const waitMs = retryWait(attempts, Math.random(), attempt.retryAfterMs);
    const nextAttemptAt = new Date(now.getTime() + (waitMs ?? 0));
    this.results.push({ ...result, state: waitMs === null ? 'failed' : 'queued', nextAttemptAt });
    this.queues.drop(key);
    this.lanes.delete(key);
    this.stopped.add(key);
    this.tidings.error = error;
    metrics.attempted(waitMs === null ? 'failed' : 'retried');
    if (attempt.retryAfterMs) {
      this.tidings.holdUntil = new Date(now.getTime() + attempt.retryAfterMs);
      this.over = true;
    }
    if (status === 410) {
      this.tidings.gone = true;
      this.over = true;
    }
  }

  /** Writes what has come in since the last time, in one transaction. */
  private async flush(): Promise<void> {
    const { results, tidings } = this;
    const drained = [...this.drained];
    if (results.length === 0 && drained.length === 0) return;
    this.results = [];
    this.drained.clear();
    this.tidings = { delivered: 0, error: null, gone: false, holdUntil: null };
    const { clock, deliveries, health, log } = this.parts;
    const now = clock.now();
    this.unsettled = true;
    await deliveries.settle(this.endpoint, results, drained, now, async (sql) => {
      const reason = await health.note(sql, this.endpoint.id, tidings, now);
      if (reason === null) return;
      this.over = true;
      log.warn({ endpointId: this.endpoint.id, reason }, 'a webhook endpoint was switched off');
    });
    this.unsettled = false;
    for (const { state, orderKey } of results) if (state !== 'delivered') this.stopped.delete(orderKey);
    // A lane can be longer than what was read of it.
    if (drained.length > 0 || this.stoppedForGood(results)) this.lookAt = 0;
  }

  /** The lane of what has failed for good goes on with what follows. */
  private stoppedForGood(results: readonly Settled[]): boolean {
    return results.some(({ state }) => state === 'failed');
  }

  private async renew(): Promise<void> {
    try {
      const renewed = await this.parts.leases.renew(this.endpoint, this.parts.clock.now());
      this.renewedAt = performance.now();
      const before = JSON.stringify(this.filter());
      // The row's cursor may be one that this session has read past already.
      if (renewed) this.endpoint = { ...renewed, cursor: this.endpoint.cursor };
      // Another filter wants another wait: a new session begins with it.
      if (!renewed || JSON.stringify(this.filter()) !== before) this.stop();
    } catch (error) {
      this.parts.log.warn(
        { err: error, endpointId: this.endpoint.id },
        'the lease on a webhook endpoint was not renewed',
      );
    }
  }

  /** Until an answer comes in, or, idle, an event; no longer than the next look at the lanes. */
  private async rest(idle: boolean): Promise<void> {
    if (idle && this.wait) {
      if (await this.wait.next(lookMs)) this.caughtUp = false;
      return;
    }
    if (this.results.length > 0 || this.over || idle) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, lookMs);
      this.change = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.change = null;
  }

  private async end(): Promise<void> {
    const { clock, leases, deliveries, log } = this.parts;
    const answered = new AbortController();
    void Promise.all(this.underWay).then(() => answered.abort());
    await pause(graceMs, answered.signal);
    const left = this.underWay.size > 0 || this.queues.waiting > 0 || !this.caughtUp;
    this.cut = true;
    try {
      await this.flush();
      if (this.cursorMoved) await deliveries.fanOut(this.endpoint, [], this.endpoint.cursor, clock.now());
    } catch (error) {
      if (!(error instanceof EndpointLost)) log.error({ err: error }, 'the last webhook results were not written');
    }
    await leases.release(this.endpoint, left || this.unsettled ? clock.now() : null);
  }
}
