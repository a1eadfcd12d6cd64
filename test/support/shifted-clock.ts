import { Clock } from '../../src/platform/clock/clock.js';

/** The system's clock with its hands moved forward: time goes on by itself, and a test skips what it will not wait for. */
export class ShiftedClock extends Clock {
  private offsetMs = 0;

  override now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }

  advance(ms: number): void {
    this.offsetMs += ms;
  }

  /** Forward only: a time that is over stays over. */
  jumpTo(time: Date): void {
    this.offsetMs += Math.max(0, time.getTime() - this.now().getTime());
  }
}
