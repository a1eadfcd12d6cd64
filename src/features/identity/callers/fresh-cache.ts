/** A session or key revoked by another process works no longer than this. */
const cacheMs = 3_000;
const cachedAtMost = 1_000;

interface Cached<T> {
  readonly value: T;
  readonly readAt: number;
}

/** A short memory of what secrets stand for, by their hashes, so that a busy client costs no query a call. */
export class FreshCache<T> {
  private readonly cached = new Map<string, Cached<T>>();
  /** Counts revocations: what was read before one and arrives after it is not remembered. */
  private revocations = 0;

  /**
   * @param read looks the secret up; null when there is nothing, which is not remembered, or guesses would fill
   *   the memory
   */
  async get(hash: Buffer, now: Date, read: () => Promise<T | null>): Promise<T | null> {
    const name = hash.toString('base64');
    const cached = this.cached.get(name);
    // A clock set back must not lengthen a life.
    if (cached && Math.abs(now.getTime() - cached.readAt) < cacheMs) return cached.value;
    const { revocations } = this;
    const value = await read();
    this.cached.delete(name);
    if (value === null || this.revocations !== revocations) return value;
    this.cached.set(name, { value, readAt: now.getTime() });
    const oldest = this.cached.keys().next();
    if (this.cached.size > cachedAtMost && !oldest.done) this.cached.delete(oldest.value);
    return value;
  }

  /** To be called after a revocation, so that it holds in this process at once. */
  forget(concerned: (value: T) => boolean): void {
    this.revocations += 1;
    for (const [name, { value }] of this.cached) if (concerned(value)) this.cached.delete(name);
  }
}
