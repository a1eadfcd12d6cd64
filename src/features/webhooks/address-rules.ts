import { isIP, type BlockList } from 'node:net';
import { blockList, kindOfAddress, mappedIpv4 } from '../../platform/network/special-addresses.js';

/** Decides where webhooks may go. */
export class AddressRules {
  private readonly allowed: BlockList;
  readonly allowsSome: boolean;

  /** @param allowedNetworks CIDRs that are allowed whatever they are */
  constructor(allowedNetworks: readonly string[]) {
    this.allowed = blockList(allowedNetworks);
    this.allowsSome = allowedNetworks.length > 0;
  }

  /** @param encrypted without TLS only the networks that the operator named are allowed */
  allows(address: string, encrypted: boolean): boolean {
    if (isIP(address) === 0) return false;
    // An allowed network means both forms, and every zone.
    const plain = mappedIpv4(address) ?? address.split('%', 1)[0] ?? '';
    if (this.allowed.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6')) return true;
    return encrypted && kindOfAddress(address) === 'public';
  }
}
