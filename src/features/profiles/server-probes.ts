import type { CallOptions } from '../../drivers/port/mail-server.js';
import type { DiscoveryFinding, MailServerProbe } from '../../drivers/port/mail-server-probe.js';
import type { ServerConnection } from './mail-server-factory.js';

export interface ProbeConnection extends Omit<ServerConnection, 'maxConnections'> {
  /** PEM certificates to trust instead of the system's; null: the system's. */
  readonly ca: string | null;
}

export interface DiscoveryRequest extends Omit<ProbeConnection, 'ewsUrl'> {
  readonly emailAddress: string;
  /** Hosts of other domains to which the credentials may go. */
  readonly trustedHosts: readonly string[];
}

/** Looks at mail servers instead of working with them. */
export abstract class ServerProbes {
  /** Makes no call until it is used. */
  abstract createProbe(connection: ProbeConnection): MailServerProbe;
  /** Finds the server of a mailbox by its address; rejects for an abort only. */
  abstract discover(request: DiscoveryRequest, options?: CallOptions): Promise<DiscoveryFinding>;
}
