/**
 * Waits for a promise no longer than a time.
 *
 * @param limitMs in milliseconds.
 * @returns false when the time was over first; the promise then goes on, and its rejection is swallowed.
 */
export async function settlesWithin(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<false>((done) => {
    timer = setTimeout(() => done(false), limitMs);
  });
  try {
    return await Promise.race([promise.then(() => true), limit]);
  } finally {
    clearTimeout(timer);
    promise.catch(() => undefined);
  }
}
