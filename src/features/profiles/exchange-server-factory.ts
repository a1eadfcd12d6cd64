import { Injectable } from '@nestjs/common';
import { findServer } from '../../drivers/ews/autodiscover/find-server.js';
import { createExchangeProbe } from '../../drivers/ews/exchange-probe.js';
import type { CallReport } from '../../drivers/ews/exchange-options.js';
import { createExchangeServer } from '../../drivers/ews/exchange-server.js';
import type { CallOptions, MailServer } from '../../drivers/port/mail-server.js';
import type { DiscoveryFinding, MailServerProbe } from '../../drivers/port/mail-server-probe.js';
import { Clock } from '../../platform/clock/clock.js';

import { MailServerFactory, type ServerConnection } from './mail-server-factory.js';
import { ServerAddressRules } from './server-address-rules.js';
import { ServerProbes, type DiscoveryRequest, type ProbeConnection } from './server-probes.js';
import { EwsMetrics } from './ews-metrics.js';

/** Exchange by EWS: the only kind of server so far. */
@Injectable()
export class ExchangeServerFactory extends MailServerFactory {
  constructor(
    private readonly metrics: EwsMetrics,
    private readonly clock: Clock,
    private readonly addresses: ServerAddressRules,
  ) {
    super();
  }

  override create({ addressSetBy, ...connection }: ServerConnection): MailServer {
    const onCall = (report: CallReport) => this.metrics.observe(report);
    const guard = this.addresses.guardFor(addressSetBy);
    return createExchangeServer({ ...connection, guard, onCall, now: () => this.clock.now() });
  }
}

/** The same server, looked at. Its calls are not in the metrics: those tell how the work goes. */
@Injectable()
export class ExchangeProbes extends ServerProbes {
  constructor(private readonly addresses: ServerAddressRules) {
    super();
  }

  override createProbe({ ca, addressSetBy, ...connection }: ProbeConnection): MailServerProbe {
    const guard = this.addresses.guardFor(addressSetBy);
    return createExchangeProbe({ ...connection, guard, ...(ca === null ? {} : { tls: { ca } }) });
  }

  override discover(
    { ca, addressSetBy, ...request }: DiscoveryRequest,
    options?: CallOptions,
  ): Promise<DiscoveryFinding> {
    const guard = this.addresses.guardFor(addressSetBy);
    return findServer({ ...request, guard, ...(ca === null ? {} : { tls: { ca } }) }, options?.signal);
  }
}
