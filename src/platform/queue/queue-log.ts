/** What the queue needs of a logger; pino's fits. */
export interface QueueLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const QUIET_MS = 30_000;

/**
 * Logs connection troubles without flooding: a server that is away makes every queue and worker
 * report again and again, several times a second.
 */
export class TroubleLog {
  private readonly seen = new Map<string, { since: number; repeats: number }>();

  constructor(private readonly log: QueueLog) {}

  /** Logs the first of a kind at once, its repetitions as a count every half minute. */
  report(error: unknown, where: string): void {
    const { code, message } = error as { code?: string; message?: string };
    const kind = code ?? message ?? String(error);
    const now = Date.now();
    const known = this.seen.get(kind);
    if (known !== undefined && now - known.since < QUIET_MS) {
      known.repeats += 1;
      return;
    }
    this.seen.set(kind, { since: now, repeats: 0 });
    this.log.warn({ queue: where, err: error, repeats: known?.repeats ?? 0 }, 'Trouble with the queue server');
  }
}
