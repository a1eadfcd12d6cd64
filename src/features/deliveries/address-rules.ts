import { BlockList, isIP } from 'node:net';

/** Special-use IPv4 (RFC 6890 and later): nothing of it is a public server. */
const refusedIpv4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  // Public by its number, yet it answers machines in Azure with their metadata.
  '168.63.129.16/32',
];

/**
 * Of IPv6 only 2000::/3 is in use for public servers. That leaves out loopback, unique local, link-local
 * and multicast, and what embeds an IPv4 address: mapped, NAT64 (64:ff9b::/96, 64:ff9b:1::/48). Inside it,
 * tunnels (Teredo, 6to4) also embed one, and the rest is for documentation.
 */
const refusedIpv6 = ['::/3', '4000::/2', '8000::/1', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/** Decides where webhooks may go. */
export class AddressRules {
  private readonly refused4 = blockList(refusedIpv4);
  private readonly refused6 = blockList(refusedIpv6);
  private readonly allowed: BlockList;
  readonly allowsSome: boolean;

  /** @param allowedNetworks CIDRs that are allowed whatever they are */
  constructor(allowedNetworks: readonly string[]) {
    this.allowed = blockList(allowedNetworks);
    this.allowsSome = allowedNetworks.length > 0;
  }

  /** @param encrypted without TLS only the networks that the operator named are allowed */
  allows(address: string, encrypted: boolean): boolean {
    const family = isIP(address);
    if (family === 0) return false;
    const plain = family === 4 ? address : (embeddedIpv4(address) ?? address);
    const kind = isIP(plain) === 4 ? 'ipv4' : 'ipv6';
    if (this.allowed.check(plain, kind)) return true;
    // What is mapped is refused by its IPv6 form: no public server is reached that way.
    return encrypted && !(family === 4 ? this.refused4.check(address, 'ipv4') : this.refused6.check(address, 'ipv6'));
  }
}

/** `127.0.0.1` of `::ffff:127.0.0.1` or `::ffff:7f00:1`, so that an allowed network means both forms. */
function embeddedIpv4(address: string): string | null {
  const canonical = new URL(`http://[${address.split('%')[0]}]`).hostname;
  const [, high, low] = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(canonical) ?? [];
  if (high === undefined || low === undefined) return null;
  const [a, b] = [parseInt(high, 16), parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join('.');
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}
