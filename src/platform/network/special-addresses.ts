import { BlockList, isIP } from 'node:net';

/** Special-use IPv4 (RFC 6890 and later): none of it is a public server. */
const specialIpv4 = [
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
  // Formally public, but it serves metadata to virtual machines in Azure.
  '168.63.129.16/32',
];

/**
 * Of IPv6 only 2000::/3 is in use for public servers. That leaves out loopback, unique local, link-local
 * and multicast, and what embeds an IPv4 address: mapped, NAT64 (64:ff9b::/96, 64:ff9b:1::/48). Inside it,
 * tunnels (Teredo, 6to4) also embed one, and the rest is for documentation.
 */
const specialIpv6 = ['::/3', '4000::/2', '8000::/1', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/** Where no mail server can be: unspecified, link-local, multicast, reserved, and cloud metadata. */
const neverIpv4 = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
  '168.63.129.16/32',
  // Metadata services of Alibaba Cloud and Oracle Cloud, outside link-local.
  '100.100.100.200/32',
  '192.0.0.192/32',
];
const neverIpv6 = [
  '::/128',
  'fe80::/10',
  'ff00::/8',
  // Amazon’s instance services, including metadata, and Google’s.
  'fd00:ec2::/32',
  'fd20:ce::/32',
];

/** `never`: link-local, metadata and the like. `private`: loopback, private networks and other non-public addresses. */
export type AddressKind = 'public' | 'private' | 'never';

export function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

const special = { ipv4: blockList(specialIpv4), ipv6: blockList(specialIpv6) };
const never = { ipv4: blockList(neverIpv4), ipv6: blockList(neverIpv6) };

/** The kind of an address, also if it is embedded in an IPv6 address; `never` for text that is not an address. */
export function kindOfAddress(address: string): AddressKind {
  const plain = address.split('%', 1)[0] ?? '';
  const family = isIP(plain);
  if (family === 0) return 'never';
  if (family === 4) return kindIn('ipv4', plain);
  const embedded = embeddedIpv4(plain);
  if (embedded === null) return kindIn('ipv6', plain);
  const kind = kindIn('ipv4', embedded.address);
  // No server is reached through a tunnel, so at best it is private.
  return embedded.isTunnel && kind === 'public' ? 'private' : kind;
}

/** `127.0.0.1` of `::ffff:127.0.0.1` or `::ffff:7f00:1`; null for every other address. */
export function mappedIpv4(address: string): string | null {
  const groups = groupsOf(address.split('%', 1)[0] ?? '');
  return groups !== null && startsWith(groups, [0, 0, 0, 0, 0, 0xffff]) ? dotted(groups, 6) : null;
}

function kindIn(family: 'ipv4' | 'ipv6', address: string): AddressKind {
  if (never[family].check(address, family)) return 'never';
  return special[family].check(address, family) ? 'private' : 'public';
}

/**
 * IPv4-mapped and -translated (RFC 4291, 2765), NAT64 (RFC 6052, 8215), 6to4, Teredo, and the old IPv4-compatible form.
 */
function embeddedIpv4(address: string): { readonly address: string; readonly isTunnel: boolean } | null {
  const groups = groupsOf(address);
  if (groups === null) return null;
  const last = { address: dotted(groups, 6), isTunnel: false };
  if (startsWith(groups, [0, 0, 0, 0, 0, 0xffff]) || startsWith(groups, [0, 0, 0, 0, 0xffff, 0])) return last;
  if (startsWith(groups, [0x64, 0xff9b, 0, 0, 0, 0])) return last;
  if (startsWith(groups, [0x64, 0xff9b, 1])) return { ...last, isTunnel: true };
  if (groups[0] === 0x2002) return { address: dotted(groups, 1), isTunnel: true };
  if (startsWith(groups, [0x2001, 0])) {
    const inverted = groups.map((group) => group ^ 0xffff);
    return { address: dotted(inverted, 6), isTunnel: true };
  }
  const isCompatible = startsWith(groups, [0, 0, 0, 0, 0, 0]) && (groups[6] !== 0 || (groups[7] ?? 0) > 1);
  return isCompatible ? { ...last, isTunnel: true } : null;
}

/** The eight groups of an IPv6 address; null for anything else. */
function groupsOf(address: string): number[] | null {
  if (isIP(address) !== 6) return null;
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const numbers = (part: string) => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  const [before, after] = [numbers(head), numbers(tail ?? '')];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return [...before, ...zeros, ...after];
}

const startsWith = (groups: readonly number[], prefix: readonly number[]) =>
  prefix.every((group, index) => groups[index] === group);

function dotted(groups: readonly number[], at: number): string {
  const [high = 0, low = 0] = groups.slice(at, at + 2);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
