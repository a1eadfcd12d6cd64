import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { AnalysisTarget } from '../../features/diagnostics/analysis-target.js';
import { describedTarget } from '../../features/diagnostics/described-target.js';
import { newDiagnostics } from '../../features/diagnostics/diagnostics.schemas.js';
import { passwordVariable, UsageError } from './usage.js';

/** What the command line says, before anybody is asked for what it lacks. */
export interface AnalyzeArguments {
  readonly help: boolean;
  readonly json: boolean;
  readonly colour: boolean;
  /** Fields of the API’s body, by their names there; undefined where nothing is said. */
  readonly fields: Readonly<Record<string, unknown>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const options = {
  email: { type: 'string' },
  user: { type: 'string' },
  url: { type: 'string' },
  canary: { type: 'string' },
  access: { type: 'string' },
  'connecting-sid-type': { type: 'string' },
  'connecting-sid': { type: 'string' },
  ca: { type: 'string' },
  'trusted-host': { type: 'string', multiple: true },
  'send-to-self': { type: 'boolean' },
  json: { type: 'boolean' },
  'no-color': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const flagOf: Readonly<Record<string, string>> = {
  emailAddress: '--email',
  username: '--user',
  password: passwordVariable,
  ewsUrl: '--url',
  canaryAddress: '--canary',
  access: '--access',
  connectingSidType: '--connecting-sid-type',
  connectingSid: '--connecting-sid',
  caCertificates: '--ca',
  trustedHosts: '--trusted-host',
};

/** @throws UsageError */
export function readArguments(args: readonly string[], environment: Environment): AnalyzeArguments {
  if (args.some((arg) => /^(?:--pass(?:word)?|-p)(?:=|$)/i.test(arg)))
    throw new UsageError(
      `The password is no argument: others on this host can read those. Set ${passwordVariable}, or leave it out to be asked.`,
    );
  const { values, positionals } = parsed(args);
  if (positionals.length > 0) throw new UsageError('There is a word too many; options begin with --.');
  const given = (name: string) => environment[name] || undefined;
  return {
    help: values.help ?? false,
    json: values.json ?? false,
    colour: !(values['no-color'] ?? false) && given('NO_COLOR') === undefined,
    fields: {
      emailAddress: values.email ?? given('POSTROOM_ANALYZE_EMAIL'),
      username: values.user ?? given('POSTROOM_ANALYZE_USER'),
      password: given(passwordVariable),
      ewsUrl: values.url ?? given('POSTROOM_ANALYZE_URL'),
      canaryAddress: values.canary,
      access: values.access,
      connectingSidType: values['connecting-sid-type'],
      connectingSid: values['connecting-sid'],
      caCertificates: values.ca === undefined ? undefined : fileText(values.ca),
      trustedHosts: values['trusted-host'],
      sendToSelf: values['send-to-self'],
    },
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    // Node's message names the option and not what was given with it.
    throw new UsageError(error instanceof Error ? (error.message.split('. ', 1)[0] ?? '') : 'The options are wrong.');
  }
}

function fileText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new UsageError(`--ca: the file ${path} cannot be read.`);
  }
}

/** The target, by the rules of the API. @throws UsageError naming every wrong option */
export function targetOf(fields: Readonly<Record<string, unknown>>): AnalysisTarget {
  const result = newDiagnostics.safeParse(fields);
  if (!result.success) {
    const lines = result.error.issues.map(({ path: [field], message }) => `${flagOf[String(field)] ?? ''} ${message}`);
    throw new UsageError(lines.join('\n'));
  }
  return describedTarget(result.data);
}
