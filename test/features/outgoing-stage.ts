import type { Registry } from 'prom-client';
import { simpleParser, type ParsedMail } from 'mailparser';
import { AccessModule } from '../../src/features/identity/access.module.js';
import { FeedModule } from '../../src/features/feed/feed.module.js';
import { IncidentsModule } from '../../src/features/incidents/incidents.module.js';
import { MailboxEntity } from '../../src/features/mailboxes/mailbox.entity.js';
import type { MailboxRun } from '../../src/features/mailboxes/mailbox-run.js';
import { MailboxRuns } from '../../src/features/mailboxes/mailbox-runs.js';
import { MailboxesModule } from '../../src/features/mailboxes/mailboxes.module.js';
import { OutgoingRun } from '../../src/features/mail/outgoing/outgoing-run.js';
import { OutgoingJobs } from '../../src/features/mail/outgoing/outgoing.jobs.js';
import { OutgoingModule } from '../../src/features/mail/outgoing/outgoing.module.js';
import { SendingTraitsStore } from '../../src/features/mail/outgoing/sending-traits.store.js';
import { ProfilesModule } from '../../src/features/profiles/profiles.module.js';
import { PacingStore, type Claim } from '../../src/features/scheduling/pacing.store.js';
import { SchedulingModule } from '../../src/features/scheduling/scheduling.module.js';
import { LeaseLost } from '../../src/features/scheduling/work.js';
import { createExchangeServer } from '../../src/drivers/ews/exchange-server.js';
import type { MailboxSession, MailServer } from '../../src/drivers/port/mail-server.js';
import { ManualClock } from '../../src/platform/clock/clock.js';
import { METRICS } from '../../src/platform/tokens.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox-server.js';
import { SpoilingProxy, type ProxiedAnswer, type ProxiedCall } from '../support/spoiling-proxy.js';
import { startApi, testSecretBox, type ApiAnswer, type ApiClient, type TestApi } from '../support/api.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { makeProfile } from '../support/profiles.js';

const password = 'Correct-Horse-1';
export const serviceAccount = 'svc-postroom';

type Message = ApiAnswer['body'];
type Spoilt = ProxiedAnswer | 'cut' | undefined;

/** The API, the code of a worker, a database and an Exchange server, under one clock that the test moves. */
export class OutgoingStage {
  private constructor(
    readonly clock: ManualClock,
    readonly database: TestDatabase,
    readonly sandbox: Sandbox,
    readonly api: TestApi,
    readonly http: ApiClient,
    readonly profileId: string,
    private readonly reader: MailServer,
    private readonly proxy: SpoilingProxy,
  ) {}

  static async open(addresses: readonly string[], { proxied = false } = {}): Promise<OutgoingStage> {
    const clock = new ManualClock(new Date('2026-03-01T08:00:00Z'));
    const sandbox = await startSandbox({
      domain: 'example.com',
      clock: () => clock.now(),
      mailboxes: addresses.map((address) => ({ address })),
      serviceAccounts: [
        { username: serviceAccount, password, scope: 'all' },
        { username: 'reader', password, scope: 'all' },
      ],
    });
    const database = await createTestDatabase({ entities: [MailboxEntity] });
    const secretBox = testSecretBox();
    const features = [
      AccessModule,
      ProfilesModule,
      SchedulingModule,
      FeedModule,
      IncidentsModule,
      MailboxesModule,
      OutgoingModule,
    ];
    const api = await startApi(features, { dataSource: database.dataSource, clock, secretBox });
    const auth = { type: 'basic', username: serviceAccount } as const;
    const { ewsUrl } = sandbox;
    const proxy = await SpoilingProxy.start(ewsUrl);
    const profileId = await makeProfile(database.dataSource, {
      ewsUrl: proxied ? proxy.url : ewsUrl,
      auth,
      password,
      secretBox,
    });
    const reader = createExchangeServer({
      ewsUrl,
      auth: { type: 'basic', username: 'reader', password },
      maxConnections: 4,
    });
    return new OutgoingStage(clock, database, sandbox, api, api.client(), profileId, reader, proxy);
  }

  async close(): Promise<void> {
    await this.reader.close();
    await this.api.close();
    await this.proxy.close();
    await this.database.drop();
    await this.sandbox.close();
  }

  /** What becomes of calls on a proxied stage; `cut`: the connection is closed without an answer. */
  spoil(spoiler: (call: ProxiedCall) => Spoilt | Promise<Spoilt>): void {
    this.proxy.spoil = async (call) => {
      const spoilt = await spoiler(call);
      // A server that repeats request ids does so in each of its answers.
      const id = call.headers['client-request-id'] ?? '';
      if (spoilt !== 'cut') return spoilt && { ...spoilt, headers: { 'client-request-id': id, ...spoilt.headers } };
      call.socket.destroy();
      return { status: 200, headers: {}, body: '' };
    };
  }

  /** As if mail had been sent over the server before: it moves submitted drafts, and keeps the marker. */
  async teach(): Promise<void> {
    const traits = this.api.app.get(SendingTraitsStore, { strict: false });
    await traits.note(this.profileId, 'movesDrafts', true, this.clock.now());
    await traits.note(this.profileId, 'keepsMarker', true, this.clock.now());
  }

  /** A draft as a process leaves it that has saved the message. @returns its id */
  async saveDraft(address: string, marker: string): Promise<string> {
    const draft = {
      marker,
      internetMessageId: `<${marker}@example.com>`,
      to: [{ name: null, address: 'bob@example.com' }],
      cc: [],
      bcc: [],
      replyTo: [],
      subject: 'Hello',
      text: 'Hello Bob',
      html: null,
      attachments: [],
    };
    return (await this.sessionOf(address).saveDraft(draft)).id;
  }

  async makeMailbox(emailAddress: string, more: object = {}): Promise<string> {
    const body = { profileId: this.profileId, emailAddress, incoming: false, ...more };
    const answer = await this.http.post('/v1/mailboxes', body);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body.id;
  }

  /** Hands a message to the API. */
  async accept(mailboxId: string, message: object = {}): Promise<Message> {
    const answer = await this.http.post('/v1/outgoing-messages', {
      mailboxId,
      to: ['bob@example.com'],
      subject: 'Hello',
      text: 'Hello Bob',
      ...message,
    });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  }

  async message(id: string): Promise<Message> {
    return (await this.http.get(`/v1/outgoing-messages/${id}`)).body;
  }

  /** What a dispatcher would hand out now. */
  claim(): Promise<Claim[]> {
    return this.api.app.get(PacingStore, { strict: false }).claimDue(this.clock.now(), 100);
  }

  /** Carries out one claim as a worker's job does. */
  work(claim: Claim, signal = new AbortController().signal): Promise<void> {
    const runs = this.api.app.get(MailboxRuns, { strict: false });
    const jobs = new OutgoingJobs(runs, this.api.app.get(OutgoingRun, { strict: false }));
    return jobs.send(claim, { signal, enqueuedAt: this.clock.now(), waitMs: 0 });
  }

  /** One round of dispatching. @returns how many runs there were */
  async round(): Promise<number> {
    const claims = await this.claim();
    for (const claim of claims) await this.work(claim);
    return claims.length;
  }

  /** Rounds with the clock moved on in between, until the message is in the state. */
  async until(id: string, state: string, stepMs = 10_000): Promise<Message> {
    for (let round = 0; round < 200; round += 1) {
      await this.round();
      const message = await this.message(id);
      if (message.state === state) return message;
      this.clock.advance(stepMs);
    }
    throw new Error(`never ${state}: ${JSON.stringify(await this.message(id))}`);
  }

  /**
   * Carries out a claim in a worker that dies at the given point: before or after each transaction and
   * each call to the server, counted from 0.
   * @returns false when the run ended before it came to that point
   */
  async workDyingAt(claim: Claim, point: number): Promise<boolean> {
    let passed = 0;
    let died = false;
    const lease = { mailboxId: claim.mailboxId, kind: 'outgoing', token: claim.token } as const;
    const pass = () => {
      if (died || passed++ === point) {
        died = true;
        // What carryOut leaves behind for it is what a dead process leaves behind: nothing.
        throw new LeaseLost(lease);
      }
    };
    const surround = async <T>(act: () => Promise<T>): Promise<T> => {
      pass();
      const result = await act();
      pass();
      return result;
    };
    const outgoing = this.api.app.get(OutgoingRun, { strict: false });
    const runs = this.api.app.get(MailboxRuns, { strict: false });
    await runs.carryOut(lease, new AbortController().signal, (run) => {
      const dying: MailboxRun = {
        ...run,
        commit: (write, also) => surround(() => run.commit(write, also)),
        session: new Proxy(run.session, {
          get: (session, name) => {
            const member = Reflect.get(session, name) as (...args: unknown[]) => Promise<unknown>;
            return (...args: unknown[]) => surround(() => Reflect.apply(member, session, args));
          },
        }),
      };
      return outgoing.perform(dying);
    });
    return died;
  }

  /** Mail in a folder of a mailbox, parsed by somebody else's parser; oldest first. */
  async mailIn(address: string, folder: 'inbox' | 'sentitems' | 'drafts' = 'inbox'): Promise<ParsedMail[]> {
    const session = this.sessionOf(address);
    const ids = this.sandbox.control.listItems(address, folder).map((item) => item.id);
    const results = await session.fetchItems(ids);
    return Promise.all(
      results.map((result) => {
        if (!result.ok || !result.item.mime) throw new Error(`no MIME of ${result.itemId}`);
        return simpleParser(result.item.mime);
      }),
    );
  }

  private sessionOf(address: string): MailboxSession {
    return this.reader.openMailbox({
      address,
      access: 'impersonation',
      connectingSid: { type: 'SmtpAddress', value: address },
    });
  }

  metrics(): Promise<string> {
    return this.api.app.get<Registry>(METRICS, { strict: false }).metrics();
  }

  async events(): Promise<{ type: string; subject_id: string; data: Record<string, unknown> }[]> {
    return this.database.dataSource.query('SELECT type, subject_id, data FROM events ORDER BY seq');
  }
}
