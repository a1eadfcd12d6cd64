import { PassThrough } from 'node:stream';
import { logDestination } from '../../src/platform/log/log-destination.js';
import { createLog } from '../../src/platform/log/log.js';

/** Standard output as a terminal has it, or as a pipe. */
function output(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY, hasColors: () => false });
  return stream as unknown as NodeJS.WriteStream & PassThrough;
}

it.each([
  ['json', true],
  ['json', false],
  ['auto', false],
] as const)('leaves %s to pino where the terminal is %s', (format, isTTY) => {
  expect(logDestination(format, output(isTTY))).toBeUndefined();
});

it.each([
  ['auto', true],
  ['pretty', false],
] as const)('writes %s for people where the terminal is %s, one line each and without secrets', (format, isTTY) => {
  const stream = output(isTTY);
  const log = createLog('info', logDestination(format, stream));
  log.info({ mailboxId: '4711', password: 'hunter2' }, 'the mailbox is\nactive');
  log.warn({ err: new Error('no room') }, 'later');
  const text = String(stream.read());
  expect(text).toMatch(/^\[\d\d:\d\d:\d\d\] INFO: the mailbox is\s+active.*"mailboxId":"4711"/);
  expect(text).toContain('WARN: later');
  expect(text).toContain('no room');
  expect(text).not.toContain('hunter2');
});
