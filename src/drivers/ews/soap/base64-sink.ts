const WHITE_SPACE = /\s+/g;
/** Characters decoded at a time: a buffer of three bytes takes as much memory as one of a hundred. */
const PIECE_CHARS = 16 * 1024;

/**
 * Decodes base64 that arrives in pieces, so that a message's text form is never held as a whole.
 * White space between the characters is skipped, as xs:base64Binary allows.
 */
export class Base64Sink {
  private readonly pieces: Buffer[] = [];
  private carry = '';
  private waiting = '';
  private characters = 0;
  private decoded = 0;

  write(text: string): void {
    this.waiting += text;
    if (this.waiting.length >= PIECE_CHARS) this.flush();
  }

  private flush(): void {
    let joined = this.carry + this.waiting;
    this.waiting = '';
    if (hasWhiteSpace(joined)) joined = joined.replace(WHITE_SPACE, '');
    const whole = joined.length - (joined.length % 4);
    this.carry = joined.slice(whole);
    if (whole > 0) this.decode(whole === joined.length ? joined : joined.slice(0, whole));
  }

  /** The decoded bytes; null when what came is not base64 (Node skips foreign characters silently). */
  end(): Buffer | null {
    this.flush();
    if (this.carry.length > 0) this.decode(this.carry);
    this.carry = '';
    if (this.characters % 4 === 1 || this.decoded !== Math.floor((this.characters * 3) / 4)) return null;
    return this.pieces.length === 1 ? (this.pieces[0] ?? null) : Buffer.concat(this.pieces, this.decoded);
  }

  private decode(quads: string): void {
    const bytes = Buffer.from(quads, 'base64');
    this.pieces.push(bytes);
    this.decoded += bytes.length;
    let end = quads.length;
    while (end > 0 && quads.charCodeAt(end - 1) === 0x3d) end--;
    this.characters += end;
  }
}

/** Four searches at memory speed: a regular expression took a third of all the time of fetching. */
function hasWhiteSpace(text: string): boolean {
  return text.includes('\n') || text.includes('\r') || text.includes(' ') || text.includes('\t');
}
