import { TransportFailure } from './transport-failure.js';

/** One signal out of a time limit and the caller's own signal; `clear` must follow, or the timer holds the call. */
export class CallDeadline {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly forward: () => void;
  private expired = false;

  constructor(
    private readonly totalMs: number,
    private readonly outer: AbortSignal | undefined,
  ) {
    this.forward = () => this.controller.abort(outer?.reason);
    // AbortSignal.any would keep every call's signal alive for as long as the caller's own lives (Node 20).
    outer?.addEventListener('abort', this.forward, { once: true });
    this.timer = setTimeout(() => {
      this.expired = true;
      this.controller.abort();
    }, totalMs);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** The error to report instead of the abort that the time limit has caused. */
  explain(error: unknown): unknown {
    if (!this.expired) return error;
    const sent = !(error instanceof TransportFailure) || error.requestSent;
    return new TransportFailure('TimedOut', `the call took longer than ${this.totalMs} ms`, sent, { cause: error });
  }

  clear(): void {
    clearTimeout(this.timer);
    this.outer?.removeEventListener('abort', this.forward);
  }
}
