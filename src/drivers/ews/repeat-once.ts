import type { MailServerError } from '../port/mail-error.js';
import { isConnectionCut } from './http/transport-failure.js';
import { isMisrouted } from './refusals.js';

/** A call that failed, as far as it says whether the call, its connection or its cookies were to blame. */
export interface FailedAttempt {
  readonly error: MailServerError;
  /** The operation changes something on the server. */
  readonly changes: boolean;
  /** The connection had served another request before. */
  readonly keptAlive: boolean;
  /** The answer was certainly this request's. */
  readonly proven: boolean;
  /** The answer announced that the server closes the connection behind it. */
  readonly closing: boolean;
  /** The answer was recognised as another request's. */
  readonly misplaced: boolean;
  /** The request carried cookies, which lead it to one certain back end. */
  readonly withCookies: boolean;
}

/**
 * Whether a call is worth one more try at once, on a fresh connection and without cookies. The cause is then
 * the connection (a server breaks the request that follows a large body, or mixes up answers) or a back end
 * that no longer holds the mailbox.
 *
 * What changes something is tried again only after a 400 with which the server closes the connection: it lost
 * its place between two requests, so it has carried out neither this one nor anything behind it.
 */
export function mayRepeat(attempt: FailedAttempt): boolean {
  const { error, changes, keptAlive } = attempt;
  const { origin, code, backOffMs } = error.details;
  if (changes) return origin === 'http' && code === 'Http400' && keptAlive && attempt.closing;
  if (attempt.misplaced) return true;
  // A server that asks for a pause gets one.
  if (attempt.withCookies && backOffMs == null && leadsNowhere(error)) return true;
  if (!keptAlive) return false;
  if (origin === 'transport') return isConnectionCut(code);
  if (origin === 'http') return code === 'Http400';
  return origin === 'protocol' && code !== 'AnswerTooLarge' && !attempt.proven;
}

/** A back end that is gone answers with these, or the front end does in its place. */
function leadsNowhere({ details: { origin, code } }: MailServerError): boolean {
  if (origin === 'http') return /^Http(?:3\d\d|440|5\d\d)$/.test(code);
  return origin === 'transport' ? isConnectionCut(code) : origin === 'response' && isMisrouted(code);
}
