import { MailServerError, type MailErrorDetails } from '../../mail/mail-error.js';
import type { Failure } from './failure.js';
import { responseCodes, type FailureClass } from './response-codes.js';

/** An EWS code that the table does not know yet: newer servers invent some. */
const unknownResponse: FailureClass = ['other', 'server', 'backoff'];

const httpCodes: Readonly<Record<string, FailureClass>> = {
  Http302: ['network', 'server', 'backoff'],
  Http401: ['credentials-auth', 'profile', 'never'],
  // EWS switched off for the user, the application or the organisation; which one, only the mailboxes together tell.
  Http403: ['impersonation-permission', 'mailbox', 'never'],
  Http404: ['network', 'server', 'backoff'],
  Http413: ['quota-size', 'item', 'never'],
  Http440: ['credentials-auth', 'profile', 'never'],
  // Exchange Online: the account will not be let in until a person does something.
  Http456: ['credentials-auth', 'profile', 'never'],
  Http503: ['throttling', 'profile', 'backoff'],
};

const transport: FailureClass = ['network', 'server', 'backoff'];
const protocolCodes: Readonly<Record<string, FailureClass>> = {
  AnswerTooLarge: ['quota-size', 'item', 'never'],
};
const protocol: FailureClass = ['protocol', 'server', 'backoff'];
const ourOwn: FailureClass = ['other', 'mailbox', 'backoff'];

/** A code comes from a server, and may be any text: `constructor` is in no table. */
const rowOf = (table: Readonly<Record<string, FailureClass>>, code: string): FailureClass | undefined =>
  Object.hasOwn(table, code) ? table[code] : undefined;

function classOf(details: MailErrorDetails): FailureClass {
  switch (details.origin) {
    case 'response':
      return rowOf(responseCodes, details.code) ?? unknownResponse;
    case 'http':
      return rowOf(httpCodes, details.code) ?? transport;
    case 'transport':
      return transport;
    case 'protocol':
      return rowOf(protocolCodes, details.code) ?? protocol;
  }
}

/**
 * The one road from an error to a decision. An error that no mail server caused (the database away, a
 * bug) is ours: it backs off, and its text stays in the log because it may hold anything.
 */
export function classify(error: unknown): Failure {
  if (!(error instanceof MailServerError)) {
    const [category, scope, retry] = ourOwn;
    return {
      code: 'InternalError',
      category,
      scope,
      retry,
      operation: '',
      message: 'An error on our side interrupted the run; the log of the worker has the details.',
      values: {},
      backOffMs: null,
      effectPossible: true,
      diagnostics: null,
    };
  }
  const { details } = error;
  const [category, scope, retry] = classOf(details);
  return {
    code: details.code,
    category,
    scope,
    retry,
    operation: details.operation,
    message: details.text,
    values: details.values ?? {},
    backOffMs: details.backOffMs ?? null,
    effectPossible: details.effectPossible,
    diagnostics: details.diagnostics,
  };
}

/** What a failed run means for the mailbox and its profile. */
export type Consequence =
  /** The mailbox stops, an incident opens or grows, probes bring it back. */
  | 'fail-mailbox'
  /** Nobody of the profile calls again, for each try may count towards a lock-out; one canary at a time asks anew. */
  | 'suspend-profile'
  /** The whole profile waits and then presses less. */
  | 'throttle-profile'
  /** This work waits a growing time; nothing else changes. */
  | 'retry-later';

const impersonationFailures = new Set([
  'ErrorImpersonateUserDenied',
  'ErrorImpersonationDenied',
  'ErrorImpersonationFailed',
]);
const stopping = new Set(['impersonation-permission', 'credentials-auth', 'mailbox-gone-moved']);

export function consequenceOf(failure: Failure): Consequence {
  // By name and first: the table rightly calls some of them the profile's or passing, but the mailbox is what stops.
  if (impersonationFailures.has(failure.code)) return 'fail-mailbox';
  if (failure.category === 'throttling' && failure.scope !== 'mailbox') return 'throttle-profile';
  if (failure.retry === 'never' && stopping.has(failure.category)) {
    return failure.category === 'credentials-auth' && failure.scope === 'profile' ? 'suspend-profile' : 'fail-mailbox';
  }
  return failure.backOffMs !== null && failure.scope !== 'mailbox' ? 'throttle-profile' : 'retry-later';
}
