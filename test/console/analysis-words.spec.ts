import fc from 'fast-check';
import { explainInFull } from '../../src/features/failures/explanations.js';
import { denialVerdict } from '../../src/features/diagnostics/verdict.js';
import { jsonLines } from '../../src/console/pages/profiles/analysis/json-lines.js';
import { remedyParts } from '../../src/console/parts/remedy-parts.js';
import { countWords } from '../../src/console/pages/profiles/analysis/step-words.js';

const streamOf = (chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });

async function all(stream: ReadableStream<Uint8Array>): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of jsonLines(stream)) values.push(value);
  return values;
}

describe('lines of JSON', () => {
  it('are the same however the stream is cut, characters of several bytes too', async () => {
    const values = fc.array(fc.record({ detail: fc.string({ unit: 'grapheme' }), number: fc.integer() }));
    await fc.assert(
      fc.asyncProperty(values, fc.integer({ min: 1, max: 9 }), fc.boolean(), async (written, size, endsOpen) => {
        const text = written.map((value) => JSON.stringify(value)).join('\n');
        const bytes = new TextEncoder().encode(endsOpen ? text : `${text}\n`);
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.slice(index * size, (index + 1) * size),
        );
        expect(await all(streamOf(chunks))).toEqual(written);
      }),
    );
  });

  it('are refused when one is cut off', async () => {
    await expect(all(streamOf([new TextEncoder().encode('{"a":1}\n{"b":')]))).rejects.toThrow(SyntaxError);
  });
});

describe('a remedy', () => {
  const context = {
    username: 'svc-postroom',
    ewsUrl: 'https://mail.example.com/EWS/Exchange.asmx',
    mailbox: 'anna@example.com',
    values: {},
  };

  it.each([
    ['ErrorImpersonateUserDenied', 'impersonation-permission'],
    ['Http401', 'credentials-auth'],
    ['ENOTFOUND', 'network'],
  ] as const)('of %s falls into the commands that it was made of', (code, category) => {
    const { remedy, commands, advice } = explainInFull({ code, category }, context);
    const parts = remedyParts(remedy);
    expect(parts.flatMap((part) => (part.kind === 'command' ? [part.command] : []))).toEqual(
      commands.map(({ command }) => command),
    );
    expect(parts.flatMap((part) => (part.kind === 'command' ? [part.purpose] : []))).toEqual(
      commands.map(({ purpose }) => purpose),
    );
    expect(parts[0]).toEqual({ kind: 'text', text: advice });
    for (const part of parts) if (part.kind === 'command') expect(part.shell).toMatch(/Shell|terminal/);
  });

  it('of a verdict takes the sentence above a command for its purpose', () => {
    const { remedy } = denialVerdict(
      {
        username: 'svc-postroom',
        mailbox: 'anna@example.com',
        canary: 'ben@example.com',
        mailboxDenied: true,
        canaryOutcome: 'opened',
        delegation: false,
        credentialsRefused: false,
        stopped: null,
      },
      null,
    );
    const [first, second] = remedyParts(remedy ?? '');
    expect(first).toMatchObject({
      kind: 'command',
      purpose: expect.stringMatching(/^In the Exchange Management Shell, see which scope .*\.$/),
      command: expect.stringContaining('Get-ManagementScope'),
    });
    expect(second).toMatchObject({
      purpose: expect.stringContaining('Bring anna@example.com'),
      command: "Add-DistributionGroupMember -Identity '<group>' -Member 'anna@example.com'",
    });
  });

  it('without commands is words', () => {
    expect(remedyParts('Renew it.\nThen try again.')).toEqual([
      { kind: 'text', text: 'Renew it.' },
      { kind: 'text', text: 'Then try again.' },
    ]);
  });
});

it('counts steps in words', () => {
  expect(countWords({ passed: 8, warning: 1, failed: 0, skipped: 3 }, 740)).toBe(
    '8 passed, 1 warning, 3 skipped, in 0.7 s',
  );
});
