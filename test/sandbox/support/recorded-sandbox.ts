import {
  type RecordedExchange,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from '../../../src/sandbox/sandbox-server.js';
import { validateEnvelopes, whyNoSchema } from '../../support/ews-schema.js';
import { SERVICE } from './ews-client.js';

export const ANNA = 'anna.lind@postroom.example';
export const BEN = 'ben.okafor@postroom.example';
export const CLARA = 'clara.meyer@postroom.example';

/** A sandbox that remembers every envelope it wrote. */
export interface RecordedSandbox extends Sandbox {
  readonly exchanges: RecordedExchange[];
}

export async function startRecorded(options: SandboxOptions = {}): Promise<RecordedSandbox> {
  const exchanges: RecordedExchange[] = [];
  const sandbox = await startSandbox({
    mailboxes: [
      {
        address: ANNA,
        displayName: 'Anna Lind',
        aliases: ['anna@postroom.example'],
        password: 'anna-pw',
        groups: ['sales'],
      },
      { address: BEN, displayName: 'Ben Okafor', groups: ['sales'] },
      { address: CLARA, displayName: 'Clara Meyer' },
    ],
    serviceAccounts: [{ ...SERVICE, scope: 'all' }],
    ...options,
    record: (exchange) => {
      exchanges.push(exchange);
      options.record?.(exchange);
    },
  });
  return { ...sandbox, exchanges };
}

const reason = whyNoSchema();

/** Exchange writes what hanging answers hold in another namespace than its own schema says; clients rely on that. */
function asTheSchemaHasIt({ operation, response }: RecordedExchange): string {
  if (operation !== 'GetStreamingEvents') return response;
  return response.replace(/(<\/?)m:(?=Notification\b|SubscriptionId\b)/g, '$1t:');
}

/** As the last test of a file: everything the sandbox answered in it follows the schema. */
export function itAnswersBySchema(sandbox: () => RecordedSandbox): void {
  const title = 'wrote nothing but valid answers';
  if (reason) {
    it.skip(`${title} (skipped: ${reason})`, () => undefined);
    return;
  }
  it(title, () => {
    const { exchanges } = sandbox();
    expect(exchanges.length).toBeGreaterThan(0);
    const results = validateEnvelopes(exchanges.map(asTheSchemaHasIt));
    const wrong = results.flatMap((result, index) =>
      result.valid
        ? []
        : [
            {
              operation: exchanges[index]?.operation,
              errors: result.errors,
              answer: exchanges[index]?.response.slice(0, 3000),
            },
          ],
    );
    expect(wrong).toEqual([]);
  });
}

/** Versions that newer clients offer and the schema does not know; Exchange answers them by the newest that it does. */
const NEWER_VERSION = /RequestServerVersion Version="Exchange2019"/;

/**
 * As the last test of a file in which a client of other people spoke: each of its requests is right by the schema and
 * was not refused for its form, or is wrong by the schema and was refused as Exchange refuses it.
 */
export function itWasAskedBySchema(sandbox: () => RecordedSandbox): void {
  const title = 'refused the requests that are wrong by the schema, and no others';
  if (reason) {
    it.skip(`${title} (skipped: ${reason})`, () => undefined);
    return;
  }
  it(title, () => {
    const { exchanges } = sandbox();
    const requests = [...new Map(exchanges.map((exchange) => [exchange.request, exchange])).values()];
    expect(requests.length).toBeGreaterThan(0);
    const results = validateEnvelopes(
      requests.map(({ request }) => request.replace(NEWER_VERSION, 'RequestServerVersion Version="Exchange2016"')),
    );
    const wrong = results.flatMap(({ valid, errors }, index) => {
      const { operation, request, response, httpStatus } = requests[index] ?? fail();
      const refused = httpStatus === 500 && response.includes('ErrorSchemaValidation');
      return valid === refused ? [{ operation, errors, request: request.slice(0, 3000) }] : [];
    });
    expect(wrong).toEqual([]);
  });
}

function fail(): never {
  throw new Error('A verdict without a request');
}
