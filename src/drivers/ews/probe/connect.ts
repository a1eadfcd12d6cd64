import { connect as connectTcp } from 'node:net';
import type { ConnectFinding } from '../../port/mail-server-probe.js';
import { limited } from './limited.js';
import { probeError } from './probe-error.js';
import type { ServerPlace } from './server-place.js';

/** Opens a TCP connection and closes it again. */
export async function connect(
  place: ServerPlace,
  limitMs: number,
  signal: AbortSignal | undefined,
): Promise<ConnectFinding> {
  const { host, port, lookup, refusal } = place;
  if (refusal) throw probeError('Connect', refusal);
  const socket = connectTcp({ host, port, ...(lookup ? { lookup } : {}) });
  const connected = new Promise<ConnectFinding>((resolve, reject) => {
    socket.once('connect', () => resolve({ address: socket.remoteAddress ?? host, port }));
    // Stays for good: a socket that is destroyed while it connects may still tell of an error.
    socket.on('error', reject);
  });
  try {
    return await limited(connected, limitMs, signal);
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw probeError('Connect', error);
  } finally {
    socket.destroy();
  }
}
