import { isIP, type LookupFunction } from 'node:net';
import type { ExchangeServerOptions } from '../exchange-options.js';

/** Where a probe looks. */
export interface ServerPlace {
  readonly host: string;
  readonly port: number;
  readonly encrypted: boolean;
  readonly isAddress: boolean;
  readonly lookup: LookupFunction | undefined;
  /** Why connections to a literal address are not allowed; null otherwise. */
  readonly refusal: Error | null;
}

export function placeOf(url: string, { lookup, guard }: Pick<ExchangeServerOptions, 'lookup' | 'guard'>): ServerPlace {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const encrypted = protocol === 'https:';
  return {
    host,
    port: port === '' ? (encrypted ? 443 : 80) : Number(port),
    encrypted,
    isAddress: isIP(host) !== 0,
    lookup: guard?.lookup ?? lookup,
    refusal: guard?.refusal(hostname) ?? null,
  };
}
