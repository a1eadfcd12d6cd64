import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox-server.js';
import { makeCertificate, opensslAvailable } from '../support/certificates.js';
import { serviceAccount, succeeded, WholeStage } from './support/whole-stage.js';

/** Each kind of failure, from what the server does to the incident that says it, and back again by itself. */
const password = 'Correct-Horse-1';
const ann = 'ann@example.com';
const ben = 'ben@example.com';
const minute = 60_000;

let stage: WholeStage;
let secure: Sandbox | null = null;

beforeEach(async () => {
  stage = await WholeStage.open({ addresses: [ann, ben] });
});
afterEach(async () => {
  await secure?.close();
  secure = null;
  await stage.close();
});

const control = () => stage.sandbox.control;
const incidents = () => stage.client().all('/v1/incidents');

async function pass(ms: number, stepMs = 15_000): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    stage.clock.advance(stepMs);
    while ((await stage.round()) > 0);
  }
}

const addMailbox = (address: string, profileId = stage.profileId) =>
  stage.makeMailbox(address, { profileId }).then(async (id) => {
    await pass(0);
    return id;
  });

const change = (patch: object, profileId = stage.profileId) =>
  stage.client().patch(`/v1/email-server-profiles/${profileId}`, patch).then(succeeded);

interface Kind {
  readonly name: string;
  readonly breaks: () => unknown;
  /** Until somebody is told. */
  readonly lastsMs: number;
  readonly code: RegExp;
  readonly scope: string;
  /** One of the words of its title. */
  readonly title: RegExp;
  readonly mends: () => unknown;
}

const fault = (fault: Parameters<ReturnType<typeof control>['injectFault']>[0]['fault'], address?: string) =>
  control().injectFault({ times: 1_000_000, fault, ...(address === undefined ? {} : { address }) });

const few = 5 * minute;
const long = 100 * minute;

const kinds: readonly Kind[] = [
  {
    name: 'a role that is gone',
    breaks: () => control().revoke(serviceAccount, [ann]),
    lastsMs: few,
    code: /^ErrorImpersonateUserDenied$/,
    scope: 'mailbox',
    title: /impersonate/i,
    mends: () => control().grant(serviceAccount, [ann]),
  },
  {
    name: 'a mailbox that is gone',
    breaks: () => control().removeMailbox(ann),
    lastsMs: few,
    code: /^ErrorNonExistentMailbox$/,
    scope: 'mailbox',
    title: /mailbox/i,
    mends: () => control().addMailbox({ address: ann }),
  },
  {
    name: 'an account that is disabled',
    breaks: () => control().disableAccount(ann),
    lastsMs: few,
    code: /^Error(AccountDisabled|ImpersonateUserDenied)$/,
    scope: 'mailbox',
    title: /account|impersonate/i,
    mends: () => control().enableAccount(ann),
  },
  {
    name: 'a folder that the server refuses',
    breaks: () => fault({ code: 'ErrorAccessDenied' }, ann),
    lastsMs: few,
    code: /^ErrorAccessDenied$/,
    scope: 'mailbox',
    title: /access/i,
    mends: () => control().clearFaults(),
  },
  {
    name: 'EWS that is switched off for one',
    breaks: () => fault({ http: 403 }, ann),
    lastsMs: few,
    code: /^Http403$/,
    scope: 'mailbox',
    title: /EWS/,
    mends: () => control().clearFaults(),
  },
  {
    name: 'a store that stays offline',
    breaks: () => fault({ code: 'ErrorMailboxStoreUnavailable' }, ann),
    lastsMs: long,
    code: /^ErrorMailboxStoreUnavailable$/,
    scope: 'mailbox',
    title: /mailbox|database|store/i,
    mends: () => control().clearFaults(),
  },
  {
    name: 'a code that nobody knows yet, after its cap',
    breaks: () => fault({ code: 'ErrorOfAServerToCome' }, ann),
    lastsMs: long,
    code: /^ErrorOfAServerToCome$/,
    scope: 'mailbox',
    title: /./,
    mends: () => control().clearFaults(),
  },
  {
    name: 'a password that has changed',
    breaks: () => control().setPassword(serviceAccount, 'another Password 2'),
    lastsMs: few,
    code: /^Http401$/,
    scope: 'profile',
    title: /password/i,
    mends: () => change({ auth: { username: serviceAccount, password: 'another Password 2' } }),
  },
  {
    name: 'a connection that breaks off',
    breaks: () => fault({ dropBefore: true }),
    lastsMs: few,
    code: /^(SocketClosed|ECONNRESET)$/,
    scope: 'server',
    title: /connection|answer/i,
    mends: () => control().clearFaults(),
  },
  {
    name: 'an address where no Exchange is',
    breaks: () => fault({ http: 404 }),
    lastsMs: few,
    code: /^Http404$/,
    scope: 'server',
    title: /./,
    mends: () => control().clearFaults(),
  },
  {
    name: 'a sign-in page instead of an answer',
    breaks: () => fault({ html: true }),
    lastsMs: few,
    code: /^(UnexpectedAnswer|InvalidXml)$/,
    scope: 'server',
    title: /answer/i,
    mends: () => control().clearFaults(),
  },
  {
    name: 'an answer that is no XML',
    breaks: () => fault({ raw: '<s:Envelope><broken' }),
    lastsMs: few,
    code: /^(InvalidXml|UnexpectedAnswer)$/,
    scope: 'server',
    title: /answer|XML/i,
    mends: () => control().clearFaults(),
  },
  {
    name: 'a server that is gone from its port',
    breaks: () =>
      change({ ewsUrl: 'http://127.0.0.1:9/EWS/Exchange.asmx', auth: { username: serviceAccount, password } }),
    lastsMs: few,
    code: /^ECONNREFUSED$/,
    scope: 'server',
    title: /connection/i,
    mends: () => change({ ewsUrl: stage.sandbox.ewsUrl, auth: { username: serviceAccount, password } }),
  },
  {
    name: 'a name that does not resolve',
    breaks: () =>
      change({ ewsUrl: 'http://mail.invalid/EWS/Exchange.asmx', auth: { username: serviceAccount, password } }),
    lastsMs: few,
    code: /^(ENOTFOUND|EAI_AGAIN)$/,
    scope: 'server',
    title: /name/i,
    mends: () => change({ ewsUrl: stage.sandbox.ewsUrl, auth: { username: serviceAccount, password } }),
  },
];

describe('each kind of failure', () => {
  it.each(kinds.map((kind) => [kind.name, kind] as const))(
    '%s: told with its cause, mended, over',
    async (_name, kind) => {
      await addMailbox(ann);
      await addMailbox(ben);
      await kind.breaks();
      await pass(kind.lastsMs);
      const [incident, ...more] = await incidents();
      expect(more).toEqual([]);
      expect(incident).toMatchObject({ open: true, scope: kind.scope, code: expect.stringMatching(kind.code) });
      expect(incident.title).toMatch(kind.title);
      expect(incident.cause).toMatch(/\.$/);
      expect(incident.explanation).toMatchObject({ causes: expect.any(Array), meanwhile: expect.any(String) });
      expect(JSON.stringify(incident)).not.toContain(password);
      await stage.plan();
      const { body: status } = await stage.client().get(`/v1/mailboxes?emailAddress=${ann}`);
      const id: string = status.items[0].id;
      const { body: why } = await stage.client().get(`/v1/mailboxes/${id}/status`);
      expect(JSON.stringify(why)).toMatch(new RegExp(kind.scope === 'mailbox' ? incident.id : incident.code));

      await kind.mends();
      await control().deliver(ann, { subject: 'meanwhile' });
      await pass(20 * minute, 30_000);
      expect(await incidents()).toMatchObject([{ id: incident.id, open: false, stoppedMailboxes: 0 }]);
      expect(await stage.client().all('/v1/mailboxes?state=active')).toHaveLength(2);
      expect((await stage.messagesOf(id)).map(({ subject }) => subject)).toContain('meanwhile');
      await stage.plan();
      const told = await stage.client().all(`/v1/notifications?incidentId=${incident.id}`);
      expect(told.map((one) => one.kind).sort()).toEqual(['opened', 'recovered']);
    },
  );

  it.each([
    ['a server that is busy', { code: 'ErrorServerBusy', backOffMs: 30_000 }],
    ['a front door that is full', { http: 503, headers: { 'Retry-After': '30' } }],
    ['throttling inside another error', { innerServerBusy: true as const }],
    ['a passing trouble of the server', { code: 'ErrorInternalServerTransientError' }],
  ])('%s: nobody is told, and it passes', async (_name, passing) => {
    await addMailbox(ann);
    control().injectFault({ times: 3, fault: passing });
    await pass(10 * minute);
    await control().deliver(ann, { subject: 'afterwards' });
    await pass(3 * minute);
    expect(await incidents()).toEqual([]);
    expect(await stage.client().all('/v1/mailboxes?state=active')).toHaveLength(1);
    expect(await stage.client().all('/v1/mailboxes')).toMatchObject([{ lastError: null }]);
  });

  it('an alias where the primary address is asked for: the right address is named', async () => {
    control().addAlias(ann, 'alias@example.com');
    await change({ connectingSidType: 'PrimarySmtpAddress' });
    const id = await addMailbox('alias@example.com');
    await pass(few);
    const [incident] = await incidents();
    expect(incident).toMatchObject({ open: true, code: 'ErrorNonPrimarySmtpAddress' });
    expect(incident.cause + incident.remedy).toContain(ann);
    succeeded(await stage.client().patch(`/v1/mailboxes/${id}`, { emailAddress: ann }));
    await pass(few);
    expect(await incidents()).toMatchObject([{ open: false }]);
  });

  (opensslAvailable() ? it : it.skip)('a certificate that nobody vouches for, and one that has expired', async () => {
    for (const [toDays, code] of [
      [365, /SELF_SIGNED|UNABLE_TO_VERIFY/],
      [-0.5, /CERT_HAS_EXPIRED|SELF_SIGNED/],
    ] as const) {
      secure = await startSandbox({
        tls: makeCertificate(['127.0.0.1'], { fromDays: -2, toDays }),
        mailboxes: [{ address: ann }],
        serviceAccounts: [{ username: serviceAccount, password, scope: 'all' }],
        clock: () => stage.clock.now(),
      });
      const profileId = await stage.makeProfile({ ewsUrl: secure.ewsUrl });
      await addMailbox(ann, profileId);
      await pass(few);
      const [incident] = await stage.client().all(`/v1/incidents?profileId=${profileId}`);
      expect(incident).toMatchObject({ open: true, scope: 'server', code: expect.stringMatching(code) });
      expect(incident.title).toMatch(/certificate/i);
      expect(incident.remedy).toContain('openssl s_client');
      await secure.close();
      secure = null;
    }
  });
});
