import { lookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';

/**
 * Decides which addresses sockets may connect to. It checks the resolved address that the socket then uses, because a
 * name that is checked beforehand may resolve to something else a moment later. A literal address is never looked up,
 * so callers check it with `refusal` first.
 */
export interface ConnectGuard {
  readonly lookup: LookupFunction;
  /**
   * Why nothing may connect to a host, as far as the host says so itself; null for an allowed address and for a name.
   * @param host as in a URL, an IPv6 address in brackets or without
   */
  readonly refusal: (host: string) => Error | null;
}

export interface GuardRules {
  /** Whether a socket may connect there. */
  readonly admits: (address: string) => boolean;
  /** The error to throw. @param isName whether the host is a name rather than a literal address */
  readonly refuse: (host: string, isName: boolean) => Error;
  /** `all`: a name is refused if any of its addresses is; `any`: the allowed ones are used. */
  readonly needs: 'all' | 'any';
}

export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

const resolveBySystem: Resolve = (hostname) =>
  new Promise((resolve, reject) => {
    lookup(hostname, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });

export function connectGuard({ admits, refuse, needs }: GuardRules, resolve: Resolve = resolveBySystem): ConnectGuard {
  return {
    refusal: (host) => {
      const address = host.replace(/^\[|\]$/g, '');
      return isIP(address) === 0 || admits(address) ? null : refuse(host, false);
    },
    lookup: (hostname, options, callback) => {
      resolve(hostname).then(
        (found) => {
          const admitted = found.filter(({ address }) => admits(address));
          if (admitted.length === 0 || (needs === 'all' && admitted.length < found.length))
            return callback(refuse(hostname, true), '');
          // A socket that is limited to one address family gets no address of the other.
          const wanted = [4, 6].includes(Number(options.family))
            ? admitted.filter(({ family }) => family === Number(options.family))
            : admitted;
          const [first] = wanted.length > 0 ? wanted : admitted;
          if (options.all) callback(null, wanted.length > 0 ? wanted : admitted);
          else callback(null, first?.address ?? '', first?.family);
        },
        (error: NodeJS.ErrnoException) => callback(error, ''),
      );
    },
  };
}
