import type { Command } from '../../port/explanations/command.js';
import type { Names } from './names.js';
import { inFilter, powerShell } from './quoting.js';

const shellOf = ({ kind }: Names): Command['shell'] =>
  kind === 'exchange-online' ? 'exchange-online-powershell' : 'exchange-management-shell';

/** Commands about one mailbox; none where no mailbox in particular is meant. */
function about(names: Names, purpose: string, command: (identity: string) => string): Command[] {
  const { mailbox } = names.context;
  return mailbox === '' ? [] : [{ purpose, shell: shellOf(names), command: command(powerShell(mailbox)) }];
}

export const recipientCommands = (names: Names): Command[] =>
  about(
    names,
    'See what the server knows under this address. UserMailbox is a mailbox; MailUser means that it lives elsewhere.',
    (identity) =>
      `Get-Recipient -Identity ${identity} | Format-List RecipientTypeDetails, PrimarySmtpAddress, EmailAddresses, HiddenFromAddressListsEnabled`,
  );

export const primaryAddressCommands = (names: Names): Command[] =>
  about(
    names,
    'See the primary address.',
    (identity) => `(Get-Recipient -Identity ${identity}).PrimarySmtpAddress.ToString()`,
  );

export const ewsOfMailboxCommands = (names: Names): Command[] => [
  ...about(
    names,
    'See whether EWS is switched on for the mailbox.',
    (identity) => `Get-CASMailbox -Identity ${identity} | Format-List Ews*`,
  ),
];

export const enableEwsCommands = (names: Names): Command[] =>
  about(
    names,
    'If EwsEnabled is False there, switch it on.',
    (identity) => `Set-CASMailbox -Identity ${identity} -EwsEnabled $true`,
  );

export const quotaCommands = (names: Names): Command[] => [
  ...about(
    names,
    'See how full the mailbox is.',
    (identity) =>
      `Get-MailboxStatistics -Identity ${identity} | Format-List TotalItemSize, TotalDeletedItemSize, StorageLimitStatus`,
  ),
  ...about(
    names,
    'See its limits.',
    (identity) =>
      `Get-Mailbox -Identity ${identity} | Format-List UseDatabaseQuotaDefaults, IssueWarningQuota, ProhibitSendQuota, ProhibitSendReceiveQuota`,
  ),
];

export const folderSizeCommands = (names: Names): Command[] =>
  about(
    names,
    'See which folders hold most.',
    (identity) =>
      `Get-MailboxFolderStatistics -Identity ${identity} | Sort-Object ItemsInFolder -Descending | Select-Object -First 5 FolderPath, ItemsInFolder`,
  );

export const databaseCommands = (names: Names): Command[] => {
  if (names.kind === 'exchange-online') return [];
  const [shown] = about(
    names,
    'See whether the database of the mailbox is mounted, and where.',
    (identity) =>
      `Get-MailboxDatabaseCopyStatus -Identity (Get-Mailbox -Identity ${identity}).Database | Format-Table Name, Status, ContentIndexState`,
  );
  return shown ? [shown] : [];
};

export const moveCommands = (names: Names): Command[] =>
  about(
    names,
    'See how far a move of the mailbox has come.',
    (identity) =>
      `Get-MoveRequest -Identity ${identity} | Get-MoveRequestStatistics | Format-List Status, PercentComplete, TargetDatabase`,
  );

/** The account in Active Directory that a mailbox belongs to. */
export const ownerAccountCommands = (names: Names): Command[] =>
  about(
    names,
    'See whether the account behind the mailbox is enabled.',
    (identity) =>
      `Get-User -Identity ${identity} | Format-List UserAccountControl, AccountDisabled, RecipientTypeDetails`,
  );

export const licenceCommands = (names: Names): Command[] =>
  about(
    names,
    'See whether the mailbox has a licence.',
    (identity) => `Get-Mailbox -Identity ${identity} | Format-List SKUAssigned, AccountDisabled, RecipientTypeDetails`,
  );

export const folderRightsCommands = (names: Names): Command[] => {
  const account = powerShell(names.context.username);
  return [
    ...about(
      names,
      'See who has rights on the mailbox.',
      (identity) => `Get-MailboxPermission -Identity ${identity} | Format-Table User, AccessRights, Deny`,
    ),
    ...about(
      names,
      'With delegate access instead of impersonation: give the service account full access.',
      (identity) =>
        `Add-MailboxPermission -Identity ${identity} -User ${account} -AccessRights FullAccess -AutoMapping $false`,
    ),
  ];
};

export const sendAsCommands = (names: Names): Command[] => {
  const account = powerShell(names.context.username);
  if (names.kind === 'exchange-online') {
    return [
      ...about(
        names,
        'See who may send as the mailbox.',
        (identity) => `Get-RecipientPermission -Identity ${identity} | Format-Table Trustee, AccessRights`,
      ),
      ...about(
        names,
        'Grant the right.',
        (identity) =>
          `Add-RecipientPermission -Identity ${identity} -Trustee ${account} -AccessRights SendAs -Confirm:$false`,
      ),
    ];
  }
  return [
    ...about(
      names,
      'See who may send as the mailbox.',
      (identity) =>
        `Get-ADPermission -Identity (Get-Mailbox -Identity ${identity}).DistinguishedName | Where-Object { $_.ExtendedRights -like '*Send-As*' } | Format-Table User, Deny`,
    ),
    ...about(
      names,
      'Grant the right.',
      (identity) =>
        `Add-ADPermission -Identity (Get-Mailbox -Identity ${identity}).DistinguishedName -User ${account} -ExtendedRights 'Send As'`,
    ),
  ];
};

/** The service account in Active Directory, which knows it without its domain, or by its principal name. */
export function serviceAccountCommands(names: Names): Command[] {
  const { username } = names.context;
  if (names.kind === 'exchange-online') {
    return [
      {
        purpose: 'See whether the account is enabled.',
        shell: 'exchange-online-powershell',
        command: `Get-User -Identity ${powerShell(username)} | Format-List AccountDisabled, RecipientTypeDetails`,
      },
    ];
  }
  const isPrincipal = username.includes('@');
  const account = username.slice(username.lastIndexOf('\\') + 1);
  const which = isPrincipal
    ? `-Filter ${powerShell(`UserPrincipalName -eq ${inFilter(username)}`)}`
    : `-Identity ${powerShell(account)}`;
  return [
    {
      purpose: 'See the state of the service account (needs the Active Directory module).',
      shell: 'exchange-management-shell',
      command: `Get-ADUser ${which} -Properties LockedOut, PasswordExpired, PasswordLastSet, AccountExpirationDate | Format-List Enabled, LockedOut, PasswordExpired, PasswordLastSet, AccountExpirationDate`,
    },
    {
      purpose: 'If it is locked: unlock it, after the right password stands in the profile.',
      shell: 'exchange-management-shell',
      command: isPrincipal ? `Get-ADUser ${which} | Unlock-ADAccount` : `Unlock-ADAccount ${which}`,
    },
  ];
}

export const throttlingCommands = (names: Names): Command[] =>
  names.kind === 'exchange-online'
    ? []
    : [
        {
          purpose: 'If it never ends: see which limits hold for the service account.',
          shell: 'exchange-management-shell',
          command: `Get-ThrottlingPolicyAssociation -Identity ${powerShell(names.context.username)} | Format-List ThrottlingPolicyId\nGet-ThrottlingPolicy | Format-Table Name, ThrottlingPolicyScope, EwsMaxConcurrency, EwsCutoffBalance, EwsRechargeRate`,
        },
      ];
