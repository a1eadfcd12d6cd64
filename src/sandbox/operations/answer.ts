import { ItemError } from '../soap/faults.js';
import { failure, response, success } from '../soap/response-messages.js';
import type { XmlElement } from '../xml/element.js';
import type { Call } from './call.js';

/** Returns the operation's content of a successful response message, or throws an `ItemError`. */
type Work<T extends unknown[]> = (...of: T) => string | Promise<string>;

/**
 * Answers a call with one response message for each entry of a list, in order.
 * @param none the content that the schema requires even in an error message, such as `<m:Items/>`
 */
export async function answerEach(
  call: Call,
  operation: string,
  entries: readonly XmlElement[],
  work: Work<[entry: XmlElement]>,
  none = '',
): Promise<string> {
  const messages: string[] = [];
  for (const entry of entries) messages.push(await message(call, operation, () => work(entry), none));
  return response(operation, messages);
}

/** Answers a call with one response message. */
export async function answerOnce(call: Call, operation: string, work: Work<[]>, none = ''): Promise<string> {
  return response(operation, [await message(call, operation, work, none)]);
}

/** An `ItemError` becomes the entry's response message; all other errors end the call. */
async function message(call: Call, operation: string, work: Work<[]>, none: string): Promise<string> {
  try {
    return success(operation, await work());
  } catch (error) {
    if (error instanceof ItemError) return failure(operation, error, none, call.style.omitOptional);
    throw error;
  }
}
