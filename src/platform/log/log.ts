import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger } from 'pino';
import { errorForLog } from './error-for-log.js';

export type Log = Logger;

/**
 * Names that never reach a log line, wherever they stand. A net under the rule that no caller logs a
 * secret, not a replacement for it.
 */
const secretPaths = ['authorization', 'password', 'secret', 'token', 'apiKey', 'cookie'].flatMap((name) => [
  name,
  `*.${name}`,
  `*.*.${name}`,
]);

/** The process's log: one JSON object a line. */
export function createLog(level: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: undefined,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: (error: unknown) => errorForLog(error) },
    redact: { paths: secretPaths, censor: '[secret]' },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** Nest's own messages in the same log; its start-up chatter is of interest to debugging only. */
export function nestLogger(log: Log): LoggerService {
  const context = (rest: unknown[]) => ({ nest: rest.findLast((part) => typeof part === 'string') });
  return {
    log: (message: unknown, ...rest: unknown[]) => log.debug(context(rest), String(message)),
    debug: (message: unknown, ...rest: unknown[]) => log.debug(context(rest), String(message)),
    verbose: (message: unknown, ...rest: unknown[]) => log.trace(context(rest), String(message)),
    warn: (message: unknown, ...rest: unknown[]) => log.warn(context(rest), String(message)),
    error: (message: unknown, ...rest: unknown[]) =>
      message instanceof Error
        ? log.error({ err: message, ...context(rest) }, message.message)
        : log.error(context(rest), String(message)),
    fatal: (message: unknown, ...rest: unknown[]) => log.fatal(context(rest), String(message)),
  };
}
