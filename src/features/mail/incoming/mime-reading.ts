import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Piscina } from 'piscina';
import { mimeTasks, type MimeInput, type MimeResult, type MimeTask } from './mime-tasks.js';
import { MimeTooComplex } from './mime-structure.js';
import type { ThreadMessage, ThreadResult, ThreadTask } from './mime-thread.js';
import { asBuffers } from './thread-buffers.js';

/**
 * Smaller messages are parsed on the main thread, one per turn of the event loop: transferring them takes longer. In
 * bytes.
 */
const largeBytes = 64 * 1024;
/** The largest message that Exchange accepts takes a few seconds. */
const maxMs = 60_000;
/** Idle threads are ended to free their memory. */
const idleMs = 10_000;
const threads = Math.min(2, availableParallelism());
/**
 * For strings and objects; buffers are counted separately, and take a few times the size of the message. The young
 * generation is collected only when it is full, so each thread uses all of it for a while, however small its message.
 */
const memory = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 8 };

let pool: Piscina<ThreadTask, ThreadResult> | null = null;

const threadPool = (): Piscina<ThreadTask, ThreadResult> =>
  (pool ??= new Piscina<ThreadTask, ThreadResult>({
    filename: join(import.meta.dirname, 'mime-thread.js'),
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: idleMs,
    resourceLimits: memory,
    // An idle thread must not keep the process alive.
    atomics: 'disabled',
  }));

/**
 * Runs a task on the MIME of a message. A large message is parsed on a worker thread, so that the process stays
 * responsive.
 * @throws MimeTooComplex if it takes too much time or memory
 */
export async function withMime<T extends MimeTask>(task: T, mime: Buffer, input: MimeInput<T>): Promise<MimeResult<T>> {
  if (mime.length <= largeBytes) {
    const carryOut = mimeTasks[task] as unknown as (mime: Buffer, input: MimeInput<T>) => Promise<MimeResult<T>>;
    try {
      return await carryOut(mime, input);
    } finally {
      // Such a message may take a third of a second, and a batch of them delays only the next one.
      await setImmediate();
    }
  }
  const answer = await slots.within(async () => (await onThread({ task, mime, input })) as ThreadResult<T>);
  if (answer.kind === 'too-complex') throw new MimeTooComplex(answer.why);
  return withMimeOf(answer.result, mime);
}

async function onThread({ task, mime, input }: ThreadTask): Promise<ThreadResult> {
  // A transferred copy is the only one, and the rest of the buffer around the message is not transferred.
  const own = new Uint8Array(mime);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), maxMs);
  try {
    return await threadPool().run({ task, mime: own, input }, { signal: limit.signal, transferList: [own.buffer] });
  } catch (error) {
    if (limit.signal.aborted) throw new MimeTooComplex(`Reading the message takes more than ${maxMs / 1_000} s.`);
    if ((error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY')
      throw new MimeTooComplex('Reading the message takes too much memory.');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function withMimeOf<R>(result: ThreadMessage<R>, mime: Buffer): R {
  const whole = asBuffers(result);
  if (typeof whole !== 'object' || whole === null || !('sameMime' in whole)) return whole;
  const message = whole.message as MimeResult<'message'>;
  return { ...message, item: { ...message.item, mime } } as R;
}

/** At most as many tasks as threads, so that the time limit does not include waiting. */
const slots = {
  free: threads,
  waiting: [] as (() => void)[],
  async within<R>(run: () => Promise<R>): Promise<R> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await run();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  },
};
