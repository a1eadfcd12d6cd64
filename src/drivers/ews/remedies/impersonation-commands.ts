import type { Command } from '../../port/explanations/command.js';
import {
  addedMembers,
  askForAppId,
  assignmentsOf,
  grantedAppRole,
  grantedRole,
  knownApplication,
  madeGroup,
  mailboxGroup,
  scopeOfGroup,
} from './impersonation-rights.js';
import type { Names } from './names.js';
import { inFilter, powerShell } from './quoting.js';
import type { ServerKind } from '../../port/explanations/setup-guide.js';

/** Every mailbox that is known to be struck, or the one that is meant; a few of them at most. */
const struck = ({ context }: Names): readonly string[] =>
  (context.mailboxes?.length ? context.mailboxes : [context.mailbox]).filter((address) => address !== '').slice(0, 20);

/** The commands by which the account may act as the mailboxes again, for this kind of server. */
export const impersonationCommands = (names: Names): Command[] =>
  names.kind === 'exchange-online' ? applicationAccess(names) : managementRole(names);

function managementRole(names: Names): Command[] {
  const shell = 'exchange-management-shell';
  const { username } = names.context;
  return [
    {
      purpose: 'See which role assignments the service account has now. Nothing listed means that the role is missing.',
      shell,
      command: assignmentsOf(username),
    },
    ...firstOf(names).map((mailbox) => ({
      purpose: `See who may impersonate ${names.mailbox}. If the service account is not among them, the scope leaves the mailbox out.`,
      shell: 'exchange-management-shell' as const,
      command: `Get-ManagementRoleAssignment -Role ApplicationImpersonation -GetEffectiveUsers -WritableRecipient ${powerShell(mailbox)} | Format-Table EffectiveUserName, CustomRecipientWriteScope`,
    })),
    ...bringIn(names, shell),
    {
      purpose: `If the role is missing: make a group for the mailboxes, and a scope that is its direct members.${others(names)}`,
      shell,
      command: [madeGroup, ...addMembers(names), scopeOfGroup].join('\n'),
    },
    ...scopeByList(names, shell),
    {
      purpose: 'Then grant the role within that scope.',
      shell,
      command: grantedRole(username),
    },
  ];
}

function applicationAccess(names: Names): Command[] {
  const shell = 'exchange-online-powershell';
  const { username } = names.context;
  const appId = askForAppId(username);
  return [
    ...firstOf(names).map((mailbox) => ({
      purpose: `See whether the application may use ${names.mailbox} (InScope).`,
      shell: 'exchange-online-powershell' as const,
      command: `${appId}\nTest-ServicePrincipalAuthorization -Identity $appId -Resource ${powerShell(mailbox)} | Format-Table RoleName, AllowedResourceScope, InScope`,
    })),
    {
      purpose: 'If it is unknown to Exchange Online: make it known.',
      shell,
      command: knownApplication(username),
    },
    ...bringIn(names, shell),
    {
      purpose: `If it has no role: make a group for the mailboxes, and a scope that is its direct members.${others(names)}`,
      shell,
      command: [madeGroup, ...addMembers(names), scopeOfGroup].join('\n'),
    },
    ...scopeByList(names, shell),
    {
      purpose: 'Then grant the role within that scope.',
      shell,
      command: grantedAppRole(username),
    },
    ewsOfOrganisation(names.kind),
  ];
}

const firstOf = (names: Names): readonly string[] => struck(names).slice(0, 1);

/** A list of thousands is not for pasting. */
const others = ({ many }: Names): string => (many ? ' Only a few are named here; the incident lists more.' : '');

function addMembers(names: Names): string[] {
  const addresses = struck(names);
  return addresses.length === 0 ? [] : [addedMembers(addresses.map(powerShell).join(', '))];
}

/** A scope without a group: a list of addresses, which has to be written anew for every further mailbox. */
function scopeByList(names: Names, shell: Command['shell']): Command[] {
  const addresses = struck(names);
  if (addresses.length === 0 || names.many) return [];
  const filter = addresses.map((address) => `EmailAddresses -eq ${inFilter(`smtp:${address}`)}`).join(' -or ');
  return [
    {
      purpose: 'Or, instead of a group, a scope that is a list of addresses.',
      shell,
      command: `New-ManagementScope -Name ${mailboxGroup} -RecipientRestrictionFilter ${powerShell(filter)}`,
    },
  ];
}

function bringIn(names: Names, shell: Command['shell']): Command[] {
  const members = addMembers(names);
  if (members.length === 0) return [];
  return [
    {
      purpose: `If the role is there, with a scope by group: bring in what the scope leaves out (put in the name of your group).${others(names)}`,
      shell,
      command: members.join('\n'),
    },
  ];
}

/** What an organisation lets EWS do; the same words on both kinds of server. */
export const ewsOfOrganisation = (kind: ServerKind): Command => ({
  purpose: 'See whether the organisation allows EWS, and to which applications.',
  shell: kind === 'exchange-online' ? 'exchange-online-powershell' : 'exchange-management-shell',
  command: 'Get-OrganizationConfig | Format-List Ews*',
});
