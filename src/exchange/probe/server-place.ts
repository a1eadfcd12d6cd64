import { isIP, type LookupFunction } from 'node:net';

/** Where a probe looks. */
export interface ServerPlace {
  readonly host: string;
  readonly port: number;
  readonly encrypted: boolean;
  readonly isAddress: boolean;
  readonly lookup: LookupFunction | undefined;
}

export function placeOf(url: string, lookup: LookupFunction | undefined): ServerPlace {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const encrypted = protocol === 'https:';
  return {
    host,
    port: port === '' ? (encrypted ? 443 : 80) : Number(port),
    encrypted,
    isAddress: isIP(host) !== 0,
    lookup,
  };
}
