import { Injectable } from '@nestjs/common';
import { createExchangeServer } from '../../exchange/exchange-server.js';
import type { MailServer } from '../../mail/mail-server.js';
import { MailServerFactory, type ServerConnection } from './mail-server-factory.js';
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
