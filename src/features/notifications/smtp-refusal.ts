/** Mail is given up after this time, as mail servers do. */
const keptTryingMs = 5 * 24 * 60 * 60_000;
const maxWordsLength = 500;

/** What came of trying to mail a notification. */
interface SmtpFailure {
  /** The server's words, or what happened on the way to it. */
  readonly words: string;
  /** Whether the server will never take mail for this address. Anything else may pass: greylisting, a full disk, a server that is away. */
  readonly isFinal: boolean;
}

/** @param error what nodemailer threw */
export function smtpFailure(error: unknown): SmtpFailure {
  const { responseCode, command, response, message } = (typeof error === 'object' && error !== null ? error : {}) as {
    readonly responseCode?: unknown;
    readonly command?: unknown;
    readonly response?: unknown;
    readonly message?: unknown;
  };
  const words = [response, message].find((text): text is string => typeof text === 'string' && text !== '');
  return {
    words: (words ?? 'unknown error').slice(0, maxWordsLength),
    isFinal: command === 'RCPT TO' && typeof responseCode === 'number' && responseCode >= 500 && responseCode < 600,
  };
}

/** Whether a notification that was written at `since` is still worth a try. */
export const isWorthTrying = (since: Date, now: Date): boolean => now.getTime() - since.getTime() < keptTryingMs;
