import type { IncomingMessage, ServerResponse } from 'node:http';
import { authenticate } from '../access/authentication.js';
import type { CallLog } from '../control/call-log.js';
import type { FaultInjector } from '../control/fault-injection.js';
import { setExchangeHeaders } from '../http/exchange-headers.js';
import { readBody } from '../http/read-body.js';
import type { Mailbox } from '../store/mailbox.js';
import type { Organisation } from '../store/organisation.js';
import { parseXml } from '../xml/parse-xml.js';
import { element, textElement } from '../xml/write-xml.js';

const OPERATION = 'Autodiscover';
const MAX_BYTES = 64 * 1024;
const ENVELOPE = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006';
const OUTLOOK = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Answers `POST /autodiscover/autodiscover.xml` (MS-OXDSCLI): where the mailbox of an address is served.
 * Faults for the operation `Autodiscover` hit it: HTTP answers, raw texts and lost connections.
 */
export class PoxEndpoint {
  constructor(
    private readonly organisation: Organisation,
    private readonly faults: FaultInjector,
    private readonly log: CallLog,
    private readonly ewsUrl: () => string,
  ) {}

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const began = Date.now();
    setExchangeHeaders(request, response, this.organisation.domain);
    const body = await readBody(request, MAX_BYTES);
    const address = body === 'too-large' ? undefined : addressIn(body.toString('utf8'));
    const caller = authenticate(this.organisation, request.headers.authorization);
    const answer = body === 'too-large' ? plain(413) : this.answer(address, caller !== undefined, request);
    const { authorization: _, ...headers } = request.headers;
    this.log.add({
      operation: OPERATION,
      address: address ?? null,
      account: caller?.name ?? null,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
      httpStatus: answer?.status ?? 0,
      ms: Date.now() - began,
      at: this.organisation.clock().toISOString(),
    });
    if (answer === null) request.socket.destroy();
    else response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  /** Null: the connection is lost. */
  private answer(address: string | undefined, signedIn: boolean, request: IncomingMessage): Answer | null {
    const fault = this.faults.take(OPERATION, address?.toLowerCase());
    if (fault && 'http' in fault) return { ...plain(fault.http), body: fault.body ?? '', headers: fault.headers ?? {} };
    if (fault && 'raw' in fault) return document(fault.raw);
    if (fault && 'dropBefore' in fault) return null;
    if (!signedIn) return plain(401, { 'WWW-Authenticate': `Basic realm="${this.organisation.domain}"` });
    if (request.method !== 'POST') return plain(405, { Allow: 'POST' });
    if (address === undefined) return document(this.error('600', 'Invalid Request'));
    const mailbox = this.organisation.byAnyAddress(address);
    return document(mailbox ? this.settings(mailbox) : this.error('500', 'The e-mail address cannot be found.'));
  }

  private settings(mailbox: Mailbox): string {
    const user =
      textElement('DisplayName', mailbox.record.displayName) +
      textElement('AutoDiscoverSMTPAddress', mailbox.address) +
      textElement('DeploymentId', '00000000-0000-0000-0000-000000000000');
    const protocols = ['EXCH', 'EXPR'].map((type) =>
      element('Protocol', textElement('Type', type) + textElement('EwsUrl', this.ewsUrl())),
    );
    const account = textElement('AccountType', 'email') + textElement('Action', 'settings') + protocols.join('');
    return wrapped(element('User', user) + element('Account', account));
  }

  private error(code: string, text: string): string {
    const time = this.organisation.clock().toISOString().slice(11, 19);
    const content = textElement('ErrorCode', code) + textElement('Message', text) + textElement('DebugData', '');
    return wrapped(element('Error', content, { Time: time, Id: '1' }), ENVELOPE);
  }
}

function addressIn(source: string): string | undefined {
  try {
    return parseXml(source).child('Request')?.childText('EMailAddress')?.trim();
  } catch {
    return undefined;
  }
}

const wrapped = (content: string, namespace = OUTLOOK): string =>
  `<?xml version="1.0" encoding="utf-8"?>${element('Autodiscover', element('Response', content, { xmlns: namespace }), { xmlns: ENVELOPE })}`;

const document = (body: string): Answer => ({
  status: 200,
  body,
  headers: { 'Content-Type': 'text/xml; charset=utf-8' },
});
const plain = (status: number, headers: Record<string, string> = {}): Answer => ({ status, body: '', headers });
