import { simpleParser, type ParsedMail } from 'mailparser';
import { SendingTraitsStore } from '../../../src/features/mail/outgoing/sending-traits.store.js';
import type { Claim } from '../../../src/features/scheduling/pacing.store.js';
import type { RecordedExchange } from '../../../src/sandbox/sandbox-server.js';
import type { ApiAnswer } from '../../support/api.js';
import { validateEnvelopes, whyNoSchema } from '../../support/ews-schema.js';
import { succeeded, WholeStage } from './whole-stage.js';
import { carryOut } from './work.js';

type Body = ApiAnswer['body'];

/** Of all stages of a test file. */
const exchanges: RecordedExchange[] = [];

/** The whole stage with its senders and receivers at work, every envelope kept. */
export class SendingStage {
  private constructor(readonly whole: WholeStage) {}

  static async open(addresses: readonly string[]): Promise<SendingStage> {
    const whole = await WholeStage.open({ addresses, record: (exchange) => exchanges.push(exchange) });
    // As if mail had been sent over the server before.
    const traits = whole.get(SendingTraitsStore);
    for (const trait of ['movesDrafts', 'keepsMarker'] as const)
      await traits.note(whole.profileId, trait, true, whole.clock.now());
    return new SendingStage(whole);
  }

  /** Senders and receivers for a stage that stands already, whose envelopes are not kept. */
  static around(whole: WholeStage): SendingStage {
    return new SendingStage(whole);
  }

  close(): Promise<void> {
    return this.whole.close();
  }

  get clock() {
    return this.whole.clock;
  }

  get control() {
    return this.whole.sandbox.control;
  }

  get http() {
    return this.whole.client();
  }

  /** Sends and receives, unless told otherwise. */
  makeMailbox(address: string, more: object = {}): Promise<string> {
    return this.whole.makeMailbox(address, { outgoing: true, ...more });
  }

  async setProfile(patch: object): Promise<void> {
    succeeded(await this.http.patch(`/v1/email-server-profiles/${this.whole.profileId}`, patch));
  }

  post(mailboxId: string, message: object = {}): Promise<ApiAnswer> {
    return this.http.post('/v1/outgoing-messages', {
      mailboxId,
      to: ['bob@example.com'],
      text: 'Hello Bob',
      ...message,
    });
  }

  async accept(mailboxId: string, message: object = {}): Promise<Body> {
    return succeeded(await this.post(mailboxId, { subject: 'Hello', ...message }));
  }

  async message(id: string): Promise<Body> {
    return succeeded(await this.http.get(`/v1/outgoing-messages/${id}`));
  }

  async sendingOf(mailboxId: string): Promise<Body> {
    return succeeded(await this.http.get(`/v1/mailboxes/${mailboxId}/sending`));
  }

  /** Carries out one claim as a worker's job does. */
  work(claim: Claim): Promise<void> {
    return carryOut(this.whole, claim);
  }

  /** One round of dispatching. @returns how many runs there were */
  async round(): Promise<number> {
    const claims = await this.whole.claim();
    for (const claim of claims) await this.work(claim);
    return claims.length;
  }

  /** Everything that is due, until nothing is. */
  async settle(): Promise<void> {
    for (let round = 0; round < 100; round += 1) if ((await this.round()) === 0) return;
    throw new Error('there is always something due');
  }

  /** Rounds with the clock moved on in between, until the message is in the state. */
  async until(id: string, state: string, stepMs = 10_000): Promise<Body> {
    for (let round = 0; round < 400; round += 1) {
      await this.round();
      const message = await this.message(id);
      if (message.state === state) return message;
      this.clock.advance(stepMs);
    }
    throw new Error(`never ${state}: ${JSON.stringify(await this.message(id))}`);
  }

  /** Moves on until the mailboxes are polled, and takes in what came. */
  async receive(): Promise<void> {
    this.clock.advance(70_000);
    await this.settle();
  }

  /** What a mailbox of ours received, newest first. */
  messagesOf(mailboxId: string): Promise<Body[]> {
    return this.whole.messagesOf(mailboxId);
  }

  /** The newest message of a mailbox, read by somebody else's parser. */
  async newestIn(mailboxId: string): Promise<{ id: string; mail: ParsedMail; mime: string }> {
    const [newest] = await this.messagesOf(mailboxId);
    const answer = await fetch(`${this.whole.process.url}/v1/messages/${newest.id}/mime`, {
      headers: { authorization: `Bearer ${this.whole.adminToken}` },
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    return { id: newest.id, mail: await simpleParser(bytes), mime: bytes.toString('latin1') };
  }

  async events(type: string): Promise<{ subject_id: string; mailbox_id: string; data: Record<string, unknown> }[]> {
    return this.whole.dataSource.query('SELECT subject_id, mailbox_id, data FROM events WHERE type = $1 ORDER BY seq', [
      type,
    ]);
  }
}

/** As the last test of a file: all that was said on the wire in it follows the schema. */
export function itKeepsToTheSchema(): void {
  const reason = whyNoSchema();
  if (reason) {
    it.skip(`kept to the EWS schema (skipped: ${reason})`, () => undefined);
    return;
  }
  it('kept to the EWS schema', () => {
    const xmls = exchanges.flatMap(({ request, response }) => [request, response]).filter((xml) => xml !== '');
    expect(xmls.some((xml) => xml.includes('<m:SendItem '))).toBe(true);
    expect(validateEnvelopes([...new Set(xmls)]).flatMap(({ valid, errors }) => (valid ? [] : [errors]))).toEqual([]);
  });
}
