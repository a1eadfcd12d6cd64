import type { Organisation } from '../store/organisation.js';
import type { Mailbox } from '../store/mailbox.js';
import type { AccountRecord } from '../store/records.js';

/** Who signed in: a service account, a mailbox's own user, or a service account with a mailbox. */
export interface Caller {
  /** As given to delegates' lists and scopes: the account's user name, or the user's primary address. */
  readonly name: string;
  readonly account: AccountRecord | null;
  readonly mailbox: Mailbox | null;
}

/**
 * Checks an Authorization header (Basic, RFC 7617, UTF-8). Undefined means HTTP 401: nothing given, another
 * scheme, an unknown user, a wrong password or a locked account, which Exchange does not tell apart.
 */
export function authenticate(organisation: Organisation, authorization: string | undefined): Caller | undefined {
  const match = /^Basic\s+(\S+)\s*$/i.exec(authorization ?? '');
  if (!match?.[1]) return undefined;
  const credentials = Buffer.from(match[1], 'base64').toString('utf8');
  const colon = credentials.indexOf(':');
  if (colon < 0) return undefined;
  const password = credentials.slice(colon + 1);
  // DOMAIN\user and user@domain name the same person as user.
  const given = credentials.slice(0, colon).toLowerCase();
  const user = given.slice(given.indexOf('\\') + 1);

  const account = organisation.accounts.get(user) ?? organisation.accounts.get(user.split('@')[0] ?? '');
  if (account) {
    if (account.locked || account.password !== password) return undefined;
    const mailbox = account.mailbox ? (organisation.byAnyAddress(account.mailbox) ?? null) : null;
    return { name: account.username, account, mailbox };
  }
  const mailbox =
    organisation.byAnyAddress(user) ??
    organisation.byUpn(user) ??
    organisation.byAnyAddress(`${user}@${organisation.domain}`);
  if (!mailbox || mailbox.record.disabled) return undefined;
  if (mailbox.record.password === null || mailbox.record.password !== password) return undefined;
  return { name: mailbox.address, account: null, mailbox };
}
