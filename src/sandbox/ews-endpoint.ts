import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Caller, authenticate } from './access/authentication.js';
import { impersonated } from './access/impersonation.js';
import { requestedVersion } from './access/server-version.js';
import type { Behaviour } from './behaviour.js';
import type { CallLog } from './control/call-log.js';
import type { FaultInjector, InjectedFault } from './control/fault-injection.js';
import { setExchangeHeaders } from './http/exchange-headers.js';
import { readBody } from './http/read-body.js';
import { type Answer, sendAnswer } from './http/send-answer.js';
import { injectedAnswer } from './injected-answer.js';
import type { MailFlow } from './mail-flow/mail-flow.js';
import { concernedAddress } from './operations/concerned.js';
import type { Call } from './operations/call.js';
import { OPERATIONS } from './operations/registry.js';
import type { RecordedExchange } from './options.js';
import { type SoapRequest, readEnvelope, writeEnvelope, writeFault } from './soap/envelope.js';
import { validateRequest } from './schema/validate-request.js';
import { ItemError, SchemaViolation, SoapFault } from './soap/faults.js';
import type { Organisation } from './store/organisation.js';
import type { StreamingConnections } from './streaming/streaming-connections.js';

const XML = 'text/xml; charset=utf-8';

/** What one call turned out to be, for the log. */
interface Seen {
  operation: string;
  address: string | null;
  account: string | null;
}

/** Answers `POST /EWS/Exchange.asmx`. */
export class EwsEndpoint {
  constructor(
    private readonly organisation: Organisation,
    private readonly mailFlow: MailFlow,
    private readonly behaviour: Behaviour,
    private readonly faults: FaultInjector,
    private readonly log: CallLog,
    private readonly streaming: StreamingConnections,
    private readonly record: ((exchange: RecordedExchange) => void) | undefined,
  ) {}

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen: Seen = { operation: '', address: null, account: null };
    const began = Date.now();
    setExchangeHeaders(request, response, this.organisation.domain);
    try {
      await this.answer(request, response, seen);
    } finally {
      const { authorization: _, ...headers } = request.headers;
      this.log.add({
        ...seen,
        headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
        httpStatus: response.headersSent ? response.statusCode : 0,
        ms: Date.now() - began,
        at: this.organisation.clock().toISOString(),
      });
    }
  }

  private async answer(request: IncomingMessage, response: ServerResponse, seen: Seen): Promise<void> {
    const refuse = (status: number, headers: Record<string, string> = {}): Promise<void> => {
      // What is left of the body is not read, so the connection cannot be used again.
      if (status === 413) headers.Connection = 'close';
      else request.resume();
      return this.send(request, response, { status, body: '', contentType: 'text/html', headers });
    };
    const caller = authenticate(this.organisation, request.headers.authorization);
    if (!caller) return refuse(401, { 'WWW-Authenticate': `Basic realm="${this.organisation.domain}"` });
    seen.account = caller.name;
    if (request.method !== 'POST') return refuse(405, { Allow: 'POST' });
    if (request.headers['transfer-encoding'] !== undefined && this.behaviour.refuseChunked) return refuse(411);
    if (!/^text\/xml\b/i.test(request.headers['content-type'] ?? '')) return refuse(415);
    const body = await readBody(request, this.behaviour.maxRequestBytes);
    if (body === 'too-large') return refuse(413);
    const open = this.log.callBegan(caller.name);
    try {
      if (this.behaviour.slowDownMs > 0) await delay(this.behaviour.slowDownMs);
      await this.run(request, response, { caller, source: body.toString('utf8'), seen, open });
    } finally {
      this.log.callEnded(caller.name);
    }
  }

  private async run(
    request: IncomingMessage,
    response: ServerResponse,
    { caller, source, seen, open }: { caller: Caller; source: string; seen: Seen; open: number },
  ): Promise<void> {
    const { style } = this.behaviour;
    const record = (answer: string, httpStatus: number): void =>
      this.record?.({ operation: seen.operation, request: source, response: answer, httpStatus });
    let injected: InjectedFault | undefined;
    let answer: Answer;
    try {
      const soap = readEnvelope(source);
      seen.operation = soap.operation.name;
      const concerned = concernedAddress(this.organisation, caller, soap);
      seen.address = concerned ?? null;
      injected = this.faults.take(soap.operation.name, concerned);
      if (injected && 'dropBefore' in injected) {
        request.socket.destroy();
        return;
      }
      // A closed sandbox's process does not wait for a call that is still held.
      if (injected && 'delayMs' in injected) await delay(injected.delayMs, undefined, { ref: false });
      const made = injected && injectedAnswer(injected, soap.operation, style);
      if (made) {
        if (made.contentType === XML && made.recordable) record(made.body, made.status);
        return await this.send(request, response, made);
      }
      if (open > this.behaviour.maxConcurrentCalls) throw new SoapFault('ErrorExceededConnectionCount');
      validateRequest(soap.operation, soap.headers);
      const call = this.callFor(caller, soap);
      if (soap.operation.name === 'GetStreamingEvents') {
        // Hanging connections have a budget of their own.
        this.log.callEnded(caller.name);
        try {
          return await this.streaming.serve(call, soap.operation, response, (envelope) => record(envelope, 200));
        } finally {
          this.log.callBegan(caller.name);
        }
      }
      const operation = OPERATIONS.get(soap.operation.name);
      if (!operation)
        throw new SoapFault('ErrorInvalidRequest', `The operation '${soap.operation.name}' is not known.`);
      answer = { status: 200, body: writeEnvelope(await operation(call, soap.operation), style), contentType: XML };
    } catch (error) {
      const fault = asFault(error, source);
      answer = { status: 500, body: writeFault(fault, style), contentType: XML };
    }
    this.organisation.journal.flush();
    record(answer.body, answer.status);
    if (injected && 'dropAfterCommit' in injected) {
      request.socket.destroy();
      return;
    }
    await this.send(request, response, answer, injected !== undefined && 'truncate' in injected);
  }

  private callFor(caller: Caller, { headers }: SoapRequest): Call {
    requestedVersion(headers);
    const target = impersonated(this.organisation, caller, headers);
    return {
      organisation: this.organisation,
      mailFlow: this.mailFlow,
      subscriptions: this.streaming.subscriptions,
      caller,
      mailbox: target ?? caller.mailbox,
      impersonating: target !== undefined,
      style: this.behaviour.style,
      findCountLimit: this.behaviour.findCountLimit,
      missingFolder: this.behaviour.missingFolder,
    };
  }

  private send(request: IncomingMessage, response: ServerResponse, answer: Answer, cut = false): Promise<void> {
    return sendAnswer(request, response, answer, { gzip: this.behaviour.gzip, cut });
  }
}

function asFault(error: unknown, source: string): SoapFault {
  if (error instanceof SchemaViolation) return error.asFault(source);
  // An error that concerns the request as a whole, such as a property that cannot exist, fails all of it.
  if (error instanceof ItemError) return new SoapFault(error.code, error.message, error.values);
  return error instanceof SoapFault ? error : new SoapFault('ErrorInternalServerError', String(error));
}
