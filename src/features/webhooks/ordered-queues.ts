/**
 * Work in queues by key: one item of a key at a time, in the order of their coming, and keys in turn, so
 * that one with much work does not keep the others waiting.
 */
export class OrderedQueues<T> {
  private readonly queues = new Map<string, T[]>();
  private turn: string[] = [];
  private waitingItems = 0;

  /** Items that nobody has taken yet. */
  get waiting(): number {
    return this.waitingItems;
  }

  /** Whether there is work of the key, waiting or taken. */
  has(key: string): boolean {
    return this.queues.has(key);
  }

  keys(): string[] {
    return [...this.queues.keys()];
  }

  add(key: string, item: T): void {
    const queue = this.queues.get(key);
    this.waitingItems += 1;
    if (queue) {
      queue.push(item);
      return;
    }
    this.queues.set(key, [item]);
    this.turn.push(key);
  }

  /** The next item; its key rests until `done` or `drop`. */
  take(): { readonly key: string; readonly item: T } | null {
    const key = this.turn.shift();
    if (key === undefined) return null;
    const item = this.queues.get(key)?.shift();
    if (item === undefined) throw new Error('a key without work had its turn');
    this.waitingItems -= 1;
    return { key, item };
  }

  /** The taken item of the key is dealt with. @returns whether there is more of the key */
  done(key: string): boolean {
    if (this.queues.get(key)?.length) {
      this.turn.push(key);
      return true;
    }
    this.queues.delete(key);
    return false;
  }

  /** Forgets everything of a key whose item was taken. */
  drop(key: string): void {
    this.waitingItems -= this.queues.get(key)?.length ?? 0;
    this.queues.delete(key);
  }

  clear(): void {
    this.queues.clear();
    this.turn = [];
    this.waitingItems = 0;
  }
}
