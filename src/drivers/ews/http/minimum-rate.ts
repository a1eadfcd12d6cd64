import { TransportFailure } from './transport-failure.js';

/** The least that must arrive of an answer: so many bytes per second, looked at once in each period. */
export interface Pace {
  readonly periodMs: number;
  readonly minBytesPerSecond: number;
}

/**
 * Watches that an answer comes on. A limit on silence alone lets a server that sends a byte now and then
 * hold a connection, and the mailbox behind it, for as long as the whole call may take.
 */
export class MinimumRate {
  private readonly timer: NodeJS.Timeout;
  private seen: number;

  /**
   * @param bytesRead of the answer so far, on the wire
   * @param onSlow called once, when a period brought too little
   */
  constructor(
    { periodMs, minBytesPerSecond }: Pace,
    bytesRead: () => number,
    onSlow: (failure: TransportFailure) => void,
  ) {
    this.seen = bytesRead();
    const least = (minBytesPerSecond * periodMs) / 1_000;
    this.timer = setInterval(() => {
      const now = bytesRead();
      const came = now - this.seen;
      this.seen = now;
      if (came >= least) return;
      this.stop();
      onSlow(new TransportFailure('TimedOut', `the answer comes too slowly: ${came} bytes in ${periodMs} ms`, true));
    }, periodMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
