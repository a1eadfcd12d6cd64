import { powerShell } from './quoting.js';

const guid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** The group whose direct members Postroom may act as, and the scope that follows it; quoted. */
export const mailboxGroup = powerShell('Postroom mailboxes');

export const madeGroup = `New-DistributionGroup -Name ${mailboxGroup} -Type Security`;

/** @param addresses what PowerShell takes for a list of addresses */
export const addedMembers = (addresses: string): string =>
  `${addresses} | ForEach-Object { Add-DistributionGroupMember -Identity ${mailboxGroup} -Member $_ }`;

/** A list of addresses for `addedMembers`, where none are known. */
export const askForAddresses = "(Read-Host 'Addresses of the mailboxes, with commas between').Split(',').Trim()";

export const scopeOfGroup = [
  `$dn = (Get-DistributionGroup -Identity ${mailboxGroup}).DistinguishedName`,
  `New-ManagementScope -Name ${mailboxGroup} -RecipientRestrictionFilter ("MemberOfGroup -eq '" + $dn.Replace("'", "''") + "'")`,
].join('\n');

export const grantedRole = (account: string): string =>
  `New-ManagementRoleAssignment -Name 'Postroom impersonation' -Role ApplicationImpersonation -User ${powerShell(account)} -CustomRecipientWriteScope ${mailboxGroup}`;

/** EffectiveUserName holds the account's name in the directory, not what it signs in with. */
export const assignmentsOf = (account: string): string =>
  [
    `$name = (Get-User -Identity ${powerShell(account)}).Name`,
    'Get-ManagementRoleAssignment -Role ApplicationImpersonation -GetEffectiveUsers | Where-Object { $_.EffectiveUserName -eq $name } | Format-List Name, Enabled, CustomRecipientWriteScope',
  ].join('\n');

/** Sets $appId; asks for it where the account is not the id of an application itself. */
export const askForAppId = (account: string): string =>
  guid.test(account) ? `$appId = ${powerShell(account)}` : "$appId = Read-Host 'Application (client) id of Postroom'";

export const knownApplication = (account: string): string =>
  [
    askForAppId(account),
    "$objectId = Read-Host 'Object id of its enterprise application in Entra'",
    "New-ServicePrincipal -AppId $appId -ObjectId $objectId -DisplayName 'Postroom'",
  ].join('\n');

export const grantedAppRole = (account: string): string =>
  `${askForAppId(account)}\nNew-ManagementRoleAssignment -Name 'Postroom EWS' -App $appId -Role 'Application EWS.AccessAsApp' -CustomResourceScope ${mailboxGroup}`;
