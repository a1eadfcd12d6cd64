/** What goes wrong with a call. */
export type InjectedFault =
  /** A SOAP fault; `backOffMs` becomes BackOffMilliseconds, `values` the rest of MessageXml. */
  | {
      readonly code: string;
      readonly backOffMs?: number;
      readonly message?: string;
      readonly values?: Record<string, string>;
    }
  /** A plain HTTP answer. */
  | { readonly http: number; readonly body?: string; readonly headers?: Record<string, string> }
  /** The socket is destroyed and nothing has happened. */
  | { readonly dropBefore: true }
  /** Everything has happened, then the socket is destroyed without an answer. */
  | { readonly dropAfterCommit: true }
  /** Everything has happened; half of the answer arrives, then the socket is destroyed. */
  | { readonly truncate: true }
  /** The call is answered late. */
  | { readonly delayMs: number }
  /** HTTP 200 with this code for every item of the call. */
  | { readonly itemError: string }
  /** HTTP 200, ErrorInternalServerError with an inner ErrorServerBusy: how throttling hides. */
  | { readonly innerServerBusy: true }
  /** HTTP 200 with a sign-in page. */
  | { readonly html: true }
  /** HTTP 200 with these bytes as text/xml. */
  | { readonly raw: string };

export interface FaultRule {
  /** Only this operation; all when absent. */
  readonly operation?: string;
  /** Only calls that act as this mailbox (its primary address); all when absent. */
  readonly address?: string;
  /** How many calls it hits before it is used up. */
  readonly times: number;
  readonly fault: InjectedFault;
}

/** The rules in force, the oldest first; each call is hit by at most one. */
export class FaultInjector {
  private nextId = 1;
  private readonly rules: { id: number; left: number; rule: FaultRule }[] = [];

  inject(rule: FaultRule): number {
    const id = this.nextId++;
    this.rules.push({ id, left: rule.times, rule });
    return id;
  }

  clear(): void {
    this.rules.length = 0;
  }

  /** The fault for a call, which uses up one of its rule's times. */
  take(operation: string, address: string | undefined): InjectedFault | undefined {
    const index = this.rules.findIndex(
      ({ rule }) =>
        (rule.operation === undefined || rule.operation === operation) &&
        (rule.address === undefined || rule.address.toLowerCase() === address),
    );
    const entry = this.rules[index];
    if (!entry) return undefined;
    if (--entry.left <= 0) this.rules.splice(index, 1);
    return entry.rule.fault;
  }

  /** What is still to come, for `GET /control/state`. */
  list(): { id: number; left: number; rule: FaultRule }[] {
    return this.rules.map((entry) => ({ ...entry }));
  }
}
