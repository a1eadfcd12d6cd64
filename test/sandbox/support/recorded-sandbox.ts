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
    const results = validateEnvelopes(exchanges.map((exchange) => exchange.response));
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
