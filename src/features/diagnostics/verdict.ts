import type { DiagnosticStep, StepId, StepStatus } from './diagnostic-step.js';
import { stepStatuses } from './diagnostic-step.js';

/** What the steps mean together. */
export const verdictCodes = [
  'well',
  'well-with-warnings',
  'address-unknown',
  'server-unreachable',
  'certificate-refused',
  'basic-not-offered',
  'not-exchange',
  'credentials-refused',
  'sign-in-failed',
  'server-not-found',
  'role-missing',
  'outside-scope',
  'permission-missing',
  'mailbox-trouble',
  'draft-refused',
  'draft-unreadable',
  'draft-left-behind',
  'sending-failed',
  'listing-failed',
  'stopped',
] as const;
export type VerdictCode = (typeof verdictCodes)[number];

export interface Verdict {
  readonly code: VerdictCode;
  readonly text: string;
  readonly remedy: string | null;
}

/** What comparing two mailboxes needs to know. */
export interface Comparison {
  readonly username: string;
  readonly mailbox: string | null;
  readonly canary: string | null;
  readonly mailboxDenied: boolean;
  /** `unknown`: it was not opened, or failed for a reason that says nothing of permissions. */
  readonly canaryOutcome: 'opened' | 'denied' | 'unknown';
  readonly delegation: boolean;
  readonly credentialsRefused: boolean;
  /** Why the run ended early; null when it did not. */
  readonly stopped: string | null;
}

export interface Summary {
  readonly verdict: Verdict;
  /** Nothing failed, and the run came to its end. */
  readonly ok: boolean;
  readonly counts: Readonly<Record<StepStatus, number>>;
  readonly durationMs: number;
}

const ofStep: Readonly<Record<StepId, readonly [VerdictCode, string]>> = {
  dns: ['address-unknown', 'The name of the server cannot be found.'],
  tcp: ['server-unreachable', 'The server cannot be reached over the network.'],
  tls: ['certificate-refused', 'Postroom does not trust the encrypted connection, and sends no password over it.'],
  authentication: ['not-exchange', 'What answers is not EWS as Postroom knows it.'],
  credentials: ['sign-in-failed', 'The service account could not sign in.'],
  autodiscover: ['server-not-found', 'Autodiscover did not name a server that the password may go to.'],
  impersonation: ['mailbox-trouble', 'The service account is let in, but the mailbox cannot be opened.'],
  canary: ['mailbox-trouble', 'The mailbox to compare with cannot be opened.'],
  create: ['draft-refused', 'The mailbox opens, but nothing can be saved in it, so nothing can be sent.'],
  read: ['draft-unreadable', 'An item was saved, but could not be read.'],
  delete: ['draft-left-behind', 'A draft was saved, but could not be deleted again.'],
  send: ['sending-failed', 'The message to the mailbox itself did not go the whole way.'],
  find: ['listing-failed', 'The mailbox opens, but its mail cannot be listed.'],
};

export function summaryOf(steps: readonly DiagnosticStep[], comparison: Comparison, durationMs: number): Summary {
  const counts = Object.fromEntries(
    stepStatuses.map((status) => [status, steps.filter((step) => step.status === status).length]),
  ) as Record<StepStatus, number>;
  return {
    verdict: verdictOf(steps, comparison),
    ok: counts.failed === 0 && comparison.stopped === null,
    counts,
    durationMs: Math.round(durationMs),
  };
}

/** The first thing that failed decides; of a refused permission the other mailbox tells which one is missing. */
function verdictOf(steps: readonly DiagnosticStep[], comparison: Comparison): Verdict {
  const first = steps.find(({ status }) => status === 'failed');
  if (first === undefined) {
    if (comparison.stopped !== null)
      return {
        code: 'stopped',
        text: `${comparison.stopped} Nothing had failed until then.`,
        remedy: 'Run the analysis again.',
      };
    return goodVerdict(steps);
  }
  if (comparison.credentialsRefused)
    return {
      code: 'credentials-refused',
      text: `The server refuses the name or the password of ${comparison.username}. It was tried once only, so that the account is not locked out.`,
      remedy: first.remedy,
    };
  if (first.id === 'impersonation' && comparison.mailboxDenied) return denialVerdict(comparison, first.remedy);
  if (first.code === 'BasicNotOffered' || first.code === 'NoSchemeOffered')
    return { code: 'basic-not-offered', text: 'The server does not offer Basic authentication.', remedy: first.remedy };
  const [code, text] = ofStep[first.id];
  return { code, text, remedy: first.remedy };
}

function goodVerdict(steps: readonly DiagnosticStep[]): Verdict {
  const warnings = steps.filter(({ status }) => status === 'warning');
  if (warnings.length === 0) return { code: 'well', text: 'Everything works.', remedy: null };
  const titles = warnings.map(({ number, title }) => `${number} (${title})`).join(', ');
  return {
    code: 'well-with-warnings',
    text: `Everything works; look at the warnings of step ${titles}.`,
    remedy: warnings[0]?.remedy ?? null,
  };
}

/**
 * Two mailboxes tell what one cannot: whether the right is missing, or whether it leaves this one out.
 * @param grant how the right is granted
 */
export function denialVerdict(comparison: Comparison, grant: string | null): Verdict {
  const { username, mailbox, canary, canaryOutcome, delegation } = comparison;
  if (canary === null || canaryOutcome === 'unknown')
    return {
      code: 'permission-missing',
      text:
        `The server does not let ${username} open ${mailbox}: ${delegation ? 'full access' : 'the ApplicationImpersonation role'} is missing, ` +
        'or leaves this mailbox out. Which of the two, a second mailbox that should work would tell (canaryAddress).',
      remedy: grant,
    };
  if (canaryOutcome === 'denied')
    return {
      code: 'role-missing',
      text: delegation
        ? `${username} has full access to neither ${mailbox} nor ${canary}.`
        : `${username} may impersonate neither ${mailbox} nor ${canary}: it does not have the ApplicationImpersonation role, or its scope is empty.`,
      remedy: grant,
    };
  return {
    code: 'outside-scope',
    text: delegation
      ? `${username} opens ${canary}, but has no access to ${mailbox}.`
      : `${username} may impersonate ${canary}, so it has the role: ${mailbox} is outside its management scope, or its account is disabled.`,
    remedy: delegation ? grant : widening(comparison),
  };
}

/** In PowerShell a quote inside single quotes is doubled. */
const quoted = (text: string | null) => (text ?? '').replaceAll("'", "''");

const widening = ({ username, mailbox }: Comparison): string =>
  [
    'In the Exchange Management Shell, see which scope the role has, and which mailboxes that holds:',
    `  Get-ManagementRoleAssignment -Role ApplicationImpersonation -GetEffectiveUsers | Where-Object { $_.EffectiveUserName -eq '${quoted(username)}' } | Format-List Name, CustomRecipientWriteScope`,
    "  Get-ManagementScope '<name of the scope>' | Format-List RecipientFilter",
    `Bring ${mailbox} into it. If the scope goes by a group:`,
    `  Add-DistributionGroupMember -Identity '<group>' -Member '${quoted(mailbox)}'`,
    'If it lies in the scope already, see that its account is enabled:',
    `  Get-User '${quoted(mailbox)}' | Format-List UserAccountControl, RecipientTypeDetails`,
  ].join('\n');
