import { lookup as systemLookup } from 'node:dns';
import type { NameFinding } from '../../port/mail-server-probe.js';
import { limited } from './limited.js';
import { probeError } from './probe-error.js';
import type { ServerPlace } from './server-place.js';

/** Resolves the server's name as the client does, which is the system's way: hosts files count. */
export async function lookUp(
  place: ServerPlace,
  limitMs: number,
  signal: AbortSignal | undefined,
): Promise<NameFinding> {
  const { host, port, isAddress, refusal } = place;
  if (refusal) throw probeError('LookUp', refusal);
  if (isAddress) return { host, port, isAddress, addresses: [host] };
  try {
    return { host, port, isAddress, addresses: await limited(addressesOf(place), limitMs, signal) };
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw probeError('LookUp', error);
  }
}

function addressesOf({ host, lookup = systemLookup }: ServerPlace): Promise<string[]> {
  return new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, found) => {
      if (error) return reject(error);
      const addresses = typeof found === 'string' ? [found] : found.map(({ address }) => address);
      resolve([...new Set(addresses)]);
    });
  });
}
