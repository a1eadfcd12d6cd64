import type { MailboxIdentity, MailServer } from '../port/mail-server.js';
import { EwsClient } from './ews-client.js';
import { ExchangeMailbox } from './exchange-mailbox.js';
import type { ExchangeServerOptions } from './exchange-options.js';

/**
 * A connection to one Exchange server over EWS with one service account. No network traffic until
 * a mailbox is used; at most `maxConnections` calls are under way, others wait for their turn.
 * @throws TypeError when `ewsUrl` is no http or https URL.
 */
export function createExchangeServer(options: ExchangeServerOptions): MailServer {
  const { protocol } = new URL(options.ewsUrl);
  if (protocol !== 'https:' && protocol !== 'http:') throw new TypeError(`No http or https URL: ${protocol}`);
  const client = new EwsClient(options);
  return {
    openMailbox: (identity: MailboxIdentity) => new ExchangeMailbox(client, identity),
    close: () => client.close(),
  };
}
