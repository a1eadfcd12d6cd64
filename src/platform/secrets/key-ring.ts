/** Keys by id; the first one of the text encrypts, every one decrypts. */
export interface KeyRing {
  readonly encryptingId: string;
  readonly keys: ReadonlyMap<string, Buffer>;
}

const keyBytes = 32;

/**
 * Reads `id:base64[,id:base64]` (POSTROOM_SECRET_KEYS).
 * @returns the ring, or a sentence that says what is wrong without repeating the keys
 */
export function parseKeyRing(text: string): KeyRing | string {
  const keys = new Map<string, Buffer>();
  for (const [position, part] of text.split(',').entries()) {
    const [, id, base64] = /^\s*([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]+={0,2})\s*$/.exec(part) ?? [];
    if (!id || !base64)
      return `must be id:base64[,id:base64]; entry ${position + 1} is not of that form; make one with: echo "k1:$(openssl rand -base64 ${keyBytes})"`;
    const key = Buffer.from(base64, 'base64');
    if (key.length !== keyBytes) {
      return `must hold keys of ${keyBytes} bytes, entry ${position + 1} has ${key.length}; make one with: openssl rand -base64 ${keyBytes}`;
    }
    if (keys.has(id)) return `names the key id ${id} twice; give each key an id of its own`;
    keys.set(id, key);
  }
  const [encryptingId] = keys.keys();
  return encryptingId === undefined ? 'must hold at least one key' : { encryptingId, keys };
}
