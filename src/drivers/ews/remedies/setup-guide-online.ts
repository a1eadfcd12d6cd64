import type { Command } from '../../port/explanations/command.js';
import { askForAppId, grantedAppRole, knownApplication } from './impersonation-rights.js';
import { ewsOfOrganisation } from './impersonation-commands.js';
import { scopedGroup } from './setup-group.js';
import type { SetupStep } from '../../port/explanations/setup-guide.js';

const shell = (...commands: readonly { readonly purpose: string; readonly command: string }[]): Command[] =>
  commands.map((command) => ({ ...command, shell: 'exchange-online-powershell' }));

/** Exchange Online: an application of Entra in place of an account, and a role on the mailboxes of one group. */
export const onlineSteps = (account: string): SetupStep[] => [
  {
    title: 'Register an application in Entra',
    text: 'In the Entra admin center, register an application of this organisation only and give it a certificate. Note its application (client) id, and the object id of its enterprise application. Grant it no full_access_as_app: that would reach every mailbox, whatever the scope says.',
    commands: shell({
      purpose: 'Connect to Exchange Online (needs the module ExchangeOnlineManagement).',
      command: 'Connect-ExchangeOnline',
    }),
  },
  {
    title: 'Make the application known to Exchange Online',
    text: 'It becomes a service principal, to which roles can be assigned.',
    commands: shell({ purpose: 'Make it known.', command: knownApplication(account) }),
  },
  ...scopedGroup(shell),
  {
    title: 'Assign the role “Application EWS.AccessAsApp”',
    text: 'It takes the place of ApplicationImpersonation, which Exchange Online no longer has. A change of roles can take up to two hours to take effect.',
    commands: shell(
      { purpose: 'Assign the role within the scope.', command: grantedAppRole(account) },
      {
        purpose: 'See whether the application may use a mailbox (InScope).',
        command: `${askForAppId(account)}\n$mailbox = Read-Host 'Address of a mailbox'\nTest-ServicePrincipalAuthorization -Identity $appId -Resource $mailbox | Format-Table RoleName, AllowedResourceScope, InScope`,
      },
    ),
  },
  {
    title: 'Let the organisation use EWS',
    text: 'Since October 2026 Exchange Online answers EWS only where EwsEnabled is True and the application stands in EwsAllowedAppIDs. That list is written as a whole: read what stands in it before you add to it. A change can take a day.',
    commands: [ewsOfOrganisation('exchange-online')],
  },
];
