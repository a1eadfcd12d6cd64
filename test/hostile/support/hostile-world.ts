import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox-server.js';
import { ProfileConnections } from '../../../src/features/profiles/profile-connections.js';
import { PacingStore } from '../../../src/features/scheduling/pacing.store.js';
import { serviceAccount, servicePassword, succeeded, type WholeStage } from '../../features/support/whole-stage.js';
import { carryOut } from '../../features/support/work.js';
import { chained, type Reality } from '../faults/fault.js';
import { FaultProxy } from './fault-proxy.js';
import { folderNames, planOf, type FolderName, type Plan, type PlannedMessage, type PlannedSend } from './plan.js';

export const pollingMs = 120_000;
const dispatchMs = 500;
const heldMs = 5_000;
/** For one mailbox: no seed that is served well comes near. */
const maxCalls = 1_500;

/** One seed's server, its profile and mailboxes, and the workers that serve them. */
export class HostileWorld {
  readonly plan: Plan;
  readonly startMs: number;
  /** Kinds of faults that changed a request or an answer. */
  readonly bitten = new Set<string>();
  profileId = '';
  /** By address. */
  readonly mailboxIds = new Map<string, string>();
  /** Of the planned sends, by key. */
  readonly outgoingIds = new Map<string, string>();
  proxy!: FaultProxy;
  private sandbox!: Sandbox;
  private readonly itemIds = new Map<string, Set<string>>();
  private readonly placeOf = new Map<string, { id: string; folder: FolderName }>();
  private readonly folderIds = new Map<string, Set<string>>();

  private constructor(
    private readonly stage: WholeStage,
    seed: number,
  ) {
    this.startMs = stage.clock.now().getTime();
    const reality: Reality = {
      itemIds: (key) => this.itemIds.get(key) ?? new Set(),
      folderIds: (mailbox, folder) => this.folderIds.get(`${mailbox} ${folder}`) ?? new Set(),
      deliverTo: async (address, mime) => void (await this.sandbox.control.deliverMime(address, mime)),
      nowMs: () => this.nowMs(),
    };
    this.plan = planOf(seed, reality);
  }

  static async open(stage: WholeStage, seed: number): Promise<HostileWorld> {
    const world = new HostileWorld(stage, seed);
    await world.build();
    return world;
  }

  get bob(): string {
    return `bob@${this.plan.domain}`;
  }

  nowMs(): number {
    return this.stage.clock.now().getTime() - this.startMs;
  }

  private async build(): Promise<void> {
    const { plan, stage } = this;
    this.sandbox = await startSandbox({
      domain: plan.domain,
      clock: () => stage.clock.now(),
      mailboxes: [...plan.mailboxes, this.bob].map((address) => ({ address })),
      serviceAccounts: [{ username: serviceAccount, password: servicePassword, scope: 'all' }],
    });
    for (const mailbox of plan.mailboxes) {
      this.folderIds.set(`${mailbox} inbox`, new Set(['inbox']));
      const id = this.sandbox.control.addFolder(mailbox, { name: 'Projects' });
      this.folderIds.set(`${mailbox} Projects`, new Set([id]));
    }
    const serve = chained(
      plan.faults,
      () => this.nowMs(),
      ({ kind }) => this.bitten.add(kind),
    );
    this.proxy = await FaultProxy.open(this.sandbox.ewsUrl, serve, () => this.nowMs());
    this.profileId = await stage.makeProfile({
      name: `seed ${plan.seed}`,
      ewsUrl: this.proxy.url,
      minPollingIntervalSeconds: pollingMs / 1_000,
    });
    for (const message of plan.messages) if (message.atMs < 0) await this.deliver(message);
    const { results } = succeeded(
      await stage.client().post('/v1/mailboxes/batch', {
        mailboxes: plan.mailboxes.map((emailAddress) => ({
          profileId: this.profileId,
          emailAddress,
          folders: folderNames.map((path) => ({ path })),
        })),
      }),
    );
    for (const [index, { id }] of (results as { id: string }[]).entries())
      this.mailboxIds.set(plan.mailboxes[index] ?? '', id);
    // Comparing a day's mail comes at a random time of the day.
    await stage.dataSource.query(`DELETE FROM mailbox_work WHERE profile_id = $1 AND kind = 'audit'`, [this.profileId]);
  }

  async close(): Promise<void> {
    await this.stage.dataSource.query(`DELETE FROM mailbox_work WHERE profile_id = $1`, [this.profileId]);
    await this.stage.dataSource.query(`DELETE FROM server_pacing`);
    await this.stage.get(ProfileConnections).close();
    await this.proxy.close();
    await this.sandbox.close();
  }

  /** Until the last fault is over: mail comes and goes, and the workers serve it. */
  async throughTheFaults(checkpoint: () => Promise<void>): Promise<void> {
    const { messages, sends, calmAtMs } = this.plan;
    const moves = messages.flatMap((message) => (message.movesAtMs === null ? [] : [message]));
    const happenings = [
      ...messages.filter(({ atMs }) => atMs >= 0).map((one) => ({ atMs: one.atMs, happen: () => this.deliver(one) })),
      ...sends.map((one) => ({ atMs: one.atMs, happen: () => this.send(one) })),
      ...moves.map((one) => ({ atMs: one.movesAtMs ?? 0, happen: () => this.move(one) })),
    ].sort((a, b) => a.atMs - b.atMs);
    let nextCheckMs = 2 * pollingMs;
    while (this.nowMs() <= calmAtMs) {
      while ((happenings[0]?.atMs ?? Infinity) <= this.nowMs()) await happenings.shift()?.happen();
      await this.work(Math.min(happenings[0]?.atMs ?? Infinity, nextCheckMs, calmAtMs + 1));
      if (this.nowMs() < nextCheckMs) continue;
      await checkpoint();
      nextCheckMs += 2 * pollingMs;
    }
  }

  /**
   * The server is well: time goes on until Postroom is, in ever longer steps, over a day at most.
   * @returns milliseconds until then; null: it never was
   */
  async untilWell(isWell: () => Promise<boolean>): Promise<number | null> {
    const began = this.nowMs();
    for (let passed = 0; passed < 24 * 60 * 60_000; passed = this.nowMs() - began) {
      if (await isWell()) {
        // Once more, for what would be taken in or sent a second time.
        this.stage.clock.advance(2 * pollingMs);
        await this.work(this.nowMs() + 1_000);
        return passed;
      }
      // In coarse steps: what is due meanwhile is late, as after a stop of all workers.
      this.stage.clock.advance(Math.max(30_000, Math.floor(passed / 8)));
      await this.work(this.nowMs() + 1_000);
    }
    return (await isWell()) ? this.nowMs() - began : null;
  }

  /** Carries out what comes due until that time of the scenario, and jumps over the time in between. */
  private async work(untilMs: number): Promise<void> {
    const { clock } = this.stage;
    const pacing = this.stage.get(PacingStore);
    while (this.nowMs() < untilMs) {
      const claims = await pacing.claimDue(clock.now(), 100);
      for (const claim of claims) await carryOut(this.stage, claim);
      if ([...this.proxy.calls.values()].some((calls) => calls > maxCalls)) throw new Error(`it calls without an end`);
      const nextMs = await this.nextDueMs(claims.length > 0 ? dispatchMs : heldMs);
      clock.set(new Date(this.startMs + Math.min(untilMs, nextMs)));
    }
  }

  /** When the next work is due; where some is due already and was not handed out, it is held back, and looked at again soon. */
  private async nextDueMs(atLeastMs: number): Promise<number> {
    const [row] = await this.stage.dataSource.query<{ due_at: Date | null }[]>(
      `SELECT min(due_at) AS due_at FROM mailbox_work WHERE profile_id = $1`,
      [this.profileId],
    );
    const dueMs = row?.due_at ? row.due_at.getTime() - this.startMs : Infinity;
    return Math.max(dueMs, this.nowMs() + atLeastMs);
  }

  /** The copies of a planned send that have come to its recipient, each with the names of its files. */
  arrived({ key }: PlannedSend): (readonly string[])[] {
    const subject = new RegExp(`\\b${key}\\b`);
    const inbox = this.sandbox.control.listItems(this.bob);
    return inbox.filter((item) => subject.test(item.subject)).map(({ attachments }) => attachments);
  }

  private async deliver(message: PlannedMessage): Promise<void> {
    const { key, mailbox, folder, atMs, attachment } = message;
    const [id = ''] = await this.sandbox.control.deliver(mailbox, {
      subject: `seed ${this.plan.seed} ${key}`,
      text: `This is ${key}.\r\n`,
      folder,
      receivedAt: new Date(this.startMs + Math.min(atMs, this.nowMs())),
      ...(attachment === 'file'
        ? { attachments: [{ name: `${key}.txt`, contentType: 'text/plain', content: `The file of ${key}` }] }
        : {}),
      ...(attachment === 'message'
        ? {
            attachments: [
              {
                name: `${key}.eml`,
                contentType: 'message/rfc822',
                content: `From: pat@partner.example\r\nTo: ${mailbox}\r\nSubject: ${key}.inner\r\n\r\nThe inner message of ${key}.\r\n`,
              },
            ],
          }
        : {}),
    });
    this.placed(key, id, folder);
  }

  private async move({ key, mailbox }: PlannedMessage): Promise<void> {
    const place = this.placeOf.get(key);
    if (!place) return;
    const folder = place.folder === 'inbox' ? 'Projects' : 'inbox';
    this.placed(key, this.sandbox.control.moveItem(mailbox, place.id, folder), folder);
  }

  private placed(key: string, id: string, folder: FolderName): void {
    this.placeOf.set(key, { id, folder });
    this.itemIds.set(key, new Set([...(this.itemIds.get(key) ?? []), id]));
  }

  itemIdsOf(key: string): ReadonlySet<string> {
    return this.itemIds.get(key) ?? new Set();
  }

  private async send({ key, mailbox, withFile, refused }: PlannedSend): Promise<void> {
    const answer = await this.stage.client().post('/v1/outgoing-messages', {
      mailboxId: this.mailboxIds.get(mailbox),
      to: [this.bob],
      subject: `seed ${this.plan.seed} ${key}${refused ? ' refuse-me' : ''}`,
      text: `This is ${key}.`,
      ...(withFile
        ? {
            attachments: [
              { filename: `${key}.txt`, contentType: 'text/plain', content: Buffer.from('a file').toString('base64') },
            ],
          }
        : {}),
    });
    this.outgoingIds.set(key, succeeded(answer).id);
  }
}
