import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Which peers are trusted to set X-Forwarded-… headers. */
export type TrustedProxies =
  | { readonly kind: 'networks'; readonly networks: readonly string[] }
  /** The number of proxies in front, whatever their addresses. */
  | { readonly kind: 'hops'; readonly hops: number };

/** Fastify's `trustProxy` function: whether the peer (hop 0) or an earlier hop (1 and up) is trusted. */
export type IsTrustedProxy = (address: string | undefined, hop: number) => boolean;

/** Only this machine. */
export const defaultTrustedProxies: TrustedProxies = { kind: 'networks', networks: ['loopback'] };

const named: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};
const maxHops = 10;

/**
 * Reads `TRUST_PROXY`: a number of proxies, or addresses, networks and names, comma-separated.
 * @returns null when it is neither
 */
export function parseTrustedProxies(text: string): TrustedProxies | null {
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed)) {
    const hops = Number(trimmed);
    return hops <= maxHops ? { kind: 'hops', hops } : null;
  }
  const networks = trimmed.split(',').map((part) => part.trim());
  return networks.every((network) => subnetsOf(network) !== null) ? { kind: 'networks', networks } : null;
}

/** The `trustProxy` function for Fastify. */
export function isTrustedProxy(trusted: TrustedProxies): IsTrustedProxy {
  if (trusted.kind === 'hops') return (_address, hop) => hop < trusted.hops;
  const list = new BlockList();
  for (const network of trusted.networks)
    for (const { address, bits, family } of subnetsOf(network) ?? []) list.addSubnet(address, bits, family);
  return (address) => {
    // A proxy may write anything for earlier hops, such as `unknown`.
    const family = isIP(address ?? '');
    if (address === undefined || family === 0) return false;
    // A dual-stack socket reports IPv4 clients as ::ffff:…, which BlockList handles.
    return list.check(address, family === 4 ? 'ipv4' : 'ipv6');
  };
}

/**
 * Takes the ports out of X-Forwarded-For, which some gateways write there (Azure, IIS with ARR). It must come before
 * anything asks for the client’s address: with its port, each connection of a client would count as another client.
 */
export function dropForwardedPorts(headers: IncomingHttpHeaders): void {
  const given = headers['x-forwarded-for'];
  if (given === undefined) return;
  headers['x-forwarded-for'] = [given]
    .flat()
    .flatMap((line) => line.split(','))
    .map((entry) => withoutPort(entry.trim()))
    .join(', ');
}

/** The address in `203.0.113.9:51234` or `[2001:db8::1]:443`; anything else unchanged. */
function withoutPort(from: string): string {
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\]|(\d{1,3}(?:\.\d{1,3}){3}))(?::\d{1,5})?$/.exec(from) ?? [];
  const address = bracketed ?? dotted ?? '';
  return isIP(address) === 0 ? from : address;
}

interface Subnet {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** Null if it is no network, address or name. `/0` is rejected too: it would trust every client. */
function subnetsOf(text: string): readonly Subnet[] | null {
  const byName = Object.hasOwn(named, text) ? named[text] : undefined;
  if (byName) return byName.flatMap((network) => subnetsOf(network) ?? []);
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  // A zone (fe80::1%eth0) is local to one machine, and networks have none.
  if (family === 0 || address.includes('%') || rest.length > 0) return null;
  const longest = family === 4 ? 32 : 128;
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > longest || Number(bits) === 0)) return null;
  return [{ address, bits: bits === undefined ? longest : Number(bits), family: family === 4 ? 'ipv4' : 'ipv6' }];
}
