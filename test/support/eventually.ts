import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 20;

/**
 * Repeats a check until it passes, and returns what it returned: no test waits for a length of time.
 *
 * @param check passes when it neither throws nor returns false.
 * @throws the last error of the check when the time is over.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { timeoutMs = 60_000 }: { timeoutMs?: number } = {},
): Promise<Exclude<T, false>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let problem: unknown;
    try {
      const result = await check();
      if (result !== false) return result as Exclude<T, false>;
      problem = new Error(`Still false: ${check.toString()}`);
    } catch (error) {
      problem = error;
    }
    if (Date.now() >= deadline) throw problem;
    await sleep(PAUSE_MS);
  }
}
