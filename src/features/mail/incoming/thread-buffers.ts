import { types } from 'node:util';

/**
 * Restores the buffers in a value that was copied between threads, where they became plain byte arrays. Other copied
 * values are plain data.
 */
export function asBuffers<T>(value: T): T {
  if (types.isUint8Array(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength) as unknown as T;
  if (types.isDate(value)) return new Date(value.getTime()) as T;
  if (Array.isArray(value)) return value.map(asBuffers) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, asBuffers(part)])) as T;
}
