import { asBuffers } from './thread-buffers.js';
import { mimeTasks, type MimeInput, type MimeResult, type MimeTask } from './mime-tasks.js';
import { MimeTooComplex } from './mime-structure.js';

/** The request to the thread; the MIME has its own memory. */
export interface ThreadTask<T extends MimeTask = MimeTask> {
  readonly task: T;
  readonly mime: Uint8Array;
  readonly input: MimeInput<T>;
}

/** The class of an error is lost between threads. */
export type ThreadResult<T extends MimeTask = MimeTask> =
  | { readonly kind: 'done'; readonly result: ThreadMessage<MimeResult<T>> }
  | { readonly kind: 'too-complex'; readonly why: string };

/** The MIME is not sent back if it was stored unchanged. */
export type ThreadMessage<R> = R | { readonly sameMime: true; readonly message: R };

/** Entry point of the worker threads of `mime-reading.ts`; parses one message at a time. */
export default async function read({ task, mime, input }: ThreadTask): Promise<ThreadResult> {
  const own = Buffer.from(mime.buffer, mime.byteOffset, mime.byteLength);
  try {
    const carryOut = mimeTasks[task] as (mime: Buffer, input: unknown) => Promise<MimeResult<MimeTask>>;
    const result = await carryOut(own, asBuffers(input));
    return { kind: 'done', result: isMessageOf(result, own) ? withoutMime(result) : result };
  } catch (error) {
    if (error instanceof MimeTooComplex) return { kind: 'too-complex', why: error.message };
    throw error;
  }
}

type Message = MimeResult<'message'>;

const isMessageOf = (result: MimeResult<MimeTask>, mime: Buffer): result is Message =>
  result !== null && typeof result === 'object' && 'item' in result && result.item.mime === mime;

const withoutMime = (message: Message): ThreadMessage<Message> => ({
  sameMime: true,
  message: { ...message, item: { ...message.item, mime: null } },
});
