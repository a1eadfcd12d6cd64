import { setImmediate } from 'node:timers/promises';
import PostalMime, { type Email } from 'postal-mime';

/** The postal-mime internals used here; its types omit them, and the package is pinned to one version. */
interface Steps {
  readonly currentNode: { readonly contentDecoder: { chunks?: (Uint8Array | string)[] } | null };
  parse(mime: Buffer): Promise<Email>;
  processLine(line: Uint8Array, isFinal: boolean): Promise<void>;
}
const Base = PostalMime as unknown as new (options: object) => Steps;

/** Lines between two pauses, a few milliseconds of work. */
const linesAtOnce = 2_000;

/**
 * postal-mime keeps two buffers and a kilobyte per body line, and never yields: a long message would block the process
 * and fill its memory.
 */
class PatientParser extends Base {
  private lines = 0;

  override async processLine(line: Uint8Array, isFinal: boolean): Promise<void> {
    this.lines += 1;
    if (this.lines % linesAtOnce === 0) await this.pause();
    await super.processLine(line, isFinal);
  }

  private async pause(): Promise<void> {
    const decoder = this.currentNode.contentDecoder;
    const chunks = decoder?.chunks;
    // Only the last pieces: concatenating the whole each time would be quadratic.
    if (chunks && chunks.length >= linesAtOnce) {
      const some = chunks
        .splice(-2 * linesAtOnce)
        .map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk));
      chunks.push(Buffer.concat(some));
    }
    await setImmediate();
  }
}

export function parseMime(mime: Buffer): Promise<Email> {
  return new PatientParser({ forceRfc822Attachments: true, attachmentEncoding: 'arraybuffer' }).parse(mime);
}
