import { createExchangeProbe } from '../../src/drivers/ews/exchange-probe.js';
import { analyse, type Analysis } from '../../src/features/diagnostics/analysis.js';
import { ForeignServer } from './server/foreign-server.js';
import { ALL_QUIRKS, type Quirks } from './server/quirks.js';
import { plain } from './support/samples.js';

const account = { username: 'svc', password: 'first Password 1' };
const [anna, ben] = ['anna@post.foreign.test', 'ben@post.foreign.test'];

let server: ForeignServer;

afterEach(() => server.close());

/** Analyses Anna's mailbox on a server with these quirks, with a message to itself. */
async function analysis(quirks: Partial<Quirks>, address = anna): Promise<Analysis> {
  server = await ForeignServer.start({ ...account, quirks, addresses: [anna, ben] });
  await server.deliver(anna, await plain(anna));
  const mailbox = (of: string) => ({ address: of, connectingSid: of });
  return analyse(
    {
      ewsUrl: server.url,
      addressSetBy: 'administrator',
      auth: { type: 'basic', ...account },
      ca: null,
      trustedHosts: [],
      access: 'impersonation',
      connectingSidType: 'SmtpAddress',
      mailbox: mailbox(address),
      canary: mailbox(ben),
      sendToSelf: true,
    },
    {
      probes: {
        createProbe: ({ ca: _, ...connection }) => createExchangeProbe(connection),
        discover: () => Promise.reject(new Error('the address is given')),
      },
      now: () => new Date(),
      onStep: () => undefined,
      onBug: (error) => {
        throw error;
      },
    },
  );
}

const step = ({ steps }: Analysis, id: string) => steps.find((one) => one.id === id);
const left = () =>
  (['inbox', 'drafts', 'sentitems', 'outbox', 'deleteditems'] as const)
    .flatMap((folder) => server.items(anna, folder))
    .map(({ mail }) => mail.subject);

describe('an analysis of a foreign server', () => {
  it.each<[string, Partial<Quirks>, object]>([
    ['as Exchange does it', {}, { status: 'passed' }],
    ['that refuses to sort', { refusesSorting: true }, { status: 'warning', code: 'NoSorting' }],
    ['that refuses to select by date', { refusesRestrictions: 'dates' }, { status: 'warning', code: 'NoRestrictions' }],
    ['that refuses every FindItem', { refusesFindItem: true }, { status: 'warning', code: 'NoListingByDate' }],
    ['with every quirk', ALL_QUIRKS, { status: 'warning', code: 'NoRestrictions' }],
  ])('%s passes with true words about its listings, and leaves nothing behind', async (_, quirks, find) => {
    const found = await analysis(quirks);
    expect(found.steps.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(found.summary.ok).toBe(true);
    expect(step(found, 'find')).toMatchObject(find);
    expect(left()).toEqual(['Plain words']);
    expect(server.deliveries).toHaveLength(1);
  });

  it('says that there is no such mailbox where the server knows no such user', async () => {
    const found = await analysis(ALL_QUIRKS, 'nobody@post.foreign.test');
    expect(step(found, 'impersonation')).toMatchObject({ status: 'failed', code: 'ErrorCannotFindUser' });
    expect(step(found, 'impersonation')?.detail).toContain('nobody@post.foreign.test');
    expect(step(found, 'canary')).toMatchObject({ status: 'passed' });
  });
});
