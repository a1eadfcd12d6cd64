import { Injectable } from '@nestjs/common';
import { findServer } from '../../exchange/autodiscover/find-server.js';
import { createExchangeProbe } from '../../exchange/exchange-probe.js';
import { createExchangeServer } from '../../exchange/exchange-server.js';
import type { CallOptions, MailServer } from '../../mail/mail-server.js';
import type { DiscoveryFinding, MailServerProbe } from '../../mail/mail-server-probe.js';
import { MailServerFactory, type ServerConnection } from './mail-server-factory.js';
import { ServerProbes, type DiscoveryRequest, type ProbeConnection } from './server-probes.js';
import { EwsMetrics } from './ews-metrics.js';

/** Exchange by EWS: the only kind of server so far. */
@Injectable()
export class ExchangeServerFactory extends MailServerFactory {
  constructor(private readonly metrics: EwsMetrics) {
    super();
  }

  override create(connection: ServerConnection): MailServer {
    return createExchangeServer({ ...connection, onCall: (report) => this.metrics.observe(report) });
  }
}

/** The same server, looked at. Its calls are not in the metrics: those tell how the work goes. */
@Injectable()
export class ExchangeProbes extends ServerProbes {
  override createProbe({ ca, ...connection }: ProbeConnection): MailServerProbe {
    return createExchangeProbe({ ...connection, ...(ca === null ? {} : { tls: { ca } }) });
  }

  override discover({ ca, ...request }: DiscoveryRequest, options?: CallOptions): Promise<DiscoveryFinding> {
    return findServer({ ...request, ...(ca === null ? {} : { tls: { ca } }) }, options?.signal);
  }
}
