import { onPremises } from './on-premises.js';
import { askForAddresses, assignmentsOf, grantedRole } from './impersonation-rights.js';
import { powerShell } from './quoting.js';
import { scopedGroup } from './setup-group.js';
import type { SetupAccess, SetupStep } from '../../port/explanations/setup-guide.js';

const shell = (...commands: readonly { readonly purpose: string; readonly command: string }[]) =>
  onPremises('exchange-server', commands);

/** Exchange Server: an account of Active Directory, and rights on the mailboxes of one group. */
export const onPremisesSteps = (account: string, access: SetupAccess): SetupStep[] => [
  {
    title: 'Make the service account',
    text: 'An ordinary account of Active Directory, without a mailbox and in no group of administrators, to which Exchange denies impersonation. Its password is set never to expire, because all mail of the profile stops when it does; leave that option out where your rules want otherwise.',
    commands: shell({
      purpose: 'Make the account (needs the Active Directory module); it asks for the password.',
      command: madeAccount(account),
    }),
  },
  {
    title: 'Let EWS take its name and password',
    text: 'Postroom signs in with Basic authentication. Use an address that begins with https, so that the password is encrypted on its way.',
    commands: shell(
      {
        purpose: 'See how EWS lets accounts sign in.',
        command:
          'Get-WebServicesVirtualDirectory | Format-List Server, BasicAuthentication, WindowsAuthentication, OAuthAuthentication',
      },
      {
        purpose: 'Where BasicAuthentication is False, switch it on.',
        command:
          'Get-WebServicesVirtualDirectory | Where-Object { -not $_.BasicAuthentication } | Set-WebServicesVirtualDirectory -BasicAuthentication $true',
      },
    ),
  },
  ...(access === 'delegation' ? fullAccess(account) : impersonation(account)),
];

const impersonation = (account: string): SetupStep[] => [
  ...scopedGroup(shell),
  {
    title: 'Assign the role ApplicationImpersonation',
    text: 'With it the account reads and sends as the mailboxes of the scope. A change of roles can take up to two hours to reach every server.',
    commands: shell(
      { purpose: 'Assign the role within the scope.', command: grantedRole(account) },
      { purpose: 'See that it is there, and within the scope.', command: assignmentsOf(account) },
    ),
  },
];

function fullAccess(account: string): SetupStep[] {
  const user = powerShell(account);
  const each = (command: string) => `${askForAddresses} | ForEach-Object { ${command} }`;
  return [
    {
      title: 'Give the account full access to each mailbox',
      text: 'Delegate access has no group and no scope: every mailbox that is added later needs the same.',
      commands: shell({
        purpose: 'Give full access; it asks for the addresses of the mailboxes.',
        command: each(`Add-MailboxPermission -Identity $_ -User ${user} -AccessRights FullAccess -AutoMapping $false`),
      }),
    },
    {
      title: 'Let the account send as each mailbox',
      text: 'Full access is for reading; sending is a right of its own. It takes effect within two hours.',
      commands: shell({
        purpose: 'Give the right to send; it asks for the addresses of the mailboxes.',
        command: each(
          `Add-ADPermission -Identity (Get-Mailbox -Identity $_).DistinguishedName -User ${user} -ExtendedRights 'Send As'`,
        ),
      }),
    },
  ];
}

/** What Active Directory takes for the name that older systems know an account by, which has a length of its own. */
const shortName = (text: string): string => text.replaceAll(/["/\\[\]:;|=,+*?<>@]/g, '_').slice(0, 20);

function madeAccount(account: string): string {
  const at = account.lastIndexOf('@');
  const name = at > 0 ? account.slice(0, at) : account.slice(account.lastIndexOf('\\') + 1);
  return [
    `New-ADUser -Name ${powerShell(name)} -SamAccountName ${powerShell(shortName(name))}`,
    ...(at > 0 ? [`-UserPrincipalName ${powerShell(account)}`] : []),
    "-AccountPassword (Read-Host -AsSecureString 'Password of the service account') -PasswordNeverExpires $true -Enabled $true",
  ].join(' ');
}
