import type { DestinationStream } from 'pino';
import pretty from 'pino-pretty';

/**
 * Where log lines go: as JSON for programs, or in words for whoever sits at a terminal.
 * @returns undefined for JSON on standard output, which pino writes by itself and faster
 */
export function logDestination(
  format: 'auto' | 'json' | 'pretty',
  output: NodeJS.WriteStream,
): DestinationStream | undefined {
  if (format === 'json' || (format === 'auto' && !output.isTTY)) return undefined;
  return pretty({
    // Otherwise lines of the last moment are lost with the process.
    sync: true,
    destination: output,
    colorize: output.isTTY && output.hasColors() && !process.env.NO_COLOR,
    translateTime: 'SYS:HH:MM:ss',
    ignore: 'pid,hostname',
    singleLine: true,
  });
}
