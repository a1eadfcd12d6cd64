import { TransportFailure } from '../http/transport-failure.js';

/**
 * Waits for work that knows neither time limits nor signals. What comes of the work afterwards is dropped.
 * @throws TransportFailure `TimedOut`, the signal's reason, or what the work threw
 */
export function limited<T>(work: Promise<T>, limitMs: number, signal: AbortSignal | undefined): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      finish(() => reject(new TransportFailure('TimedOut', `nothing came within ${limitMs} ms`, false)));
    }, limitMs);
    const abort = () => {
      finish(() => reject(asError(signal?.reason)));
    };
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      settle();
    };
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) return abort();
    work.then(
      (value) => finish(() => resolve(value)),
      (error: unknown) => finish(() => reject(asError(error))),
    );
  });
}

/** What is thrown is an error nearly always, and one of another realm now and then. */
export const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
