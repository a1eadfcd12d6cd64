import { Global, Module, type Type } from '@nestjs/common';
import { v7 as uuid } from 'uuid';
import { AccessModule } from '../../../src/features/identity/access.module.js';
import { FeedModule } from '../../../src/features/feed/feed.module.js';
import { WebhooksModule } from '../../../src/features/webhooks/webhooks.module.js';
import type { EventType, NewEvent } from '../../../src/features/feed/event.js';
import { EventsStore } from '../../../src/features/feed/events.store.js';
import { WebhookLoop } from '../../../src/features/webhooks/webhook-loop.js';
import { ManualClock } from '../../../src/platform/clock/clock.js';
import type { Settings } from '../../../src/platform/config/settings.js';
import { startApi, testSecretBox, type ApiAnswer, type ApiClient, type TestApi } from '../../support/api.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { feedSettled } from '../../support/feed.js';
import { makeProfile } from '../../support/profiles.js';
import { WebhookReceiver } from './webhook-receiver.js';

/** Delivers when the test says so, and not by itself. */
class ManualWebhooks extends WebhookLoop {
  override onApplicationBootstrap(): void {}
}

@Global()
@Module({ imports: [FeedModule, WebhooksModule], providers: [{ provide: WebhookLoop, useClass: ManualWebhooks }] })
class WebhookLoopModule {}

type Body = ApiAnswer['body'];

interface StageOptions {
  /** Beside those of webhooks. */
  readonly modules?: readonly Type[];
  readonly settings?: Partial<Settings>;
  /** A database of its own, see `createTestDatabase`. */
  readonly freshDatabase?: boolean;
}

/** The API of webhooks, one or more workers, a receiver and a database, under one clock. */
export class WebhookStage {
  private readonly more: TestApi[] = [];

  private constructor(
    readonly clock: ManualClock,
    readonly database: TestDatabase,
    readonly api: TestApi,
    readonly receiver: WebhookReceiver,
    readonly profileId: string,
    private readonly start: () => Promise<TestApi>,
    /** Of a key that outlives the start of another process. */
    readonly token: string,
  ) {}

  static async open({ modules = [], settings = {}, freshDatabase = false }: StageOptions = {}): Promise<WebhookStage> {
    // Near the present: verifying a signature compares with the system's time.
    const clock = new ManualClock(new Date(Math.floor(Date.now() / 1000) * 1000));
    const database = await createTestDatabase({ poolSize: 20, fresh: freshDatabase });
    const secretBox = testSecretBox();
    const start = () =>
      startApi([AccessModule, WebhookLoopModule, ...modules], {
        dataSource: database.dataSource,
        clock,
        secretBox,
        settings: { webhookAllowedNetworks: ['127.0.0.0/8'], ...settings },
      });
    const api = await start();
    const profileId = await makeProfile(database.dataSource);
    const { body } = await api.client().post('/v1/api-keys', { name: 'stage', scopes: ['admin'] });
    return new WebhookStage(clock, database, api, await WebhookReceiver.start(), profileId, start, body.token);
  }

  /** A further process beside the first. */
  async another(): Promise<TestApi> {
    const api = await this.start();
    this.more.push(api);
    return api;
  }

  async close(): Promise<void> {
    for (const api of [...this.more, this.api]) await api.close();
    await this.receiver.close();
    await this.database.drop();
  }

  client(token: string | null = this.token): ApiClient {
    return this.api.client(token);
  }

  /** @returns the token of a further key */
  async makeKey(scopes: readonly string[], profileIds: readonly string[] | null = null): Promise<string> {
    return (await this.client().post('/v1/api-keys', { name: 'further', scopes, profileIds })).body.token;
  }

  get events(): EventsStore {
    return this.api.app.get(EventsStore, { strict: false });
  }

  loop(api = this.api): WebhookLoop {
    return api.app.get(WebhookLoop, { strict: false });
  }

  /** Everything that is due now. */
  async deliver(): Promise<void> {
    // Delivering may itself write an event: that an endpoint was switched off.
    for (let turn = 0; turn < 2; turn += 1) {
      await this.settled();
      await this.loop().deliverDue();
    }
  }

  async settled(): Promise<void> {
    await feedSettled(this.database.dataSource);
  }

  async endpoint(given: Record<string, unknown> = {}): Promise<Body> {
    const answer = await this.client().post('/v1/webhook-endpoints', { url: this.receiver.url, ...given });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  }

  async read(id: string): Promise<Body> {
    return (await this.client().get(`/v1/webhook-endpoints/${id}`)).body;
  }

  async deliveries(id: string, state?: string): Promise<Body[]> {
    return this.client().all(`/v1/webhook-endpoints/${id}/deliveries${state ? `?state=${state}` : ''}`);
  }

  /** Writes one event. @returns its id */
  async emit(mailboxId: string | null, more: Partial<NewEvent> & { type?: EventType } = {}): Promise<string> {
    const [id] = await this.emitMany([{ mailboxId, ...more }]);
    return id ?? '';
  }

  /** Writes events in one transaction. @returns their ids, in order */
  async emitMany(events: readonly Partial<NewEvent>[]): Promise<string[]> {
    const whole = events.map((event) => ({
      type: 'message.received' as const,
      profileId: this.profileId,
      mailboxId: null,
      subjectId: uuid(),
      data: {},
      ...event,
    }));
    await this.events.append(this.database.dataSource.manager, whole, this.clock.now());
    await this.settled();
    const rows = await this.database.dataSource.query<{ id: string }[]>(
      'SELECT id FROM events WHERE subject_id = ANY($1) ORDER BY epoch, txid, seq',
      [whole.map(({ subjectId }) => subjectId)],
    );
    return rows.map(({ id }) => id);
  }
}
