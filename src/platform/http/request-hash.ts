import { createHash, type Hash } from 'node:crypto';

/**
 * SHA-256 of a request: method, address and the body in a canonical form, so that a client that
 * writes its keys in another order still means the same. Fed piece by piece: a body of a hundred
 * megabytes is not built up a second time.
 */
export function requestHash(method: string, url: string, body: unknown): Buffer {
  const hash = createHash('sha256').update(`${method}\n${url}\n`);
  feed(hash, body);
  return hash.digest();
}

function feed(hash: Hash, value: unknown): void {
  if (Array.isArray(value)) {
    hash.update('[');
    for (const part of value) {
      feed(hash, part);
      hash.update(',');
    }
    hash.update(']');
  } else if (typeof value === 'object' && value !== null) {
    hash.update('{');
    for (const [key, part] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
      hash.update(`${JSON.stringify(key)}:`);
      feed(hash, part);
      hash.update(',');
    }
    hash.update('}');
  } else {
    hash.update(JSON.stringify(value) ?? 'undefined');
  }
}
