import type { ExchangeLimits } from './exchange-options.js';
import type { AnswerHead, Arrival } from './http/answer-head.js';
import { AnswerReader, type Envelope } from './soap/answer.js';
import { ProtocolViolation } from './soap/protocol-violation.js';

/** Enough of a body to recognise a login page and to quote it. */
const EXCERPT_BYTES = 4_096;

/** One answer as it was read, before anything judges it. */
export interface ReceivedAnswer {
  readonly head: AnswerHead;
  readonly arrival: Arrival;
  readonly envelope: Envelope | null;
  /** Why there is no envelope. */
  readonly violation: ProtocolViolation | null;
  /** The start of the body, without secrets. */
  readonly excerpt: string;
}

/** Reads one answer while it arrives. */
export class AnswerIntake {
  head: AnswerHead | null = null;
  arrival: Arrival = { address: null, keptAlive: false, proven: false };
  private readonly reader: AnswerReader;
  private readonly start: Buffer[] = [];
  private startBytes = 0;
  private violation: ProtocolViolation | null = null;

  constructor(
    { maxAnswerBytes, maxDepth, maxElements }: ExchangeLimits,
    private readonly redact: (text: string) => string,
  ) {
    this.reader = new AnswerReader({ maxBytes: maxAnswerBytes, maxDepth, maxElements });
  }

  onHead(head: AnswerHead, arrival: Arrival): void {
    this.head = head;
    this.arrival = arrival;
  }

  /** @throws ProtocolViolation, which ends the exchange */
  onData(chunk: Buffer): void {
    if (this.startBytes < EXCERPT_BYTES) {
      this.start.push(chunk.subarray(0, EXCERPT_BYTES - this.startBytes));
      this.startBytes += chunk.length;
    }
    this.reader.write(chunk);
  }

  /** Notes why reading ended before the answer did. */
  broken(violation: ProtocolViolation): ReceivedAnswer {
    this.violation = violation;
    return this.result();
  }

  /** What has arrived, whatever it is. */
  result(): ReceivedAnswer {
    // Before its markup is taken out, which could tear a secret apart and leave its pieces.
    const excerpt = this.redact(Buffer.concat(this.start).toString('utf8'));
    const envelope = this.envelope(excerpt);
    const head = this.head ?? { status: 0, headers: {} };
    return { head, arrival: this.arrival, envelope, violation: this.violation, excerpt };
  }

  private envelope(excerpt: string): Envelope | null {
    if (this.violation !== null) return null;
    if (excerpt.trim() === '') {
      this.violation = new ProtocolViolation('UnexpectedAnswer', 'the answer is empty');
      return null;
    }
    try {
      return this.reader.end();
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.violation = error;
      return null;
    }
  }
}
