import type { SandboxOptions } from './options.js';
import type { AnswerStyle } from './soap/envelope.js';

/** The code that GetFolder and most other operations return for a deleted folder; it depends on the server version. */
export type MissingFolderCode = 'ErrorItemNotFound' | 'ErrorFolderNotFound';

/** How the server behaves; control changes it while it runs. */
export interface Behaviour {
  readonly style: AnswerStyle;
  /** Added to every call. */
  slowDownMs: number;
  findCountLimit: number;
  maxRequestBytes: number;
  refuseChunked: boolean;
  gzip: boolean;
  maxConcurrentCalls: number;
  heartbeatMs: number;
  missingFolder: MissingFolderCode;
}

export const behaviourFrom = (options: SandboxOptions): Behaviour => ({
  style: { illegalCharacters: 'strip', omitOptional: false, prefixes: 'fixed' },
  slowDownMs: 0,
  findCountLimit: options.findCountLimit ?? 1000,
  maxRequestBytes: options.maxRequestBytes ?? 64 * 1024 * 1024,
  refuseChunked: options.refuseChunked ?? true,
  gzip: options.gzip ?? true,
  maxConcurrentCalls: options.maxConcurrentCalls ?? Infinity,
  heartbeatMs: options.heartbeatMs ?? 45_000,
  missingFolder: 'ErrorItemNotFound',
});
