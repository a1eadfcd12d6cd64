import { randomBytes } from 'node:crypto';
import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { entities } from '../../../src/apps/features.js';
import { startProcess, type RunningProcess } from '../../../src/apps/start-process.js';
import { BootstrapKey } from '../../../src/features/identity/api-keys/bootstrap-key.js';
import { NotificationPlanner } from '../../../src/features/notifications/notification-planner.js';
import { IncomingRun } from '../../../src/features/mail/incoming/incoming-run.js';
import { IncomingJobs } from '../../../src/features/mail/incoming/incoming.jobs.js';
import { MailboxRuns } from '../../../src/features/mailboxes/mailbox-runs.js';
import { PacingStore, type Claim } from '../../../src/features/scheduling/pacing.store.js';
import { ManualClock } from '../../../src/platform/clock/clock.js';
import { readSettings } from '../../../src/platform/config/settings.js';
import { createLog } from '../../../src/platform/log/log.js';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../../src/sandbox/sandbox-server.js';
import { ApiClient, recordedLog, testSecretBox, type ApiAnswer } from '../../support/api.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { makeProfile } from '../../support/profiles.js';
import { claimDue } from './claims.js';

export const serviceAccount = 'svc-postroom';
export const servicePassword = 'Correct-Horse-1';

interface StageOptions extends Omit<SandboxOptions, 'mailboxes' | 'clock' | 'serviceAccounts'> {
  readonly addresses?: readonly string[];
  /** Addresses that the service account may impersonate. */
  readonly scope?: 'all' | readonly string[];
  readonly poolSize?: number;
  /** A database of its own, see `createTestDatabase`. */
  readonly freshDatabase?: boolean;
  /** A built console for the process to serve. */
  readonly consoleFolder?: string;
  /** Keep what is logged; true by default. */
  readonly recordLog?: boolean;
  /** Further settings, as the environment has them. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The API process as production starts it, the code of a worker, a database and an Exchange server, under one clock. */
export class WholeStage {
  private constructor(
    readonly clock: ManualClock,
    readonly database: TestDatabase,
    readonly sandbox: Sandbox,
    readonly process: RunningProcess,
    readonly adminToken: string,
    readonly profileId: string,
    private readonly secretBox: ReturnType<typeof testSecretBox>,
    readonly logged: () => string,
  ) {}

  static async open({
    addresses = [],
    scope = 'all',
    poolSize,
    freshDatabase = false,
    consoleFolder,
    recordLog = true,
    env = {},
    ...sandboxOptions
  }: StageOptions = {}): Promise<WholeStage> {
    const clock = new ManualClock(new Date('2026-03-01T08:00:00Z'));
    const sandbox = await startSandbox({
      domain: 'example.com',
      ...sandboxOptions,
      clock: () => clock.now(),
      mailboxes: addresses.map((address) => ({ address })),
      serviceAccounts: [{ username: serviceAccount, password: servicePassword, scope }],
    });
    const database = await createTestDatabase({ entities, fresh: freshDatabase, ...(poolSize ? { poolSize } : {}) });
    const secretBox = testSecretBox();
    const { log, logged } = recordLog ? recordedLog() : { log: createLog('silent'), logged: () => '' };
    const running = await startProcess({
      platform: {
        settings: readSettings({ PORT: '0', ROLES: 'api', PUBLIC_URL: 'https://postroom.example', ...env }),
        dataSource: database.dataSource,
        clock,
        log,
        secretBox,
        metrics: new Registry(),
      },
      databaseUrl: database.url,
      ...(consoleFolder === undefined ? {} : { consoleFolder }),
    });
    const adminToken = `admin-${randomBytes(24).toString('hex')}`;
    await running.app.get(BootstrapKey, { strict: false }).ensureBootstrapKey(adminToken);
    const profileId = await makeProfile(database.dataSource, {
      ewsUrl: sandbox.ewsUrl,
      auth: { type: 'basic', username: serviceAccount },
      password: servicePassword,
      secretBox,
    });
    return new WholeStage(clock, database, sandbox, running, adminToken, profileId, secretBox, logged);
  }

  async close(): Promise<void> {
    await this.process.stop();
    await this.database.drop();
    await this.sandbox.close();
  }

  get dataSource(): DataSource {
    return this.database.dataSource;
  }

  /** A provider of the process. */
  get<T>(type: abstract new (...args: never[]) => T): T {
    return this.process.app.get<T>(type, { strict: false });
  }

  client(token: string | null = this.adminToken): ApiClient {
    return new ApiClient(this.process.url, token);
  }

  /** A further profile on the same server. */
  makeProfile(more: Parameters<typeof makeProfile>[1] = {}): Promise<string> {
    return makeProfile(this.dataSource, {
      ewsUrl: this.sandbox.ewsUrl,
      auth: { type: 'basic', username: serviceAccount },
      password: servicePassword,
      secretBox: this.secretBox,
      ...more,
    });
  }

  /** An API key with these rights. @returns its token */
  async makeKey(scopes: readonly string[], profileIds: readonly string[] | null = null): Promise<string> {
    const answer = await this.client().post('/v1/api-keys', { name: scopes.join(), scopes, profileIds });
    return succeeded(answer).token;
  }

  async makeMailbox(emailAddress: string, more: object = {}): Promise<string> {
    const body = { profileId: this.profileId, emailAddress, outgoing: false, ...more };
    return succeeded(await this.client().post('/v1/mailboxes', body)).id;
  }

  async mailbox(id: string): Promise<ApiAnswer['body']> {
    return succeeded(await this.client().get(`/v1/mailboxes/${id}`));
  }

  async messagesOf(mailboxId: string): Promise<ApiAnswer['body'][]> {
    return this.client().all(`/v1/messages?mailboxId=${mailboxId}&limit=200`);
  }

  /** What a dispatcher would hand out now, but for audits. */
  claim(limit?: number): Promise<Claim[]> {
    return claimDue(this.dataSource, this.get(PacingStore), this.clock.now(), limit);
  }

  /** Carries out a claim of incoming work as a worker's job does. */
  receive(claim: { mailboxId: string; token: string }, signal = new AbortController().signal): Promise<void> {
    const jobs = new IncomingJobs(this.get(MailboxRuns), this.get(IncomingRun));
    return jobs.receive(claim, { signal, enqueuedAt: this.clock.now(), waitMs: 0 });
  }

  /** One round of dispatching. @returns how many runs there were */
  async round(limit?: number): Promise<number> {
    const claims = await this.claim(limit);
    await Promise.all(claims.filter(({ kind }) => kind === 'incoming').map((claim) => this.receive(claim)));
    return claims.length;
  }

  /** Decides what is to be told of incidents by now, as the loops of two workers do. */
  async plan(): Promise<void> {
    const planner = this.get(NotificationPlanner);
    while ((await planner.planDue()) + (await planner.planDue()) > 0);
  }

  /** Moves on to when every mailbox is due again, and carries out all that is due. */
  async poll(): Promise<void> {
    this.clock.advance(70_000);
    while ((await this.round()) > 0);
  }
}

export function succeeded(answer: ApiAnswer): ApiAnswer['body'] {
  if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}
