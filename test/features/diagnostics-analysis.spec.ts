import { createServer as createTcpServer, type AddressInfo, type LookupFunction } from 'node:net';
import { findServer } from '../../src/drivers/ews/autodiscover/find-server.js';
import { createExchangeProbe } from '../../src/drivers/ews/exchange-probe.js';
import { analyse, type Analysis, type AnalysisOptions } from '../../src/features/diagnostics/analysis.js';
import type { AnalysisTarget } from '../../src/features/diagnostics/analysis-target.js';
import type { DiagnosticStep, StepId } from '../../src/features/diagnostics/diagnostic-step.js';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox-server.js';
import { makeCertificate, opensslAvailable } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { startEwsStub } from '../drivers/ews/support/ews-stub.js';

const password = 'Planted-<Secret>-&-4711';
const [anna, ben, carl] = ['anna@contoso.test', 'ben@contoso.test', 'carl@contoso.test'];

let sandbox: Sandbox;
const opened: Sandbox[] = [];

async function open(options: Partial<SandboxOptions> = {}): Promise<void> {
  sandbox = await startSandbox({
    domain: 'contoso.test',
    mailboxes: [{ address: anna }, { address: ben }, { address: carl }],
    serviceAccounts: [{ username: 'svc', password, scope: 'all' }],
    ...options,
  });
  opened.push(sandbox);
}
beforeEach(() => open());
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

const mailbox = (address: string) => ({ address, connectingSid: address });
const target = (more: Partial<AnalysisTarget> = {}): AnalysisTarget => ({
  ewsUrl: sandbox.ewsUrl,
  addressSetBy: 'administrator',
  auth: { type: 'basic', username: 'svc', password },
  ca: null,
  trustedHosts: [],
  access: 'impersonation',
  connectingSidType: 'SmtpAddress',
  mailbox: mailbox(anna),
  canary: mailbox(ben),
  sendToSelf: false,
  ...more,
});

/** Every name is this machine. */
const lookup = ((_host: string, options: { all?: boolean }, callback: (...args: unknown[]) => void) =>
  options.all
    ? callback(null, [{ address: '127.0.0.1', family: 4 }])
    : callback(null, '127.0.0.1', 4)) as unknown as LookupFunction;

const probes = (more: { lookup?: LookupFunction; port?: number } = {}): AnalysisOptions['probes'] => ({
  createProbe: ({ ca, ...connection }) =>
    createExchangeProbe({ ...connection, ...(ca === null ? {} : { tls: { ca } }), ...more }),
  discover: ({ ca, ...request }, options) =>
    findServer({ ...request, ...(ca === null ? {} : { tls: { ca } }), ...more }, options?.signal),
});

const run = (more: Partial<AnalysisTarget> = {}, options: Partial<AnalysisOptions> = {}): Promise<Analysis> =>
  analyse(target(more), {
    probes: probes(),
    now: () => new Date(),
    onStep: () => undefined,
    onBug: (error) => {
      throw error;
    },
    ...options,
  });

const statuses = ({ steps }: Analysis) => Object.fromEntries(steps.map(({ id, status }) => [id, status]));
const step = ({ steps }: Analysis, id: StepId) => steps.find((one) => one.id === id) as DiagnosticStep;
const operations = () => sandbox.control.lastCalls(200).map(({ operation }) => operation);
const subjectsIn = (address: string, folder: string) =>
  sandbox.control.listItems(address, folder).map(({ subject }) => subject);
const leftovers = () =>
  [anna, ben, carl].flatMap((address) =>
    ['inbox', 'drafts', 'sentitems', 'outbox', 'deleteditems'].flatMap((folder) => subjectsIn(address, folder)),
  );

const others = {
  dns: 'passed',
  tcp: 'passed',
  tls: 'warning',
  authentication: 'passed',
  credentials: 'passed',
  autodiscover: 'skipped',
};

(opensslAvailable() ? describe : describe.skip)('over TLS (needs openssl)', () => {
  const pair = makeCertificate(['127.0.0.1', 'localhost', 'contoso.test', 'autodiscover.contoso.test']);

  it('passes every step, shows each as it ends, and leaves nothing behind', async () => {
    await open({ tls: pair });
    const seen: DiagnosticStep[] = [];
    const analysis = await run({ ca: pair.cert.toString(), sendToSelf: true }, { onStep: (one) => seen.push(one) });
    expect(analysis.steps.map(({ number, status }) => `${number} ${status}`)).toEqual([
      '1 passed',
      '2 passed',
      '3 passed',
      '4 passed',
      '5 passed',
      '6 skipped',
      '7 passed',
      '8 passed',
      '9 passed',
      '10 passed',
      '11 passed',
      '12 passed',
      '13 passed',
    ]);
    expect(seen).toEqual(analysis.steps);
    expect(analysis.summary).toMatchObject({
      ok: true,
      verdict: { code: 'well', remedy: null },
      counts: { passed: 12, warning: 0, failed: 0, skipped: 1 },
    });
    for (const id of [
      'authentication',
      'credentials',
      'impersonation',
      'canary',
      'create',
      'read',
      'delete',
      'send',
      'find',
    ] as const)
      expect([id, step(analysis, id).requestId]).toEqual([id, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect(step(analysis, 'tls').detail).toMatch(/TLSv1\.[23].*127\.0\.0\.1.*days left/);
    expect(leftovers()).toEqual([]);
    expect(sandbox.control.counts().deliveries).toBe(1);
    // One after the other, over one connection of the client's; the look at the certificate has its own.
    expect(sandbox.control.counts().calls.maxConcurrentCalls).toBe(1);
    expect(sandbox.control.counts().calls.maxConnections).toBeLessThanOrEqual(2);
  });

  it.each([
    ['is not trusted', ['127.0.0.1'], {}, false, 'DEPTH_ZERO_SELF_SIGNED_CERT', 'NODE_EXTRA_CA_CERTS'],
    ['is for another name', ['www.contoso.test'], {}, true, 'ERR_TLS_CERT_ALTNAME_INVALID', 'www.contoso.test'],
    [
      'has expired',
      ['127.0.0.1'],
      { fromDays: -20, toDays: -5 },
      true,
      'CERT_HAS_EXPIRED',
      'Enable-ExchangeCertificate',
    ],
  ])('sends nothing when the certificate %s', async (_what, names, dates, trusted, code, remedy) => {
    const wrong = makeCertificate(names, dates);
    await open({ tls: wrong });
    const analysis = await run({ ca: trusted ? wrong.cert.toString() : null });
    expect(step(analysis, 'tls')).toMatchObject({ status: 'failed', code, remedy: expect.stringContaining(remedy) });
    expect(analysis.summary).toMatchObject({ ok: false, verdict: { code: 'certificate-refused' } });
    expect(statuses(analysis)).toMatchObject({
      tcp: 'passed',
      authentication: 'skipped',
      credentials: 'skipped',
      find: 'skipped',
    });
    expect(sandbox.control.counts().calls.total).toBe(0);
  });

  it('warns of a certificate that expires soon', async () => {
    const soon = makeCertificate(['127.0.0.1'], { toDays: 10 });
    await open({ tls: soon });
    const analysis = await run({ ca: soon.cert.toString() });
    expect(step(analysis, 'tls')).toMatchObject({
      status: 'warning',
      code: 'CertificateExpiresSoon',
      detail: expect.stringContaining('9 days left'),
    });
    expect(analysis.summary).toMatchObject({ ok: true, verdict: { code: 'well-with-warnings' } });
  });

  it('finds the server by Autodiscover first, where no address is given', async () => {
    await open({ tls: pair });
    const { port } = new URL(sandbox.ewsUrl);
    const at = { probes: probes({ lookup, port: Number(port) }) };
    const analysis = await run({ ewsUrl: null, ca: pair.cert.toString() }, at);
    expect(analysis.steps.map(({ number }) => number)).toEqual([6, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13]);
    expect(step(analysis, 'autodiscover')).toMatchObject({
      status: 'passed',
      detail: expect.stringContaining(sandbox.ewsUrl),
    });
    expect(analysis).toMatchObject({ ewsUrl: sandbox.ewsUrl, summary: { ok: true } });

    const unknown = await run({ ewsUrl: null, ca: pair.cert.toString(), mailbox: mailbox('nobody@contoso.test') }, at);
    expect(step(unknown, 'autodiscover')).toMatchObject({ status: 'failed', code: 'Autodiscover500' });
    expect(unknown.summary.verdict).toMatchObject({
      code: 'server-not-found',
      remedy: expect.stringContaining('ExternalUrl'),
    });
    expect(unknown.summary.counts).toMatchObject({ failed: 1, skipped: 12 });

    sandbox.control.resetCounts();
    const auth = { type: 'basic', username: 'svc', password: 'not the one' } as const;
    const refused = await run({ ewsUrl: null, ca: pair.cert.toString(), auth }, at);
    expect(refused.summary.verdict.code).toBe('credentials-refused');
    const calls = sandbox.control.lastCalls(100);
    expect(calls.map(({ operation, httpStatus }) => [operation, httpStatus])).toEqual([
      ['Autodiscover', 401],
      ['Autodiscover', 401],
    ]);
  });
});

describe('what stands before the mailbox', () => {
  it('an unknown name ends at step 1', async () => {
    const analysis = await run({ ewsUrl: 'https://mail.nowhere.invalid/EWS/Exchange.asmx' });
    expect(step(analysis, 'dns')).toMatchObject({
      status: 'failed',
      code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
    });
    expect(step(analysis, 'dns').remedy).toContain('nslookup mail.nowhere.invalid');
    expect(analysis.summary).toMatchObject({
      verdict: { code: 'address-unknown' },
      counts: { failed: 1, skipped: 12 },
    });
  });

  it('an unusual path is a warning', async () => {
    const analysis = await run({ ewsUrl: sandbox.ewsUrl.replace('/EWS/Exchange.asmx', '/other') });
    expect(step(analysis, 'dns')).toMatchObject({ status: 'warning', code: 'UnusualPath' });
    expect(step(analysis, 'authentication')).toMatchObject({ status: 'failed', code: 'Http404' });
    expect(analysis.summary.verdict.code).toBe('not-exchange');
  });

  it('a closed port ends at step 2', async () => {
    const server = createTcpServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const analysis = await run({ ewsUrl: `https://127.0.0.1:${port}/EWS/Exchange.asmx` });
    expect(step(analysis, 'tcp')).toMatchObject({
      status: 'failed',
      code: 'ECONNREFUSED',
      remedy: expect.stringContaining('W3SVC'),
    });
    expect(analysis.summary.verdict.code).toBe('server-unreachable');
  });

  it('http instead of TLS is a warning, and TLS where none is spoken a failure', async () => {
    const plain = await run();
    expect(step(plain, 'tls')).toMatchObject({ status: 'warning', code: 'NotEncrypted' });
    expect(plain.summary).toMatchObject({ ok: true, verdict: { code: 'well-with-warnings' } });
    const analysis = await run({ ewsUrl: sandbox.ewsUrl.replace('http:', 'https:') });
    expect(step(analysis, 'tls')).toMatchObject({ status: 'failed' });
    expect(analysis.summary.verdict.code).toBe('certificate-refused');
  });

  it.each([
    [
      401,
      { 'WWW-Authenticate': ['Negotiate', 'NTLM'] },
      'BasicNotOffered',
      'basic-not-offered',
      'Set-WebServicesVirtualDirectory',
    ],
    [302, { Location: 'https://login.contoso.test/?token=abc' }, 'Http302', 'not-exchange', 'where EWS really is'],
    [403, {}, 'Http403', 'not-exchange', 'Ews*'],
    [404, {}, 'Http404', 'not-exchange', '/EWS/Exchange.asmx'],
    [200, {}, 'UnexpectedAnswer', 'not-exchange', 'login page'],
    [503, {}, 'Http503', 'not-exchange', 'MSExchangeServicesAppPool'],
    [401, {}, 'NoSchemeOffered', 'basic-not-offered', 'Set-WebServicesVirtualDirectory'],
    [407, { 'Proxy-Authenticate': 'Basic realm="proxy"' }, 'Http407', 'not-exchange', 'without that proxy'],
    [400, {}, 'Http400', 'not-exchange', 'EWS address'],
    [500, { 'WWW-Authenticate': 'Basic realm="x"' }, 'Http500', 'not-exchange', 'EWS address'],
  ])('HTTP %i to the first question: no password is sent', async (status, headers, code, verdict, remedy) => {
    const stub = await startEwsStub((_request, response) =>
      response.writeHead(status, headers).end('<p>some words</p>'),
    );
    const analysis = await run({ ewsUrl: stub.url });
    expect(step(analysis, 'authentication')).toMatchObject({
      status: 'failed',
      code,
      remedy: expect.stringContaining(remedy),
    });
    // For administrators only: nothing shows that it is a mail server.
    expect(step(analysis, 'authentication').hostWords).toContain('some words');
    expect(step(analysis, 'authentication').detail).not.toContain('some words');
    expect(analysis.summary.verdict.code).toBe(verdict);
    expect(step(analysis, 'credentials')).toMatchObject({
      status: 'skipped',
      detail: expect.stringContaining('no password is sent'),
    });
    expect(stub.seen.filter(({ headers: sent }) => sent.authorization)).toEqual([]);
    expect(JSON.stringify(analysis)).not.toContain('token=abc');
    await stub.close();
  });

  it('a server that wants a document before it asks for credentials is given one that only reads', async () => {
    const stub = await startEwsStub((request, response) => {
      if (request.body === '') return response.writeHead(411).end();
      return response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end();
    });
    const analysis = await run({ ewsUrl: stub.url });
    await stub.close();
    expect(step(analysis, 'authentication')).toMatchObject({ status: 'passed' });
    expect(
      stub.seen.slice(0, 2).map(({ headers, body }) => [headers.authorization, /<m:(\w+)/.exec(body)?.[1]]),
    ).toEqual([
      [undefined, undefined],
      [undefined, 'GetFolder'],
    ]);
  });

  it('a wrong password is tried once', async () => {
    sandbox.control.resetCounts();
    const analysis = await run({ auth: { type: 'basic', username: 'svc', password: 'not the one' } });
    expect(step(analysis, 'credentials')).toMatchObject({
      status: 'failed',
      code: 'Http401',
      remedy: expect.stringContaining('password'),
    });
    expect(statuses(analysis)).toMatchObject({
      impersonation: 'skipped',
      canary: 'skipped',
      create: 'skipped',
      find: 'skipped',
    });
    expect(analysis.summary.verdict.code).toBe('credentials-refused');
    // The question without credentials, and the one try.
    expect(sandbox.control.counts().calls.total).toBe(2);
  });

  it('an account that is locked in between ends it as well, and nothing more is tried', async () => {
    sandbox.control.injectFault({ operation: 'CreateItem', times: 1, fault: { http: 401 } });
    const analysis = await run({ sendToSelf: true });
    expect(statuses(analysis)).toMatchObject({
      create: 'failed',
      read: 'skipped',
      delete: 'skipped',
      send: 'skipped',
      find: 'skipped',
    });
    expect(analysis.summary.verdict.code).toBe('credentials-refused');
    expect(operations().at(-1)).toBe('CreateItem');
  });

  it('an account with a mailbox of its own, and one that is told to slow down, sign in', async () => {
    await open({ serviceAccounts: [{ username: 'svc', password, scope: 'all', mailbox: carl }] });
    expect(step(await run(), 'credentials').detail).toContain('a mailbox of its own');
    sandbox.control.injectFault({
      operation: 'GetFolder',
      times: 1,
      fault: { code: 'ErrorServerBusy', backOffMs: 100 },
    });
    const slowed = await run();
    expect(step(slowed, 'credentials')).toMatchObject({ status: 'warning', code: 'ErrorServerBusy' });
    expect(slowed.summary.ok).toBe(true);
  });
});

describe('one mailbox and another', () => {
  it('both refused: the role is missing', async () => {
    sandbox.control.revoke('svc', 'all');
    const analysis = await run();
    expect(statuses(analysis)).toMatchObject({
      ...others,
      impersonation: 'failed',
      canary: 'failed',
      create: 'skipped',
    });
    expect(analysis.summary.verdict).toMatchObject({
      code: 'role-missing',
      text: expect.stringContaining('does not have the ApplicationImpersonation role'),
      remedy: expect.stringContaining('New-ManagementRoleAssignment'),
    });
  });

  it('one refused: it is outside the scope', async () => {
    sandbox.control.revoke('svc', [anna]);
    const analysis = await run();
    expect(statuses(analysis)).toMatchObject({ impersonation: 'failed', canary: 'passed', create: 'skipped' });
    expect(step(analysis, 'canary').detail).toContain(`${anna} is outside its management scope`);
    expect(analysis.summary.verdict).toMatchObject({
      code: 'outside-scope',
      remedy: expect.stringContaining(`Add-DistributionGroupMember -Identity '<group>' -Member '${anna}'`),
    });
  });

  it('none to compare with: it says so', async () => {
    sandbox.control.revoke('svc', 'all');
    const analysis = await run({ canary: null });
    expect(step(analysis, 'canary')).toMatchObject({
      status: 'skipped',
      detail: expect.stringContaining('no other mailbox'),
    });
    expect(analysis.summary.verdict).toMatchObject({
      code: 'permission-missing',
      text: expect.stringContaining('canaryAddress'),
    });
  });

  it('nothing to conclude from another one that fails for reasons of its own', async () => {
    sandbox.control.revoke('svc', [anna]);
    const analysis = await run({ canary: mailbox('typo@contoso.test') });
    expect(step(analysis, 'canary')).toMatchObject({ status: 'failed', code: 'ErrorNonExistentMailbox' });
    expect(analysis.summary.verdict.code).toBe('permission-missing');
  });

  it('only the other one refused: a warning', async () => {
    sandbox.control.revoke('svc', [ben]);
    const analysis = await run();
    expect(step(analysis, 'canary')).toMatchObject({ status: 'warning', code: 'ErrorImpersonateUserDenied' });
    expect(analysis.summary).toMatchObject({ ok: true, verdict: { code: 'well-with-warnings' } });
  });

  it('an unknown mailbox is told from a refused one', async () => {
    const analysis = await run({ mailbox: mailbox('typo@contoso.test') });
    expect(step(analysis, 'impersonation')).toMatchObject({
      status: 'failed',
      code: 'ErrorNonExistentMailbox',
      remedy: expect.stringContaining('Get-Recipient'),
    });
    expect(step(analysis, 'canary').detail).toContain('the trouble is that of typo@contoso.test alone');
    expect(analysis.summary.verdict.code).toBe('mailbox-trouble');
  });

  it('no mailbox named: nothing is written anywhere, and the other is opened all the same', async () => {
    const analysis = await run({ mailbox: null });
    expect(statuses(analysis)).toMatchObject({
      credentials: 'passed',
      impersonation: 'skipped',
      canary: 'passed',
      create: 'skipped',
      send: 'skipped',
      find: 'skipped',
    });
    expect(analysis.summary.ok).toBe(true);
    sandbox.control.revoke('svc', 'all');
    expect((await run({ mailbox: null })).summary).toMatchObject({ ok: false, verdict: { code: 'mailbox-trouble' } });
  });

  it('by delegate access, the words are of full access', async () => {
    sandbox.control.setDelegate(ben, 'svc');
    const analysis = await run({ access: 'delegation' });
    expect(statuses(analysis)).toMatchObject({ impersonation: 'failed', canary: 'passed' });
    expect(analysis.summary.verdict).toMatchObject({
      code: 'outside-scope',
      remedy: expect.stringContaining('Add-MailboxPermission'),
    });
    sandbox.control.setDelegate(anna, 'svc');
    expect((await run({ access: 'delegation', sendToSelf: true })).summary).toMatchObject({ ok: true });
    expect(leftovers()).toEqual([]);
  });
});

describe('the draft', () => {
  it('that is refused leaves nothing to delete', async () => {
    sandbox.control.injectFault({
      operation: 'CreateItem',
      times: 1,
      fault: { itemError: 'ErrorCreateItemAccessDenied' },
    });
    const analysis = await run();
    expect(statuses(analysis)).toMatchObject({
      impersonation: 'passed',
      create: 'failed',
      read: 'skipped',
      delete: 'skipped',
      find: 'passed',
    });
    expect(analysis.summary.verdict.code).toBe('draft-refused');
  });

  it('is deleted when it cannot be read', async () => {
    sandbox.control.injectFault({ operation: 'GetItem', times: 9, fault: { itemError: 'ErrorItemCorrupt' } });
    const analysis = await run();
    expect(statuses(analysis)).toMatchObject({ create: 'passed', read: 'failed', delete: 'passed' });
    expect(analysis.summary.verdict.code).toBe('draft-unreadable');
    expect(leftovers()).toEqual([]);
  });

  it('is looked for and deleted when the answer to its creation was lost', async () => {
    sandbox.control.injectFault({ operation: 'CreateItem', times: 1, fault: { dropAfterCommit: true } });
    const analysis = await run();
    expect(statuses(analysis)).toMatchObject({ create: 'failed', read: 'skipped', delete: 'passed' });
    expect(leftovers()).toEqual([]);
  });

  it('is not there when the request was lost, and that is no failure', async () => {
    sandbox.control.injectFault({ operation: 'CreateItem', times: 1, fault: { dropBefore: true } });
    const analysis = await run();
    expect(step(analysis, 'delete')).toMatchObject({
      status: 'passed',
      detail: expect.stringContaining('none was made'),
    });
  });

  it('is tried to be deleted more than once', async () => {
    sandbox.control.injectFault({ operation: 'DeleteItem', times: 1, fault: { code: 'ErrorMailboxStoreUnavailable' } });
    expect(statuses(await run())).toMatchObject({ delete: 'passed' });
    expect(leftovers()).toEqual([]);
  });

  it('that cannot be deleted is named, so that a person can, and no message is sent', async () => {
    sandbox.control.injectFault({
      operation: 'DeleteItem',
      times: 99,
      fault: { code: 'ErrorMailboxStoreUnavailable' },
    });
    const analysis = await run({ sendToSelf: true });
    const [subject] = leftovers();
    expect(step(analysis, 'delete')).toMatchObject({ status: 'failed', code: 'ErrorMailboxStoreUnavailable' });
    expect(step(analysis, 'delete').remedy).toContain(`“${subject}”`);
    expect(statuses(analysis)).toMatchObject({ send: 'skipped', find: 'passed' });
    expect(analysis.summary.verdict.code).toBe('draft-left-behind');
    expect(operations().filter((name) => name === 'DeleteItem').length).toBeGreaterThan(1);
  });
});

describe('the message to the mailbox itself', () => {
  it('is found although its sending was in doubt, and both copies go', async () => {
    sandbox.control.injectFault({ operation: 'SendItem', times: 1, fault: { dropAfterCommit: true } });
    const analysis = await run({ sendToSelf: true });
    expect(step(analysis, 'send')).toMatchObject({ status: 'passed' });
    expect(sandbox.control.counts().deliveries).toBe(1);
    expect(leftovers()).toEqual([]);
  });

  it('that the server refuses to send leaves no draft', async () => {
    sandbox.control.injectFault({ operation: 'SendItem', times: 1, fault: { itemError: 'ErrorSendAsDenied' } });
    const analysis = await run({ sendToSelf: true });
    expect(step(analysis, 'send')).toMatchObject({ status: 'failed', code: 'ErrorSendAsDenied' });
    expect(analysis.summary.verdict.code).toBe('sending-failed');
    expect(leftovers()).toEqual([]);
  });

  it('is waited for no longer than whoever asked for it', async () => {
    const end = new AbortController();
    // The first look for it hangs, longer than any machine takes for the rest.
    sandbox.control.injectFault({ operation: 'FindItem', times: 1, fault: { delayMs: 60_000 } });
    const analysis = run({ sendToSelf: true }, { signal: end.signal });
    await eventually(() => operations().at(-1) === 'SendItem' && sandbox.control.counts().calls.openCalls === 1);
    end.abort();
    const ended = await analysis;
    expect(step(ended, 'send').status).toBe('skipped');
    expect(ended.summary).toMatchObject({ ok: false, verdict: { code: 'stopped' }, counts: { failed: 0 } });
    expect(ended.summary.durationMs).toBeLessThan(50_000);
    expect(leftovers()).toEqual([]);
  });
});

describe('a run that ends early', () => {
  it('has its draft deleted, whenever its caller goes', async () => {
    for (const last of ['create', 'read'] as const) {
      const end = new AbortController();
      const analysis = await run(
        { sendToSelf: true },
        { signal: end.signal, onStep: ({ id }) => id === last && end.abort() },
      );
      expect(step(analysis, 'delete').status).toBe('passed');
      expect(statuses(analysis)).toMatchObject({ send: 'skipped', find: 'skipped' });
      expect(analysis.summary.verdict.code).toBe('stopped');
      expect(leftovers()).toEqual([]);
    }
  });

  it('while its draft is being created waits for the answer and deletes it', async () => {
    const end = new AbortController();
    sandbox.control.injectFault({ operation: 'CreateItem', times: 1, fault: { delayMs: 300 } });
    const analysis = run(
      {},
      { signal: end.signal, onStep: ({ id }) => id === 'canary' && setTimeout(() => end.abort(), 50) },
    );
    expect(statuses(await analysis)).toMatchObject({ create: 'passed', read: 'skipped', delete: 'passed' });
    expect(leftovers()).toEqual([]);
  });

  it('because its time is over says so at the step under way', async () => {
    sandbox.control.injectFault({ operation: 'GetFolder', times: 9, fault: { delayMs: 60_000 } });
    const analysis = await run({}, { limitMs: 150 });
    expect(step(analysis, 'credentials')).toMatchObject({ status: 'failed', code: 'TimedOut' });
    expect(analysis.summary.counts).toMatchObject({ failed: 1 });
    expect(analysis.summary.durationMs).toBeLessThan(50_000);
  });

  it('before it began does nothing', async () => {
    sandbox.control.resetCounts();
    const analysis = await run({}, { signal: AbortSignal.abort() });
    expect(analysis.summary).toMatchObject({ ok: false, verdict: { code: 'stopped' }, counts: { skipped: 13 } });
    expect(sandbox.control.counts().calls.total).toBe(0);
  });
});

describe('nothing secret is shown', () => {
  it('by servers that repeat everything, in any form', async () => {
    const token = Buffer.from(`svc:${password}`).toString('base64');
    const stub = await startEwsStub((request, response) => {
      if (request.headers.authorization === undefined)
        return response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end(`try ${password}`);
      return response
        .writeHead(500, { 'content-type': 'text/html', 'request-id': password })
        .end(`<p>${request.headers.authorization} ${password} ${encodeURIComponent(password)} ${request.body}</p>`);
    });
    const analysis = await run({ ewsUrl: stub.url });
    const shown = JSON.stringify(analysis);
    expect(shown).toContain('***');
    for (const form of [token, password, 'Planted', '4711', encodeURIComponent(password)])
      expect(shown).not.toContain(form);
    await stub.close();
  });

  it('not even a password that was typed in place of the name', async () => {
    const auth = { type: 'basic', username: password, password } as const;
    const analysis = await run({ auth });
    expect(analysis.summary.verdict.code).toBe('credentials-refused');
    expect(JSON.stringify(analysis)).not.toContain('Planted');
  });

  it('and no control character reaches a terminal', async () => {
    const stub = await startEwsStub((_request, response) =>
      response.writeHead(401, { 'WWW-Authenticate': 'NTLM' }).end('\u001b[2J\u009b31mred \u202ereversed\u0007'),
    );
    const { detail } = step(await run({ ewsUrl: stub.url }), 'authentication');
    expect(detail).toContain('red');
    expect(detail).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    await stub.close();
  });
});
