import type { CallDiagnostics } from '../port/mail-error.js';
import type { MailServerProbe } from '../port/mail-server-probe.js';
import { EwsClient } from './ews-client.js';
import { ExchangeMailbox } from './exchange-mailbox.js';
import type { ExchangeServerOptions, ExchangeTimeouts } from './exchange-options.js';
import { connect } from './probe/connect.js';
import { greet } from './probe/greet.js';
import { handshake } from './probe/handshake.js';
import { lookUp } from './probe/look-up.js';
import { placeOf } from './probe/server-place.js';
import { signIn } from './probe/sign-in.js';

/** Somebody watches: shorter than what runs wait for. */
export const PROBE_TIMEOUTS: ExchangeTimeouts = {
  connectMs: 10_000,
  headersMs: 40_000,
  bodyMs: 20_000,
  paceMs: 20_000,
  restMs: 1_000,
  totalMs: 60_000,
};

/**
 * Looks at one Exchange server, over one connection and with the client of runs. No traffic until it is used.
 * @throws TypeError when `ewsUrl` is no URL.
 */
export function createExchangeProbe(options: Omit<ExchangeServerOptions, 'maxConnections'>): MailServerProbe {
  const timeouts = { ...PROBE_TIMEOUTS, ...options.timeouts };
  const place = placeOf(options.ewsUrl, options);
  let last: CallDiagnostics | null = null;
  const client = new EwsClient({
    ...options,
    timeouts,
    maxConnections: 1,
    onCall: (report) => {
      last = report.diagnostics;
      options.onCall?.(report);
    },
  });
  return {
    lookUp: ({ signal } = {}) => lookUp(place, timeouts.connectMs, signal),
    connect: ({ signal } = {}) => connect(place, timeouts.connectMs, signal),
    handshake: ({ signal } = {}) => handshake(place, options.tls, timeouts.connectMs, signal),
    greet: ({ signal } = {}) => greet(client.endpoint, timeouts.totalMs, client.redact, signal),
    signIn: ({ signal } = {}) => signIn(client, signal),
    lastCall: () => last,
    openMailbox: (identity) => new ExchangeMailbox(client, identity),
    close: () => client.close(),
  };
}
