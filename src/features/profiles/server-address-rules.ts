import { isIP } from 'node:net';
import type { PrivateServersFor } from '../../platform/config/settings.js';
import { connectGuard, type ConnectGuard, type Resolve } from '../../platform/network/connect-guard.js';
import { kindOfAddress } from '../../platform/network/special-addresses.js';

/** Who set the address of a profile. An owner is a caller limited to profiles. */
export const addressSetters = ['administrator', 'owner'] as const;
export type AddressSetter = (typeof addressSetters)[number];

/** `code` becomes the code of the failure. */
export class ServerAddressRefused extends Error {
  override readonly name = 'ServerAddressRefused';
  readonly code = 'ServerAddressRefused';
}

export const addressRemediation =
  'Use the public address of the server. A private address must be set by an administrator, or allowed for everyone with PROFILE_PRIVATE_ADDRESSES.';

/** Decides which addresses profiles may connect to, after name resolution and redirects. */
export class ServerAddressRules {
  /** @param resolve resolves names; the system resolver by default */
  constructor(
    private readonly privateFor: PrivateServersFor,
    private readonly resolve?: Resolve,
  ) {}

  guardFor(setBy: AddressSetter): ConnectGuard {
    const rules = {
      admits: (address: string) => this.troubleWith(address, setBy) === null,
      refuse: (host: string, isName: boolean) => this.refused(host, isName, setBy),
      // Servers also register addresses in DNS that are only reachable in their own network; the others are used.
      needs: 'any' as const,
    };
    return connectGuard(rules, this.resolve);
  }

  /** Why a literal address or `localhost` is not allowed; null if it is, or if the host is another name. */
  troubleOf(ewsUrl: string, setBy: AddressSetter): string | null {
    const { hostname } = new URL(ewsUrl);
    const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
    if (isIP(host) !== 0) return this.troubleWith(host, setBy);
    return host === 'localhost' || host.endsWith('.localhost') ? this.troubleWith('127.0.0.1', setBy) : null;
  }

  private troubleWith(address: string, setBy: AddressSetter): string | null {
    const kind = kindOfAddress(address);
    if (kind === 'public') return null;
    if (kind === 'never') return 'must not be a link-local, metadata, multicast or unspecified address';
    if (this.privateFor === 'everyone' || (this.privateFor === 'administrators' && setBy === 'administrator'))
      return null;
    return this.privateFor === 'nobody'
      ? 'must not be a private address (PROFILE_PRIVATE_ADDRESSES is nobody)'
      : 'must not be a private address unless an administrator sets it';
  }

  /** Omits the resolved address: otherwise whoever may set names could use this to query internal DNS. */
  private refused(host: string, isName: boolean, setBy: AddressSetter): Error {
    const which = isName ? `the name ${host} resolves only to addresses` : `${host} is an address`;
    const whose = this.privateFor === 'administrators' && setBy === 'owner' ? ' whose address an owner set' : '';
    return new ServerAddressRefused(`${which} to which no profile${whose} may connect`);
  }
}
