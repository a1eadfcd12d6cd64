import { Transform, type Readable } from 'node:stream';
import { createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { ProtocolViolation } from '../soap/protocol-violation.js';

const OPTIONS = { chunkSize: 64 * 1024 };

/**
 * The stream that undoes a content encoding; null for an unencoded body. The size limit is the
 * reader's: a bomb is stopped by the bytes it has become, not by those it came as.
 * @throws ProtocolViolation for an encoding that was not asked for.
 */
export function decompressor(encoding: string | null, body: Readable): Promise<Transform | null> {
  switch (encoding?.trim().toLowerCase() ?? '') {
    case '':
    case 'identity':
      return Promise.resolve(null);
    case 'gzip':
    case 'x-gzip':
      return Promise.resolve(createGunzip(OPTIONS));
    case 'deflate':
      return inflate(body);
    default:
      return Promise.reject(
        new ProtocolViolation('UnexpectedAnswer', 'the answer has an unknown Content-Encoding', encoding),
      );
  }
}

/** "deflate" means zlib by the RFC and raw deflate to some servers; the first byte tells. */
function inflate(body: Readable): Promise<Transform> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      body.off('readable', look).off('error', reject).off('end', settle);
      resolve(createInflate(OPTIONS));
    };
    const look = () => {
      const first: unknown = body.read();
      if (!Buffer.isBuffer(first)) return;
      body.off('readable', look).off('error', reject).off('end', settle);
      body.unshift(first);
      const zlib = ((first[0] ?? 0) & 0x0f) === 8;
      resolve(zlib ? createInflate(OPTIONS) : createInflateRaw(OPTIONS));
    };
    body.on('readable', look).once('error', reject).once('end', settle);
  });
}
