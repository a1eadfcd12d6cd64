import type { Settings } from '../../src/platform/config/settings.js';
import { entities } from '../../src/apps/features.js';
import { startSandbox, type Sandbox, type SandboxControl } from '../../src/sandbox/sandbox-server.js';
import type { SandboxOptions } from '../../src/sandbox/options.js';
import { testSecretBox, type ApiAnswer, type ApiClient } from './api.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { eventually } from './eventually.js';
import { feedSettled } from './feed.js';
import { startPostroom, type TestPostroom } from './postroom.js';
import type { TestQueue } from './queues.js';
import { ShiftedClock } from './shifted-clock.js';

/** The service account as the server knows it. */
export const service = { username: 'svc-postroom', password: 'first Password 1' };
export const domain = 'postroom.example';

type Body = ApiAnswer['body'];

interface RoadOptions {
  readonly settings?: Partial<Settings>;
  readonly sandbox?: Partial<SandboxOptions>;
  /** Mailboxes of the sandbox and of a first profile: `m1@…`, `m2@…`. */
  readonly mailboxes?: number;
  /** Of that profile. */
  readonly profile?: Record<string, unknown>;
  /** A built console for the process to serve. */
  readonly consoleFolder?: string;
  /** An EWS server of another kind under the same clock, with the same mailboxes; the sandbox then stands idle. */
  readonly exchange?: (clock: ShiftedClock, addresses: readonly string[]) => Promise<string>;
}

export const addressOf = (number: number) => `m${number}@${domain}`;

/** Exchange on the one side, the API on the other, Postroom between them: what a test of the whole road drives on. */
export class Road {
  private constructor(
    readonly database: TestDatabase,
    readonly clock: ShiftedClock,
    readonly sandbox: Sandbox,
    private running: TestPostroom,
    private readonly start: () => Promise<TestPostroom>,
    private readonly ewsUrl: string,
  ) {}

  profileId = '';
  /** Ids of the first profile's mailboxes, in the order of their addresses. */
  mailboxIds: string[] = [];

  static async open(queue: TestQueue, options: RoadOptions = {}): Promise<Road> {
    const database = await createTestDatabase({ entities, poolSize: 20 });
    const clock = new ShiftedClock();
    const addresses = Array.from({ length: options.mailboxes ?? 1 }, (_, index) => addressOf(index + 1));
    const sandbox = await startSandbox({
      domain,
      clock: () => clock.now(),
      mailboxes: addresses.map((address) => ({ address })),
      serviceAccounts: [{ ...service, scope: 'all' }],
      ...options.sandbox,
    });
    const { url: databaseUrl, dataSource } = database;
    const redis = queue.redis();
    const secretBox = testSecretBox();
    const start = async () => {
      if (!dataSource.isInitialized) await dataSource.initialize();
      return startPostroom({
        dataSource,
        databaseUrl,
        clock,
        redis,
        secretBox,
        ...(options.settings ? { settings: options.settings } : {}),
        ...(options.consoleFolder ? { consoleFolder: options.consoleFolder } : {}),
      });
    };
    const ewsUrl = (await options.exchange?.(clock, addresses)) ?? sandbox.ewsUrl;
    const road = new Road(database, clock, sandbox, await start(), start, ewsUrl);
    road.profileId = await road.addProfile(options.profile);
    road.mailboxIds = await road.addMailboxes(road.profileId, addresses);
    return road;
  }

  get postroom(): TestPostroom {
    return this.running;
  }

  get api(): ApiClient {
    return this.postroom.api;
  }

  /** Another process takes over on the same database; of the queue nothing is left. */
  async restart(): Promise<void> {
    await this.running.stop();
    this.running = await this.start();
  }

  get exchange(): SandboxControl {
    return this.sandbox.control;
  }

  async close(): Promise<void> {
    await this.postroom.stop();
    await this.sandbox.close();
    await this.database.drop();
  }

  /** A profile of the service account that polls each second and takes mail of the last hour. */
  async addProfile(given: Record<string, unknown> = {}): Promise<string> {
    const { status, body } = await this.api.post('/v1/email-server-profiles', {
      name: 'Head office',
      ownerName: 'Olga Owner',
      ownerEmail: 'olga@owner.example',
      ewsUrl: this.ewsUrl,
      auth: { type: 'basic', username: `POSTROOM\\${service.username}`, password: service.password },
      processEmailsFrom: this.clock.in(-60 * 60_000).toISOString(),
      minPollingIntervalSeconds: 1,
      ...given,
    });
    if (status !== 201) throw new Error(`the profile was refused: ${JSON.stringify(body)}`);
    return body.id;
  }

  /** @returns their ids */
  async addMailboxes(profileId: string, addresses: readonly string[]): Promise<string[]> {
    if (addresses.length === 0) return [];
    const { status, body } = await this.api.post('/v1/mailboxes/batch', {
      mailboxes: addresses.map((emailAddress) => ({ profileId, emailAddress })),
    });
    if (status !== 200 || body.created !== addresses.length)
      throw new Error(`the mailboxes were refused: ${JSON.stringify(body).slice(0, 500)}`);
    return body.results.map((row: { id: string }) => row.id);
  }

  async mailbox(id: string | undefined): Promise<Body> {
    return (await this.api.get(`/v1/mailboxes/${id}`)).body;
  }

  async profile(id = this.profileId): Promise<Body> {
    return (await this.api.get(`/v1/email-server-profiles/${id}`)).body;
  }

  /** What the sandbox shows of itself. */
  async sandboxState(): Promise<Body> {
    return (await fetch(`${this.sandbox.controlUrl}/state`)).json();
  }

  /** Waits until every mailbox has been received from once. */
  async synced(): Promise<void> {
    await eventually(async () => {
      const waiting = (await this.api.all('/v1/mailboxes?limit=200')).filter(({ lastSyncAt }) => lastSyncAt === null);
      expect(waiting.length).toBe(0);
    });
  }

  /**
   * Waits until each mailbox has so many messages. The clock moves on while none comes in, so that jobs that were lost
   * come back when their leases have run out. On a slow machine, whose runs have leases too, it does so more slowly.
   */
  async hasEverywhere(count: number): Promise<void> {
    let [before, movedAt] = ['', performance.now()];
    await eventually(async () => {
      const begun = performance.now();
      const found = await Promise.all(this.mailboxIds.map((id) => this.messages(id)));
      const now = performance.now();
      const counts = found.map(({ length }) => length);
      if (counts.join() !== before) movedAt = now;
      before = counts.join();
      if (now - movedAt > Math.max(1_000, 10 * (now - begun))) {
        this.clock.advance(15_000);
        movedAt = now;
      }
      expect(counts).toEqual(counts.map(() => count));
    });
  }

  /** Waits until the mailboxes have been denied once, and skips the time to the second look, which confirms it. */
  async deniedOnce(mailboxIds: readonly (string | undefined)[]): Promise<void> {
    for (const id of mailboxIds)
      await eventually(async () => expect(['verifying', 'failed']).toContain((await this.mailbox(id)).state));
    this.clock.advance(90_000);
  }

  async messages(mailboxId: string | undefined): Promise<Body[]> {
    return this.api.all(`/v1/messages?limit=200&mailboxId=${mailboxId}`);
  }

  async subjects(mailboxId: string | undefined): Promise<string[]> {
    return (await this.messages(mailboxId)).map(({ subject }) => subject).sort();
  }

  async incidents(): Promise<Body[]> {
    return this.api.all('/v1/incidents');
  }

  /** The change feed from its beginning. */
  async feed(...types: string[]): Promise<Body[]> {
    await feedSettled(this.database.dataSource);
    const events: Body[] = [];
    for (let after = ''; ;) {
      const query = `limit=200${types.length > 0 ? `&types=${types.join(',')}` : ''}${after ? `&after=${after}` : ''}`;
      const { body } = await this.api.get(`/v1/events?${query}`);
      if (body.items.length === 0) return events;
      events.push(...body.items);
      after = body.nextCursor;
    }
  }
}
