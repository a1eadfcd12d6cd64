import { lookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { AddressRules } from './address-rules.js';

/** The address is one that webhooks may not go to. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';

  constructor(host: string, encrypted: boolean) {
    super(
      encrypted
        ? `${host} is not a public address; WEBHOOK_ALLOWED_NETWORKS can allow it`
        : `${host} is not in WEBHOOK_ALLOWED_NETWORKS, and elsewhere webhooks go by https only`,
    );
  }
}

type Resolve = (hostname: string) => Promise<LookupAddress[]>;

const resolveBySystem: Resolve = (hostname) =>
  new Promise((resolve, reject) => {
    lookup(hostname, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });

/**
 * Connects only to allowed addresses. The decision falls on the very addresses that the socket then
 * connects to: a name that is checked beforehand may resolve to something else a moment later.
 */
export function guardedConnector(
  rules: AddressRules,
  timeoutMs: number,
  resolve: Resolve = resolveBySystem,
): buildConnector.connector {
  const connectorFor = (encrypted: boolean) => {
    const guardedLookup: LookupFunction = (hostname, options, callback) => {
      resolve(hostname).then(
        (addresses) => {
          // All or none: a name with one private address among its public ones is not to be trusted.
          if (addresses.length === 0 || !addresses.every(({ address }) => rules.allows(address, encrypted)))
            return callback(new AddressRefused(hostname, encrypted), '');
          const [first] = addresses;
          if (options.all) callback(null, addresses);
          else callback(null, first?.address ?? '', first?.family);
        },
        (error: NodeJS.ErrnoException) => callback(error, ''),
      );
    };
    return buildConnector({ timeout: timeoutMs, lookup: guardedLookup, allowH2: false });
  };
  const connectors = { 'https:': connectorFor(true), 'http:': connectorFor(false) };
  return (options, callback) => {
    const encrypted = options.protocol !== 'http:';
    // An address that stands in the URL itself is never looked up.
    const literal = options.hostname.replace(/^\[|\]$/g, '');
    if (isIP(literal) !== 0 && !rules.allows(literal, encrypted))
      callback(new AddressRefused(literal, encrypted), null);
    else connectors[encrypted ? 'https:' : 'http:'](options, callback);
  };
}
