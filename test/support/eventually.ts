import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 20;
/** Under the time of a whole test, so that what is missing is said and not only that it took too long. */
const LONGEST_MS = 240_000;

/**
 * Repeats a check until it passes, and returns what it returned: no test waits for a length of time. The time limit is
 * one without progress: as long as what the check says against it changes, a slow machine gets more.
 *
 * @param check passes when it neither throws nor returns false.
 * @throws the last error of the check when the time is over.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { timeoutMs = 60_000 }: { timeoutMs?: number } = {},
): Promise<Exclude<T, false>> {
  const longest = Date.now() + Math.max(timeoutMs, LONGEST_MS);
  let deadline = 0;
  let before: string | undefined;
  for (;;) {
    let problem: unknown;
    try {
      const result = await check();
      if (result !== false) return result as Exclude<T, false>;
      problem = new Error(`Still false: ${check.toString()}`);
    } catch (error) {
      problem = error;
    }
    const now = Date.now();
    if (String(problem) !== before) deadline = Math.min(longest, now + timeoutMs);
    before = String(problem);
    if (now >= deadline) throw problem;
    await sleep(PAUSE_MS);
  }
}
