import { ExchangeNames } from '../../src/features/mail/incoming/exchange-names.js';
import { contentOfMime } from '../../src/features/mail/incoming/message-content.js';
import type { MailboxRun } from '../../src/features/mailboxes/mailbox-run.js';
import { MailServerError } from '../../src/drivers/port/mail-error.js';
import { ManualClock } from '../../src/platform/clock/clock.js';
import { mailError } from '../support/mail-errors.js';
import { itemProperties } from './support/item-properties.js';

const name = (alias: string) => `/O=CORP/OU=EX/CN=RECIPIENTS/CN=${alias}`;
const read = (headers: string) => contentOfMime(Buffer.from(`${headers}\r\n\r\nbody`), itemProperties());

/** A run of a profile whose directory answers as given. */
function runOf(directory: (exchangeName: string) => string | null | MailServerError, profileId = 'p1') {
  const asked: string[] = [];
  const resolveAddress = async (exchangeName: string) => {
    asked.push(exchangeName);
    const answer = directory(exchangeName);
    if (answer instanceof MailServerError) throw answer;
    return answer;
  };
  const run = { profile: { id: profileId }, session: { resolveAddress }, signal: new AbortController().signal };
  return { run: run as unknown as MailboxRun, asked };
}

const nobodyElse = { sender: null, recipients: { to: [], cc: [], bcc: [], replyTo: [] } };
const jane = (exchangeName: string) => (exchangeName.endsWith('=JDOE') ? 'jane@corp.example' : null);

describe('people by X.500 name', () => {
  let clock: ManualClock;
  let names: ExchangeNames;
  beforeEach(() => {
    clock = new ManualClock(new Date('2026-03-01T08:00:00Z'));
    names = new ExchangeNames(clock);
  });

  it('get the address that the directory has, wherever they stand, and else keep their name', async () => {
    const { run, asked } = runOf(jane);
    const content = await read(
      `From: "Doe, Jane" <${name('JDOE')}>\r\nTo: Jane <${name('jdoe')}>, Gone <${name('GONE')}>, Ann <ann@x.example>`,
    );
    const { from, recipients } = await names.resolve(run, content);
    expect(from).toEqual({ name: 'Doe, Jane', address: 'jane@corp.example' });
    expect(recipients.to).toEqual([
      { name: 'Jane', address: 'jane@corp.example' },
      { name: 'Gone', address: null },
      { name: 'Ann', address: 'ann@x.example' },
    ]);
    expect(asked).toHaveLength(2);
  });

  it('keep the address that Exchange made of the name where nobody knows it', async () => {
    const { run } = runOf(jane);
    const encapsulated = (alias: string) => `IMCEAEX-_O=CORP_OU=EX_CN=RECIPIENTS_CN=${alias}@corp.example`;
    const content = await read(`From: Jane <${encapsulated('JDOE')}>\r\nTo: Gone <${encapsulated('GONE')}>`);
    const { from, recipients } = await names.resolve(run, content);
    expect(from).toEqual({ name: 'Jane', address: 'jane@corp.example' });
    expect(recipients.to).toEqual([{ name: 'Gone', address: encapsulated('GONE') }]);
  });

  it('are asked for once in a while, for each profile', async () => {
    const { run, asked } = runOf(jane);
    const content = await read(`From: ${name('JDOE')}\r\nTo: <${name('JDOE')}>`);
    await names.resolve(run, content);
    await names.resolve(run, content);
    expect(asked).toHaveLength(1);
    const other = runOf(jane, 'p2');
    await names.resolve(other.run, content);
    expect(other.asked).toHaveLength(1);
    clock.advance(7 * 3_600_000);
    await names.resolve(run, content);
    expect(asked).toHaveLength(2);
  });

  it.each([
    mailError('ErrorAccessDenied', { origin: 'response' }),
    mailError('Http401', { origin: 'http' }),
    mailError('ECONNRESET', { origin: 'transport' }),
    mailError('ErrorServerBusy', { origin: 'response', backOffMs: 1_000 }),
  ])(
    'are left as they are where the server does not tell them ($code), and it is not asked again in the run',
    async (error) => {
      const { run, asked } = runOf(() => error);
      const content = await read(`From: Jane <${name('JDOE')}>`);
      expect((await names.resolve(run, content)).from).toEqual({ name: 'Jane', address: null });
      await names.resolve(run, content);
      expect(asked).toHaveLength(1);
    },
  );

  it('are asked for 500 times in a run at the most, and on in the next', async () => {
    const first = runOf(() => 'found@corp.example');
    const resolve = (run: MailboxRun, alias: string) =>
      names.resolve(run, { from: { name: alias, address: null, exchangeName: name(alias) }, ...nobodyElse });
    for (let count = 0; count < 500; count += 1) await resolve(first.run, `A${count}`);
    expect((await resolve(first.run, 'LAST')).from).toEqual({ name: 'LAST', address: null });
    expect(first.asked).toHaveLength(500);
    // What is known already costs no call.
    expect((await resolve(first.run, 'A0')).from?.address).toBe('found@corp.example');
    expect((await resolve(runOf(() => 'last@corp.example').run, 'LAST')).from?.address).toBe('last@corp.example');
  });

  it('cost nothing where there are none', async () => {
    const { run, asked } = runOf(jane);
    const content = await read('From: Jane <jane@x.example>');
    expect(await names.resolve(run, content)).toBe(content);
    expect(asked).toEqual([]);
  });
});
