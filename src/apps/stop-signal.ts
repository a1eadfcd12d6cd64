import type { Log } from '../platform/log/log.js';

/** npm hands Ctrl-C on although the terminal sends it to everybody, so each press arrives twice; a second press comes later. */
const samePressMs = 1_000;
/** A part that hangs must not keep the process for ever. */
const maxStopMs = 30_000;

/** Stops once at SIGINT or SIGTERM and ends the process; a second Ctrl-C ends it at once. */
export function onStopSignal(log: Log, stop: () => Promise<void>): { requested(): boolean } {
  let requestedAt: number | null = null;
  const handle = (signal: NodeJS.Signals) => {
    if (requestedAt !== null) {
      if (Date.now() - requestedAt > samePressMs) process.exit(1);
      return;
    }
    requestedAt = Date.now();
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), maxStopMs).unref();
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  return { requested: () => requestedAt !== null };
}
