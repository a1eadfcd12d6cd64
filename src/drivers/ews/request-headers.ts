import type { MailboxIdentity } from '../port/mail-server.js';
import { MESSAGES_NS } from './soap/namespaces.js';

export interface HeaderFacts {
  readonly operation: string;
  readonly clientRequestId: string;
  /** The Authorization header. */
  readonly authorization: string;
  readonly userAgent: string;
  readonly cookie: string | null;
}

/** The headers of one call. `X-AnchorMailbox` leads it to the mailbox's back end where there is no cookie. */
export function requestHeaders(identity: MailboxIdentity, facts: HeaderFacts): Record<string, string> {
  return {
    'Content-Type': 'text/xml; charset=utf-8',
    Accept: 'text/xml',
    'Accept-Encoding': 'gzip, deflate',
    Authorization: facts.authorization,
    'User-Agent': facts.userAgent,
    SOAPAction: `"${MESSAGES_NS}/${facts.operation}"`,
    ...(identity.address === '' ? {} : { 'X-AnchorMailbox': headerValue(identity.address) }),
    'client-request-id': facts.clientRequestId,
    'return-client-request-id': 'true',
    ...(facts.cookie === null ? {} : { Cookie: facts.cookie }),
  };
}

/** An address as a header can carry it: no control characters, and UTF-8 for what is not ASCII. */
function headerValue(text: string): string {
  return Buffer.from(text.replace(/[\0-\x1f\x7f]/g, ''), 'utf8').toString('latin1');
}
