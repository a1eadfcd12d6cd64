import { domainToASCII } from 'node:url';

/** What decides whether the credentials may go to another address. */
export interface Trust {
  /** The domain of the mailbox’s address, in ASCII and lower case. */
  readonly domain: string;
  /** Hosts that a person named. */
  readonly hosts: readonly string[];
  /** A server that was let know the credentials anyway has named the address. */
  readonly vouched: boolean;
}

/** As long as an address of a profile may be. */
const maxLength = 2_000;

/** Why an address is not followed: its scheme, its form, or a host that nobody vouches for. */
export type Refusal = 'not-https' | 'not-a-server' | 'other-domain';

/**
 * Whether the credentials may go to `url`. A redirect costs its sender nothing, and one to another domain
 * can come from whoever runs a web site of the company; so it needs a person, or a server that has just
 * accepted the credentials, to vouch for it.
 * @returns null when they may
 */
export function refusalOf(url: string, trust: Trust): Refusal | null {
  if (url.length > maxLength || !URL.canParse(url)) return 'not-a-server';
  const { protocol, hostname, username, password } = new URL(url);
  if (protocol !== 'https:') return 'not-https';
  if (username !== '' || password !== '' || hostname === '') return 'not-a-server';
  const trusted = trust.hosts.some((host) => sameHost(host, hostname));
  return trust.vouched || trusted || isWithin(hostname, trust.domain) ? null : 'other-domain';
}

/** The domain of an address as host names are compared; empty when it has none that could be a host. */
export function domainOf(emailAddress: string): string {
  const domain = emailAddress.slice(emailAddress.lastIndexOf('@') + 1);
  return /^[\p{L}\p{M}\p{N}.-]+$/u.test(domain) ? domainToASCII(domain).toLowerCase() : '';
}

const isWithin = (host: string, domain: string) => domain !== '' && (host === domain || host.endsWith(`.${domain}`));

const sameHost = (named: string, hostname: string) => domainToASCII(named.trim()).toLowerCase() === hostname;
