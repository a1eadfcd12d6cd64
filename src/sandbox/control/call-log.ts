/** One call as it was seen; headers without Authorization. */
export interface LoggedCall {
  readonly operation: string;
  /** Primary address of the mailbox it acted as; null when there was none. */
  readonly address: string | null;
  readonly account: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly httpStatus: number;
  /** Milliseconds from the request's end to the answer. */
  readonly ms: number;
  /** ISO 8601. */
  readonly at: string;
}

export interface CallCounts {
  readonly byOperation: Record<string, number>;
  readonly byAccount: Record<string, number>;
  readonly total: number;
  readonly openConnections: number;
  readonly maxConnections: number;
  readonly openCalls: number;
  readonly maxConcurrentCalls: number;
}

const KEPT = 2000;

/** Counts calls and connections and remembers the last calls. */
export class CallLog {
  private readonly calls: LoggedCall[] = [];
  private byOperation = new Map<string, number>();
  private byAccount = new Map<string, number>();
  private readonly openByAccount = new Map<string, number>();
  private total = 0;
  private openConnections = 0;
  private maxConnections = 0;
  private openCalls = 0;
  private maxCalls = 0;

  connectionOpened(): void {
    this.maxConnections = Math.max(this.maxConnections, ++this.openConnections);
  }

  connectionClosed(): void {
    this.openConnections--;
  }

  /** @returns how many calls of the account are open now, this one included. */
  callBegan(account: string): number {
    this.maxCalls = Math.max(this.maxCalls, ++this.openCalls);
    const open = (this.openByAccount.get(account) ?? 0) + 1;
    this.openByAccount.set(account, open);
    return open;
  }

  callEnded(account: string): void {
    this.openCalls--;
    this.openByAccount.set(account, (this.openByAccount.get(account) ?? 1) - 1);
  }

  add(call: LoggedCall): void {
    this.total++;
    increment(this.byOperation, call.operation);
    if (call.account !== null) increment(this.byAccount, call.account);
    this.calls.push(call);
    if (this.calls.length > 2 * KEPT) this.calls.splice(0, KEPT);
  }

  /** The last calls, the oldest first. */
  last(count: number): LoggedCall[] {
    return this.calls.slice(-count);
  }

  counts(): CallCounts {
    return {
      byOperation: Object.fromEntries(this.byOperation),
      byAccount: Object.fromEntries(this.byAccount),
      total: this.total,
      openConnections: this.openConnections,
      maxConnections: this.maxConnections,
      openCalls: this.openCalls,
      maxConcurrentCalls: this.maxCalls,
    };
  }

  reset(): void {
    this.calls.length = 0;
    this.byOperation = new Map();
    this.byAccount = new Map();
    this.total = 0;
    this.maxConnections = this.openConnections;
    this.maxCalls = this.openCalls;
  }
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
