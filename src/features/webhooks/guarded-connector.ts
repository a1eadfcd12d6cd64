import { buildConnector } from 'undici';
import { connectGuard, type Resolve } from '../../platform/network/connect-guard.js';
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

/** Connects only to allowed addresses, see `connectGuard`. */
export function guardedConnector(rules: AddressRules, timeoutMs: number, resolve?: Resolve): buildConnector.connector {
  const wayOf = (encrypted: boolean) => {
    const guard = connectGuard(
      {
        admits: (address) => rules.allows(address, encrypted),
        refuse: (host) => new AddressRefused(host, encrypted),
        // A name with a private address among public ones is not trusted.
        needs: 'all',
      },
      resolve,
    );
    return { guard, connect: buildConnector({ timeout: timeoutMs, lookup: guard.lookup, allowH2: false }) };
  };
  const ways = { 'https:': wayOf(true), 'http:': wayOf(false) };
  return (options, callback) => {
    const { guard, connect } = ways[options.protocol === 'http:' ? 'http:' : 'https:'];
    const refusal = guard.refusal(options.hostname);
    if (refusal) callback(refusal, null);
    else connect(options, callback);
  };
}
