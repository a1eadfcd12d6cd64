import { createExchangeServer } from '../../../../src/drivers/ews/exchange-server.js';
import type { ExchangeServerOptions } from '../../../../src/drivers/ews/exchange-options.js';
import type { MailboxAccess, MailboxIdentity, MailServer } from '../../../../src/drivers/port/mail-server.js';
import { startSandbox, type RecordedExchange, type Sandbox } from '../../../../src/sandbox/sandbox-server.js';
import type { PortWorld, Trouble } from '../../port/port-world.js';

const account = 'svc';
const alice = 'alice@contoso.test';
const bob = 'bob@contoso.test';

interface WorldOptions extends Partial<ExchangeServerOptions> {
  readonly access?: MailboxAccess;
  /** Is told every call and its answer. */
  readonly record?: (exchange: RecordedExchange) => void;
}

export interface ExchangeWorld extends PortWorld {
  readonly sandbox: Sandbox;
}

/** The EWS driver and the sandbox, as the conformance suite of the port sees them. */
export async function openExchangeWorld({
  access = 'impersonation',
  record,
  ...options
}: WorldOptions = {}): Promise<ExchangeWorld> {
  const sandbox = await startSandbox({
    domain: 'contoso.test',
    mailboxes: [{ address: alice, displayName: 'Alice' }, { address: bob }],
    serviceAccounts: [{ username: account, password: 'secret', scope: access === 'impersonation' ? 'all' : [] }],
    ...(record ? { record } : {}),
  });
  const { control } = sandbox;
  if (access === 'delegation') for (const address of [alice, bob]) control.setDelegate(address, account);
  const server = connect(sandbox, options);
  const stranger = connect(sandbox, { ...options, auth: { type: 'basic', username: account, password: 'wrong!' } });
  const identity = (address: string): MailboxIdentity => ({
    address,
    access,
    connectingSid: { type: 'SmtpAddress', value: address },
  });
  return {
    sandbox,
    alice,
    bob,
    // Exchange 2010 keeps one body and shows that.
    showsText: !options.requestVersion?.startsWith('Exchange2010'),
    open: (address) => server.openMailbox(identity(address)),
    openWithWrongPassword: (address) => stranger.openMailbox(identity(address)),
    deliver: (address, { attachments = [], ...mail } = {}) =>
      control.deliver(address, {
        ...mail,
        attachments: attachments.map((attachment) => ({ ...attachment, content: Uint8Array.from(attachment.content) })),
      }),
    deliverMime: (address, mime, receivedAt) => control.deliverMime(address, mime, { receivedAt }),
    addFolder: (address, name, parent) => control.addFolder(address, { name, ...(parent ? { parent } : {}) }),
    removeFolder: (address, id) => control.removeFolder(address, id),
    markRead: (address, itemId) => control.markRead(address, itemId),
    deleteItem: (address, itemId) => control.deleteItem(address, itemId),
    moveToJunk: (address, itemId) => void control.moveItem(address, itemId, 'junkemail'),
    makeUnreadable: (address, itemId) => control.corruptItem(address, itemId, 'ErrorMimeContentConversionFailed'),
    loseSyncStates: (address) => control.invalidateSyncStates(address),
    trouble: (trouble, during) =>
      void control.injectFault({ operation: operationOf[during], times: 1, fault: faultOf(trouble) }),
    deny: (address) =>
      access === 'impersonation' ? control.revoke(account, [address]) : control.setDelegate(address, account, false),
    recipientsOf: (internetMessageId) =>
      control
        .deliveriesOf(internetMessageId)
        .map(({ recipient }) => recipient)
        .sort(),
    close: async () => {
      await Promise.all([server.close(), stranger.close()]);
      await sandbox.close();
    },
  };
}

const operationOf = { saveDraft: 'CreateItem', sendDraft: 'SendItem', openFolder: 'GetFolder' } as const;

function faultOf(trouble: Trouble) {
  if (trouble === 'lost-answer') return { dropAfterCommit: true } as const;
  if (trouble === 'web-page') return { html: true } as const;
  if (trouble === 'unavailable') return { itemError: 'ErrorMailboxStoreUnavailable' } as const;
  return { code: 'ErrorServerBusy', backOffMs: trouble.busyMs } as const;
}

function connect(sandbox: Sandbox, options: Partial<ExchangeServerOptions>): MailServer {
  return createExchangeServer({
    ewsUrl: sandbox.ewsUrl,
    auth: { type: 'basic', username: account, password: 'secret' },
    maxConnections: 4,
    ...options,
  });
}
