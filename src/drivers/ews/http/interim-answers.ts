import type { Socket } from 'node:net';

const BEGINNING = Buffer.from('HTTP/1.');
/** `HTTP/1.1 100` */
const STATUS_LINE = 12;
/** An interim response is a line or two; anything longer is not one. */
const MOST_BYTES = 16 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);

/**
 * Drops `100 Continue` from the received data. No request sends `Expect`, but IIS and gateways in front of it still
 * send it (RFC 9110, 15.2), and undici treats it as an invalid response.
 */
export class InterimAnswers {
  private held = NOTHING;
  private isExpecting = false;

  /** @param socket its `read` is replaced, because undici reads everything through it */
  constructor(socket: Socket) {
    const read = socket.read.bind(socket) as (size?: number) => unknown;
    socket.read = (size?: number) => {
      const chunk = read(size);
      return Buffer.isBuffer(chunk) ? this.withoutContinue(chunk) : chunk;
    };
  }

  /** Called when the next response is the answer to a request. */
  expect(): void {
    this.isExpecting = true;
    this.held = NOTHING;
  }

  private withoutContinue(chunk: Buffer): Buffer {
    if (!this.isExpecting) return chunk;
    let bytes = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    this.held = NOTHING;
    while (isContinue(bytes)) {
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) return this.hold(bytes);
      bytes = bytes.subarray(end + 4);
    }
    if (bytes.length < STATUS_LINE && isBeginning(bytes)) return this.hold(bytes);
    this.isExpecting = false;
    return bytes;
  }

  /** Incomplete; waits for more data. */
  private hold(bytes: Buffer): Buffer {
    if (bytes.length > MOST_BYTES) {
      this.isExpecting = false;
      return bytes;
    }
    this.held = bytes;
    return NOTHING;
  }
}

const isContinue = (bytes: Buffer): boolean =>
  isBeginning(bytes) && /^HTTP\/1\.\d 100$/.test(bytes.toString('latin1', 0, STATUS_LINE));

function isBeginning(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, BEGINNING.length);
  return bytes.subarray(0, length).equals(BEGINNING.subarray(0, length));
}
