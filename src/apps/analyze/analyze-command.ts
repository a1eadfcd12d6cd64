import { findServer } from '../../drivers/ews/autodiscover/find-server.js';
import { createExchangeProbe } from '../../drivers/ews/exchange-probe.js';
import { analyse, type AnalysisOptions } from '../../features/diagnostics/analysis.js';
import { stepFor } from '../../features/diagnostics/diagnostic-step.js';
import type { AnalysisTarget } from '../../features/diagnostics/analysis-target.js';
import { coloured, plain, stepText, summaryText } from '../../features/diagnostics/report-text.js';
import { ServerAddressRules, type AddressSetter } from '../../features/profiles/server-address-rules.js';
import { SystemClock } from '../../platform/clock/clock.js';
import { readPrivateServersFor, SettingsError } from '../../platform/config/settings.js';
import { readArguments, targetOf, type AnalyzeArguments } from './analyze-arguments.js';
import { askFor } from './ask.js';
import { usage, UsageError } from './usage.js';

/** The same Exchange client, and the same address rules, as in a running process. */
function probesUnder(rules: ServerAddressRules): AnalysisOptions['probes'] {
  const guardFor = (addressSetBy: AddressSetter) => ({ guard: rules.guardFor(addressSetBy) });
  return {
    createProbe: ({ ca, addressSetBy, ...connection }) =>
      createExchangeProbe({ ...connection, ...guardFor(addressSetBy), ...(ca === null ? {} : { tls: { ca } }) }),
    discover: ({ ca, addressSetBy, ...request }, options) =>
      findServer({ ...request, ...guardFor(addressSetBy), ...(ca === null ? {} : { tls: { ca } }) }, options?.signal),
  };
}

/**
 * `postroom analyze`: the analysis of the API, in a terminal.
 * @returns the exit code: 0 all is well, 1 something is not, 2 the analysis could not be made
 */
export async function analyzeCommand(args: readonly string[]): Promise<0 | 1 | 2> {
  try {
    const given = readArguments(args, process.env);
    if (given.help) {
      process.stdout.write(usage);
      return 0;
    }
    return (await carryOut(
      targetOf(await askFor(given.fields, { input: process.stdin, output: process.stderr })),
      given,
    ))
      ? 0
      : 1;
  } catch (error) {
    if (error instanceof SettingsError) {
      process.stderr.write(`${error.message}\n`);
      return 2;
    }
    if (!(error instanceof UsageError)) {
      process.stderr.write('postroom: the analysis broke off because of an error of its own.\n');
      return 2;
    }
    process.stderr.write(`${error.message}\n\npostroom analyze --help says what it takes.\n`);
    return 2;
  }
}

async function carryOut(target: AnalysisTarget, { json, colour }: AnalyzeArguments): Promise<boolean> {
  const { stdout } = process;
  const end = new AbortController();
  const interrupt = () => {
    // A second Ctrl-C does not wait for what tidies up.
    if (end.signal.aborted) process.exit(1);
    process.stderr.write('Stopping; what was left in the mailbox is removed first.\n');
    end.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  // Whoever read the output has gone.
  stdout.on('error', () => end.abort());
  const paint = colour && stdout.isTTY === true ? coloured : plain;
  const write = (type: string, content: object, text: string) =>
    stdout.write(json ? `${JSON.stringify({ type, ...content })}\n` : text);
  const probes = probesUnder(new ServerAddressRules(readPrivateServersFor(process.env)));
  const clock = new SystemClock();
  if (!json) stdout.write(`Postroom looks at ${target.ewsUrl ?? 'the server'} for ${target.mailbox?.address}.\n\n`);
  try {
    const { summary, steps } = await analyse(target, {
      probes,
      now: () => clock.now(),
      signal: end.signal,
      onStep: (step) => {
        const shown = stepFor(step, null);
        write('step', shown, stepText(shown, paint));
      },
      onBug: (error, step) => process.stderr.write(`Step ${step} broke off: ${errorName(error)}\n`),
    });
    write('summary', { ...summary, reportId: null }, summaryText(summary, steps, paint));
    return summary.ok;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

/** Not its message, which can hold anything. */
const errorName = (error: unknown) => (error instanceof Error ? error.name : 'unknown error');
