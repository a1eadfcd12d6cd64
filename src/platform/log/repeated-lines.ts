import type { Log } from './log.js';

/** So many lines of one kind in a minute are written as they come. */
const shownPerWindow = 3;
const windowMs = 60_000;
/** Kinds that are remembered at one time; more than these are written as they come. */
const maxKinds = 10_000;

interface Window {
  lines: number;
  /** Of the last line that was left out. */
  facts: object;
  readonly message: string;
}

/**
 * Warnings that a whole crowd causes at once: of one kind the first few are written, and what follows within
 * the minute is one line with their number.
 */
export class RepeatedLines {
  private readonly windows = new Map<string, Window>();

  constructor(
    private readonly log: Pick<Log, 'warn'>,
    private readonly schedule: (end: () => void, ms: number) => void = (end, ms) => void setTimeout(end, ms).unref(),
  ) {}

  /**
   * @param kind what makes lines the same to their reader
   * @param common facts that all lines of the kind share; the summary has them
   * @param own facts of this line alone
   */
  warn(kind: string, common: object, own: object, message: string): void {
    const window = this.windows.get(kind);
    if (!window) {
      if (this.windows.size < maxKinds) this.open(kind, common, message);
    } else {
      window.lines += 1;
      if (window.lines > shownPerWindow) return;
    }
    this.log.warn({ ...common, ...own }, message);
  }

  /** Writes the summaries that are still owed, for a process that ends. */
  flush(): void {
    for (const kind of [...this.windows.keys()]) this.close(kind);
  }

  private open(kind: string, facts: object, message: string): void {
    this.windows.set(kind, { lines: 1, facts, message });
    this.schedule(() => this.close(kind), windowMs);
  }

  private close(kind: string): void {
    const window = this.windows.get(kind);
    this.windows.delete(kind);
    const leftOut = (window?.lines ?? 0) - shownPerWindow;
    if (window && leftOut > 0)
      this.log.warn({ ...window.facts, times: leftOut }, `${window.message}, further times within a minute`);
  }
}
