import { proofOf } from '../failures/evidence.js';

/**
 * What the calls of one run proved. Times are those at which the calls began: an answer proves nothing of what
 * changed while it was on its way.
 */
export class CallLedger {
  /** The last call for which the service account was accepted. */
  signedInAt: Date | null = null;
  /** The last call that the server worked on. */
  answeredAt: Date | null = null;
  /** When the server's last answer came in, whatever it said. */
  heardAt: Date | null = null;
  /** Since when calls have been in flight; null if none is. */
  callingSince: Date | null = null;
  private calls = 0;
  /** The first call since then that failed; null: none did. */
  failedSince: Date | null = null;
  /** Calls since then that failed. */
  failures = 0;

  calling(now: Date): void {
    if (this.calls === 0) this.callingSince = now;
    this.calls += 1;
  }

  /** Called when a call has ended, with or without success. */
  called(now: Date): void {
    this.calls -= 1;
    this.callingSince = this.calls === 0 ? null : now;
  }

  succeeded(startedAt: Date, endedAt: Date): void {
    this.heardAt = endedAt;
    this.signedInAt = this.answeredAt = startedAt;
    this.failedSince = null;
    this.failures = 0;
  }

  failed(startedAt: Date, endedAt: Date, error: unknown): void {
    const { signedIn, answered } = proofOf(error);
    if (answered) this.heardAt = endedAt;
    if (signedIn) this.signedInAt = startedAt;
    if (answered) this.answeredAt = startedAt;
    this.failedSince ??= startedAt;
    this.failures += 1;
  }
}
