import type { FailureCategory } from './response-codes.js';

/** What a person reads: what it means, and what to do about it. */
export interface Explanation {
  /** One line, without names. */
  readonly title: string;
  readonly cause: string;
  readonly remedy: string;
}

/** Names that a remedy is filled in with. */
export interface ExplanationContext {
  readonly username: string;
  readonly ewsUrl: string;
  readonly mailbox: string;
  readonly values: Readonly<Record<string, string>>;
}

type Explain = (context: ExplanationContext) => Explanation;

const impersonationCommands = (context: ExplanationContext): string =>
  [
    'In the Exchange Management Shell, see what the service account may impersonate now:',
    `  Get-ManagementRoleAssignment -Role ApplicationImpersonation -GetEffectiveUsers | Where-Object { $_.EffectiveUserName -eq '${quoted(context.username)}' }`,
    'If nothing is listed, grant the role, here limited to the members of one group:',
    `  New-ManagementScope -Name 'Postroom mailboxes' -RecipientRestrictionFilter "MemberOfGroup -eq '<distinguished name of the group>'"`,
    `  New-ManagementRoleAssignment -Name 'Postroom impersonation' -Role ApplicationImpersonation -User '${quoted(context.username)}' -CustomRecipientWriteScope 'Postroom mailboxes'`,
    `If a scope is there already, bring ${context.mailbox} into it (add it to the group, or widen the filter), and see that its account is enabled.`,
    'Postroom looks again by itself; ask for a sync of the mailbox to see the result at once.',
  ].join('\n');

/** In PowerShell a quote inside single quotes is doubled. */
const quoted = (text: string): string => text.replaceAll("'", "''");

const byCode: Readonly<Record<string, Explain>> = {
  ErrorImpersonateUserDenied: (context) => ({
    title: 'The service account may not impersonate the mailbox',
    cause: `${context.username} has no ApplicationImpersonation role, or its management scope leaves ${context.mailbox} out, or the account of ${context.mailbox} is disabled.`,
    remedy: impersonationCommands(context),
  }),
  ErrorImpersonationDenied: (context) => ({
    title: 'The server refuses impersonation to the service account',
    cause: `${context.username} lacks the right to impersonate on this server. Members of administrator groups are often denied it explicitly.`,
    remedy: `Use a service account that is in no administrator group.\n${impersonationCommands(context)}`,
  }),
  ErrorImpersonationFailed: (context) => ({
    title: 'The server could not carry out the impersonation',
    cause: `The server knows the right but could not act on it, usually because it cannot reach or does not trust the Active Directory of ${context.mailbox}.`,
    remedy:
      'Postroom keeps trying. If it lasts, have the Exchange administrator look up the request id below in the EWS log of the named server, and check the trust between the forests.',
  }),
  ErrorNonExistentMailbox: (context) => ({
    title: 'The server knows no mailbox of this address',
    cause: `The address ${context.mailbox} is mistyped, or its mailbox was deleted, hidden, or moved to another organisation.`,
    remedy: `Check the address with: Get-Recipient '${quoted(context.mailbox)}' | Format-List PrimarySmtpAddress, RecipientType\nThen correct the mailbox's address, or move it to the profile of the server that holds it.`,
  }),
  ErrorNonPrimarySmtpAddress: (context) => ({
    title: 'The address is an alias, not the primary address',
    cause: `${context.mailbox} is a secondary address of the mailbox${context.values['Primary'] ? ` ${context.values['Primary']}` : ''}, and the profile identifies mailboxes by their primary address.`,
    remedy:
      'Set the mailbox to its primary address, or set connectingSidType of the profile to SmtpAddress, which takes aliases.',
  }),
  ErrorAccessDenied: (context) => ({
    title: 'The server refuses access to the folder',
    cause: `The server let the request in as ${context.mailbox}, but refuses this folder to it. With delegate access, the service account has no rights on the folder.`,
    remedy: `With delegate access, grant them: Add-MailboxPermission -Identity '${quoted(context.mailbox)}' -User '${quoted(context.username)}' -AccessRights FullAccess\nWith impersonation, check the folder's own permissions.`,
  }),
  ErrorSendAsDenied: (context) => ({
    title: 'The server refuses to send in the name of the mailbox',
    cause: `The right to send as ${context.mailbox} is missing.`,
    remedy: `Grant it: Add-ADPermission -Identity '${quoted(context.mailbox)}' -User '${quoted(context.username)}' -ExtendedRights 'Send As'`,
  }),
  AuditDifference: (context) => ({
    title: 'What is stored differs from the mailbox, again and again',
    cause: `Two audits in a row found that the mail stored of ${context.mailbox} was not what the server holds (${context.values['differences'] ?? 'see its audits'}). Each time it was put right: missing messages were stored, and messages that are gone from the folder were marked as gone.`,
    remedy:
      'No mail is lost, and none is stopped. Something makes changes pass unseen by the sync: often another program that restores or moves mail behind the server’s back, or a restored database. See GET /v1/mailboxes/{id}/audits for when and how much; the incident closes with the first audit that finds nothing.',
  }),
  Http401: (context) => ({
    title: 'The server refuses the service account’s name or password',
    cause: `The password of ${context.username} has changed or expired, the account is locked or disabled, or the server no longer offers Basic authentication on EWS.`,
    remedy: `Set the current password in the profile. Check the account with: Get-ADUser '${quoted(context.username)}' -Properties LockedOut, PasswordExpired, Enabled\nAll mailboxes of the profile wait meanwhile, so that the account is not locked out.`,
  }),
  Http403: (context) => ({
    title: 'The server forbids EWS',
    cause: `EWS is switched off for ${context.mailbox}, for the organisation, or for this application (an allow or block list).`,
    remedy: `Check: Get-CASMailbox '${quoted(context.mailbox)}' | Format-List Ews*\nand: Get-OrganizationConfig | Format-List Ews*\nA change can take two hours to take effect.`,
  }),
};

const byCategory: Readonly<Record<FailureCategory, Explain>> = {
  'impersonation-permission': (context) => ({
    title: 'A permission is missing on the server',
    cause: `The server refuses what Postroom asks for as ${context.mailbox}.`,
    remedy: impersonationCommands(context),
  }),
  'credentials-auth': (context) => ({
    title: 'The account cannot sign in',
    cause: `The account used for ${context.mailbox} is disabled, expired, suspended or not accepted by the server.`,
    remedy: `Check the service account ${context.username} and the account of ${context.mailbox}, and correct the credentials in the profile.`,
  }),
  'mailbox-gone-moved': (context) => ({
    title: 'The mailbox is not where it was',
    cause: `${context.mailbox} was moved, deleted or is not set up for Exchange, or is being moved right now.`,
    remedy: 'Check the address and on which server the mailbox lives; correct the mailbox or its profile.',
  }),
  throttling: () => ({
    title: 'The server asks for less load',
    cause: 'The server’s throttling policy limits the service account.',
    remedy: 'Nothing: Postroom slows down by itself. If it is constant, have the policy of the service account raised.',
  }),
  'quota-size': () => ({
    title: 'A size limit or quota is reached',
    cause: 'The message is larger than the server takes, or the mailbox is full.',
    remedy: 'Free space in the mailbox, or send less at once.',
  }),
  'transient-server': () => ({
    title: 'The server has a passing problem',
    cause: 'A mailbox database or a directory server is not available at the moment.',
    remedy: 'Nothing: Postroom tries again by itself.',
  }),
  'sync-state-invalid': () => ({
    title: 'The server lost its place in the folder',
    cause: 'The server no longer accepts the stored sync state.',
    remedy: 'Nothing: Postroom reads the folder anew and stores no message twice.',
  }),
  'item-permanent': () => ({
    title: 'One item cannot be processed',
    cause: 'The server cannot read or convert this one item.',
    remedy: 'Open the item in Outlook; if it is damaged there too, delete it.',
  }),
  'client-bug': () => ({
    title: 'The server does not accept the request',
    cause: 'The server and Postroom disagree about the protocol.',
    remedy: 'Report it with the technical details below.',
  }),
  network: (context) => ({
    title: 'The server cannot be reached',
    cause: `${context.ewsUrl} does not answer as an Exchange server: name resolution, network, firewall, certificate or address.`,
    remedy: `From the host of Postroom, try: curl -v ${context.ewsUrl}`,
  }),
  protocol: (context) => ({
    title: 'The answer is not that of an Exchange server',
    cause: `${context.ewsUrl} answered with something else than EWS: a login page, a proxy, or a cut answer.`,
    remedy: 'Check the EWS address of the profile and what stands between Postroom and the server.',
  }),
  other: () => ({
    title: 'The server reported an error',
    cause: 'See the code and the server’s words in the technical details.',
    remedy: 'Postroom tries again by itself; report it with the technical details if it lasts.',
  }),
};

/** Plain words for a failure, the names of the profile and mailbox filled in. */
export function explain(
  failure: { readonly code: string; readonly category: FailureCategory },
  context: ExplanationContext,
): Explanation {
  // A code is a server's text, and may be `constructor`.
  const own = Object.hasOwn(byCode, failure.code) ? byCode[failure.code] : undefined;
  return (own ?? byCategory[failure.category])(context);
}
