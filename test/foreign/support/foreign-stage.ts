import { createHash } from 'node:crypto';
import { SendingStage } from '../../features/support/sending-stage.js';
import { serviceAccount, servicePassword, succeeded, WholeStage } from '../../features/support/whole-stage.js';
import type { ApiAnswer } from '../../support/api.js';
import { ForeignServer } from '../server/foreign-server.js';
import type { Quirks } from '../server/quirks.js';

type Body = ApiAnswer['body'];

const domain = 'post.foreign.test';

/** Postroom under a clock that the test moves, with foreign servers that each have a profile of their own. */
export class ForeignStage {
  private readonly open: ForeignPlace[] = [];

  private constructor(
    readonly whole: WholeStage,
    readonly sending: SendingStage,
  ) {}

  static async open(): Promise<ForeignStage> {
    const whole = await WholeStage.open({ poolSize: 10 });
    return new ForeignStage(whole, SendingStage.around(whole));
  }

  get clock() {
    return this.whole.clock;
  }

  async close(): Promise<void> {
    await this.whole.close();
    await Promise.all(this.open.map(({ server }) => server.close()));
  }

  /** A server with these quirks, a profile of it, and mailboxes that receive and send. */
  async place(quirks: Partial<Quirks>, mailboxes = 2): Promise<ForeignPlace> {
    const prefix = `p${this.open.length + 1}`;
    const addresses = Array.from({ length: mailboxes }, (_, index) => `${prefix}-m${index + 1}@${domain}`);
    const server = await ForeignServer.start({
      username: serviceAccount,
      password: servicePassword,
      quirks,
      addresses,
      clock: () => this.whole.clock.now(),
    });
    const profileId = await this.whole.makeProfile({ ewsUrl: server.url });
    const place = new ForeignPlace(this, server, profileId, addresses);
    this.open.push(place);
    for (const emailAddress of addresses) place.ids.push(await this.sending.makeMailbox(emailAddress, { profileId }));
    return place;
  }
}

/** One foreign server, and what Postroom has of it. */
export class ForeignPlace {
  readonly ids: string[] = [];

  constructor(
    private readonly stage: ForeignStage,
    readonly server: ForeignServer,
    readonly profileId: string,
    readonly addresses: readonly string[],
  ) {}

  address(number: number): string {
    return this.addresses[number - 1] ?? '';
  }

  id(number: number): string {
    return this.ids[number - 1] ?? '';
  }

  /** Its mailboxes rest, so that other places have the rounds for themselves. */
  async leave(): Promise<void> {
    for (const id of this.ids) succeeded(await this.stage.sending.http.post(`/v1/mailboxes/${id}/pause`));
  }

  /** Polls until what is expected shows, at most so often. */
  async received(check: () => Promise<void>, polls = 12): Promise<void> {
    for (let poll = 1; ; poll += 1) {
      await this.stage.sending.receive();
      try {
        return await check();
      } catch (error) {
        if (poll >= polls) throw error;
      }
    }
  }

  async subjects(number: number): Promise<string[]> {
    return (await this.messages(number)).map(({ subject }) => subject).sort();
  }

  messages(number: number): Promise<Body[]> {
    return this.stage.whole.messagesOf(this.id(number));
  }

  async message(number: number, subject: string): Promise<Body> {
    const found = (await this.messages(number)).filter((message) => message.subject === subject);
    expect(found).toHaveLength(1);
    return succeeded(await this.stage.sending.http.get(`/v1/messages/${found[0].id}`));
  }

  /** Files and attached messages of a received message by name: their bytes. */
  async attachments(message: Body): Promise<Record<string, string>> {
    const { whole } = this.stage;
    const entries = message.attachments.map(async ({ filename, position }: Body) => {
      const answer = await fetch(`${whole.process.url}/v1/messages/${message.id}/attachments/${position}`, {
        headers: { authorization: `Bearer ${whole.adminToken}` },
      });
      return [filename, digest(Buffer.from(await answer.arrayBuffer()))];
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  /** Accepts a message of a mailbox and lets it go out. @returns it, when it is sent */
  async send(number: number, message: object, state = 'sent'): Promise<Body> {
    const accepted = await this.stage.sending.accept(this.id(number), message);
    return this.stage.sending.until(accepted.id, state);
  }

  /** Rounds until a test of a mailbox has ended. */
  async ended(testId: string): Promise<Body> {
    const { sending } = this.stage;
    for (let round = 0; round < 40; round += 1) {
      await sending.round();
      const test = succeeded(await sending.http.get(`/v1/mailbox-tests/${testId}`));
      if (test.state === 'ended') return test;
      this.stage.clock.advance(5_000);
    }
    throw new Error('the test does not end');
  }

  /** What reached a recipient, by its subject. */
  deliveriesOf(subject: string) {
    return this.server.deliveries.filter(({ mail }) => mail.subject === subject);
  }
}

export const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);
