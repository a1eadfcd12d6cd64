import { createExchangeServer } from '../../../../src/drivers/ews/exchange-server.js';
import type { ExchangeServerOptions } from '../../../../src/drivers/ews/exchange-options.js';
import type { MailboxIdentity, MailServer } from '../../../../src/drivers/port/mail-server.js';

export const SECRET = 'pä55-wörd-<&>';

export const IMPERSONATED: MailboxIdentity = {
  address: 'alice@contoso.test',
  access: 'impersonation',
  connectingSid: { type: 'SmtpAddress', value: 'alice@contoso.test' },
};

export const DELEGATED: MailboxIdentity = { ...IMPERSONATED, access: 'delegation' };

export function serverFor(url: string, options: Partial<ExchangeServerOptions> = {}): MailServer {
  return createExchangeServer({
    ewsUrl: url,
    auth: { type: 'basic', username: 'CONTOSO\\svc', password: SECRET },
    maxConnections: 2,
    ...options,
  });
}

export { errorOf } from '../../port/support.js';
