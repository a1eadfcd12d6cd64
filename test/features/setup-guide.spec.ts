import fc from 'fast-check';
import { powerShell } from '../../src/drivers/ews/remedies/quoting.js';
import { setupGuide } from '../../src/drivers/ews/remedies/setup-guide.js';
import type { SetupFacts } from '../../src/drivers/port/explanations/setup-guide.js';
import { succeeded, WholeStage } from './support/whole-stage.js';

const onPremises: SetupFacts = {
  serverKind: null,
  ewsUrl: 'https://mail.example.com/EWS/Exchange.asmx',
  username: 'EXAMPLE\\svc-postroom',
  access: 'impersonation',
};
const online: SetupFacts = { ...onPremises, ewsUrl: 'https://outlook.office365.com/EWS/Exchange.asmx' };
const variants: [string, SetupFacts][] = [
  ['on premises', onPremises],
  ['on premises, with delegate access', { ...onPremises, access: 'delegation' }],
  ['in Exchange Online', online],
];

const commandsOf = (facts: SetupFacts): string[] =>
  setupGuide(facts).steps.flatMap(({ commands }) => commands.map(({ command }) => command));

it('leads from the account to the role on premises', () => {
  const guide = setupGuide(onPremises);
  expect(guide).toMatchObject({ serverKind: 'exchange-server', account: 'EXAMPLE\\svc-postroom', notice: null });
  expect(commandsOf(onPremises)).toEqual([
    "New-ADUser -Name 'svc-postroom' -SamAccountName 'svc-postroom' -AccountPassword (Read-Host -AsSecureString 'Password of the service account') -PasswordNeverExpires $true -Enabled $true",
    expect.stringContaining('Get-WebServicesVirtualDirectory'),
    expect.stringContaining('-BasicAuthentication $true'),
    "New-DistributionGroup -Name 'Postroom mailboxes' -Type Security",
    "(Read-Host 'Addresses of the mailboxes, with commas between').Split(',').Trim() | ForEach-Object { Add-DistributionGroupMember -Identity 'Postroom mailboxes' -Member $_ }",
    expect.stringContaining("New-ManagementScope -Name 'Postroom mailboxes'"),
    "New-ManagementRoleAssignment -Name 'Postroom impersonation' -Role ApplicationImpersonation -User 'EXAMPLE\\svc-postroom' -CustomRecipientWriteScope 'Postroom mailboxes'",
    expect.stringContaining("Get-User -Identity 'EXAMPLE\\svc-postroom'"),
  ]);
});

it('gives delegate access rights on each mailbox, and no role', () => {
  const text = commandsOf({ ...onPremises, access: 'delegation' }).join('\n');
  expect(text).toContain("Add-MailboxPermission -Identity $_ -User 'EXAMPLE\\svc-postroom' -AccessRights FullAccess");
  expect(text).toContain("-ExtendedRights 'Send As'");
  expect(text).not.toContain('ApplicationImpersonation');
});

it('gives Exchange Online an application, and says what this version cannot do', () => {
  const guide = setupGuide({ ...online, access: 'delegation' });
  expect(guide).toMatchObject({ serverKind: 'exchange-online', access: 'impersonation' });
  expect(guide.notice).toContain('cannot connect to Exchange Online');
  const text = commandsOf(online).join('\n');
  expect(text).toContain("-Role 'Application EWS.AccessAsApp' -CustomResourceScope 'Postroom mailboxes'");
  expect(text).not.toContain('-Role ApplicationImpersonation');
  const appId = '0c7f1a5e-1111-4222-8333-944455556666';
  expect(commandsOf({ ...online, username: appId }).join('\n')).toContain(`$appId = '${appId}'`);
});

it('goes by what is asked for before it goes by the address, and suggests an account', () => {
  expect(setupGuide({ ...online, serverKind: 'exchange-server' }).serverKind).toBe('exchange-server');
  expect(setupGuide({ serverKind: null, ewsUrl: null, username: null, access: 'impersonation' })).toMatchObject({
    serverKind: 'exchange-server',
    account: 'svc-postroom',
  });
});

it('makes an account of a principal name, with a short name that Active Directory takes', () => {
  const [command] = commandsOf({ ...onPremises, username: 'postroom+service-account@example.com' });
  expect(command).toContain(
    "-Name 'postroom+service-account' -SamAccountName 'postroom_service-acc' -UserPrincipalName 'postroom+service-account@example.com'",
  );
});

it.each(variants)('is fit for a person %s', (_name, facts) => {
  const { steps } = setupGuide(facts);
  expect(steps.length).toBeGreaterThan(3);
  for (const { title, text, commands } of steps) {
    expect(title).toMatch(/^[A-Z].{9,80}[^.:]$/);
    expect(text).toMatch(/^[A-Z][^<>{}]{20,500}\.$/);
    expect(commands.length).toBeGreaterThan(0);
    for (const { purpose, shell } of commands) {
      expect(purpose).toMatch(/^[A-Z].{5,150}\.$/);
      expect(shell === 'exchange-online-powershell').toBe(setupGuide(facts).serverKind === 'exchange-online');
    }
  }
});

/** A literal of PowerShell, whose quotes may be typographic and are doubled within it. */
const literal = /'(?:[^'\u2018-\u201b]|['\u2018-\u201b]{2})*'/g;

it.each(variants)('lets no name of an account out of its quotes %s', (_name, facts) => {
  const bare = (account: string) =>
    commandsOf({ ...facts, username: account }).map((one) => one.replace(literal, "''"));
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom("'", '\u2019', '"', '\n', '$(', ';', '@', '\\', 'a') }),
      ),
      (account) => {
        const isPrincipal = account.lastIndexOf('@') > 0;
        expect(bare(account)).toEqual(bare(isPrincipal ? 'svc@example.com' : 'svc'));
      },
    ),
  );
  expect(powerShell("o'neill")).toBe("'o''neill'");
});

describe('the API', () => {
  let stage: WholeStage;
  beforeAll(async () => {
    stage = await WholeStage.open();
  });
  afterAll(() => stage?.close());

  it('answers with the account of a profile, and without a profile with what is given', async () => {
    const path = `/v1/email-server-profiles/${stage.profileId}`;
    const { auth, ewsUrl } = succeeded(await stage.client().get(path));
    const facts = { serverKind: null, ewsUrl, username: auth.username, access: 'impersonation' } as const;
    expect(succeeded(await stage.client().get(`${path}/setup-guide`))).toEqual(setupGuide(facts));
    expect(succeeded(await stage.client().get(`${path}/setup-guide?serverKind=exchange-online`))).toEqual(
      setupGuide({ ...facts, serverKind: 'exchange-online' }),
    );
    const query = new URLSearchParams({ username: "o'neill", access: 'delegation' });
    expect(succeeded(await stage.client().get(`/v1/setup-guide?${query.toString()}`))).toEqual(
      setupGuide({ serverKind: null, ewsUrl: null, username: "o'neill", access: 'delegation' }),
    );
    expect((await stage.client().get('/v1/setup-guide?username=a:b')).status).toBe(400);
  });
});
