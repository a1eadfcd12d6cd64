import { randomUUID } from 'node:crypto';
import { MailServerError } from '../mail/mail-error.js';
import type { MailboxIdentity } from '../mail/mail-server.js';
import { EwsAnswer, protocolError, responseError, type CallFacts } from './ews-answer.js';
import type { EwsOperation } from './ews-operation.js';
import {
  DEFAULT_LIMITS,
  DEFAULT_TIMEOUTS,
  DEFAULT_USER_AGENT,
  DEFAULT_VERSION,
  type ExchangeLimits,
  type ExchangeServerOptions,
  type ExchangeTimeouts,
} from './exchange-options.js';
import { CallDeadline } from './http/call-deadline.js';
import { CookieJar } from './http/cookie-jar.js';
import { EwsEndpoint, type AnswerHead } from './http/ews-endpoint.js';
import { httpProblem, looksLikeHtml, plainText, retryAfterMs } from './http/http-problem.js';
import { redactor } from './http/redact.js';
import { NOT_HTTP, TransportFailure } from './http/transport-failure.js';
import { readDiagnostics } from './call-diagnostics.js';
import { AnswerReader, type Envelope } from './soap/answer.js';
import { writeEnvelope } from './soap/envelope.js';
import { childText } from './soap/element.js';
import { readFault } from './soap/error-details.js';
import { MESSAGES_NS } from './soap/namespaces.js';
import { ProtocolViolation } from './soap/protocol-violation.js';
import { VersionAgreement, type RequestVersion } from './soap/request-version.js';

/** Enough of a body to recognise a login page and to quote it. */
const EXCERPT_BYTES = 4_096;
/** Far enough from the excerpt's end, where a cut could have torn a secret that is then not recognised. */
const SHOWN_FAULT_CHARS = 1_500;

/** One HTTP exchange as it was read, before anyone judges it. */
interface Exchange {
  readonly head: AnswerHead;
  readonly envelope: Envelope | null;
  /** Why there is no envelope. */
  readonly violation: ProtocolViolation | null;
  readonly excerpt: string;
}

/** Calls EWS operations over HTTP with one service account, and turns whatever goes wrong into `MailServerError`. */
export class EwsClient {
  readonly limits: ExchangeLimits;
  private readonly timeouts: ExchangeTimeouts;
  readonly endpoint: EwsEndpoint;
  private readonly versions: VersionAgreement;
  private readonly cookies = new CookieJar();
  private readonly authorization: string;
  readonly redact: (text: string) => string;

  constructor(private readonly options: ExchangeServerOptions) {
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
    this.endpoint = new EwsEndpoint(options, this.timeouts);
    this.versions = new VersionAgreement(options.requestVersion ?? DEFAULT_VERSION);
    const token = Buffer.from(`${options.auth.username}:${options.auth.password}`, 'utf8').toString('base64');
    this.authorization = `Basic ${token}`;
    this.redact = redactor([token, options.auth.password]);
  }

  close(): Promise<void> {
    return this.endpoint.close();
  }

  /**
   * Calls an operation as the mailbox. One call is one attempt, but for an older schema version
   * (which the server refuses to look at, so that nothing has happened) and a lost idle connection.
   * @throws MailServerError, or the signal's reason.
   */
  async call(identity: MailboxIdentity, operation: EwsOperation, signal?: AbortSignal): Promise<EwsAnswer> {
    for (;;) {
      const version = this.versions.current;
      try {
        return await this.attempt(identity, operation, version, signal);
      } catch (error) {
        const older =
          error instanceof MailServerError && VersionAgreement.isRefusal(error.code) && this.versions.refused(version);
        if (!older) throw error;
      }
    }
  }

  private async attempt(
    identity: MailboxIdentity,
    operation: EwsOperation,
    version: RequestVersion,
    signal: AbortSignal | undefined,
  ): Promise<EwsAnswer> {
    signal?.throwIfAborted();
    const started = performance.now();
    const clientRequestId = randomUUID();
    let head: AnswerHead | null = null;
    let serverVersion: string | null = null;
    const facts = (): CallFacts => ({
      operation: operation.name,
      changes: operation.changes,
      redact: this.redact,
      diagnostics: readDiagnostics(clientRequestId, head, serverVersion, performance.now() - started),
    });
    let outcome = 'NoError';
    try {
      const body = writeEnvelope(identity, version, operation.body(version));
      const exchange = await this.exchange(identity, operation, clientRequestId, body, signal, (seen) => (head = seen));
      serverVersion = exchange.envelope?.serverVersion ?? null;
      const answer = this.judge(exchange, operation, facts());
      outcome = answer.outcome;
      return answer;
    } catch (error) {
      if (signal?.aborted === true) {
        outcome = 'Aborted';
        throw signal.reason;
      }
      const known = error instanceof TransportFailure ? transportError(facts(), error) : error;
      outcome = known instanceof MailServerError ? known.code : 'Unknown';
      throw known;
    } finally {
      const { diagnostics } = facts();
      this.options.onCall?.({
        operation: operation.name,
        durationMs: performance.now() - started,
        outcome,
        httpStatus: diagnostics.httpStatus,
        diagnostics,
      });
    }
  }

  private async exchange(
    identity: MailboxIdentity,
    operation: EwsOperation,
    clientRequestId: string,
    body: Buffer,
    signal: AbortSignal | undefined,
    onHead: (head: AnswerHead) => void,
  ): Promise<Exchange> {
    const { maxAnswerBytes, maxDepth, maxElements } = this.limits;
    const reader = new AnswerReader({ maxBytes: maxAnswerBytes, maxDepth, maxElements });
    const deadline = new CallDeadline(this.timeouts.totalMs, signal);
    const excerpt: Buffer[] = [];
    let excerptBytes = 0;
    let head: AnswerHead = { status: 0, headers: {} };
    let violation: ProtocolViolation | null = null;
    try {
      await this.endpoint.post({
        body,
        headers: this.headers(identity, operation, clientRequestId),
        signal: deadline.signal,
        readOnly: !operation.changes,
        onHead: (seen) => {
          head = seen;
          onHead(seen);
          this.cookies.store(identity.address, [seen.headers['set-cookie'] ?? []].flat(), Date.now());
        },
        onData: (chunk) => {
          if (excerptBytes < EXCERPT_BYTES) {
            excerpt.push(chunk.subarray(0, EXCERPT_BYTES - excerptBytes));
            excerptBytes += chunk.length;
          }
          reader.write(chunk);
        },
      });
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw deadline.explain(error);
      violation = error;
    } finally {
      deadline.clear();
    }
    // Before its markup is taken out, which could tear a secret apart and leave its pieces.
    const start = this.redact(Buffer.concat(excerpt).toString('utf8'));
    if (violation === null) {
      if (start.trim() === '') violation = new ProtocolViolation('UnexpectedAnswer', 'the answer is empty');
      else {
        try {
          return { head, envelope: reader.end(), violation: null, excerpt: start };
        } catch (error) {
          if (!(error instanceof ProtocolViolation)) throw error;
          violation = error;
        }
      }
    }
    return { head, envelope: null, violation, excerpt: start };
  }

  /** A fault counts before the HTTP status: some servers send faults with 200, others with 500. */
  private judge(
    { head, envelope, violation, excerpt }: Exchange,
    operation: EwsOperation,
    facts: CallFacts,
  ): EwsAnswer {
    const retryAfter = retryAfterMs(head.headers, Date.now());
    if (envelope?.fault != null) {
      const fault = readFault(envelope.fault);
      const answer = excerpt.slice(0, SHOWN_FAULT_CHARS);
      throw responseError(facts, { ...fault, backOffMs: fault.backOffMs ?? retryAfter }, answer);
    }
    if (head.status < 200 || head.status > 299) {
      const problem = httpProblem(head, envelope === null ? excerpt : '');
      throw new MailServerError({
        origin: 'http',
        code: problem.code,
        operation: operation.name,
        text: this.redact(problem.text),
        values: problem.values,
        backOffMs: retryAfter,
        // A gateway's 5xx may follow a request that the server behind it has carried out.
        effectPossible: operation.changes && head.status >= 500,
        diagnostics: facts.diagnostics,
      });
    }
    if (envelope === null) {
      if (looksLikeHtml(excerpt)) {
        throw protocolError(facts, 'UnexpectedAnswer', `The answer is a web page: ${plainText(excerpt)}`);
      }
      throw protocolError(facts, violation?.code ?? 'UnexpectedAnswer', violation?.message ?? 'no answer');
    }
    if (envelope.responseName !== `${operation.name}Response`) {
      throw protocolError(facts, 'UnexpectedAnswer', `the answer is a ${envelope.responseName}`);
    }
    const answer = new EwsAnswer(envelope.messages, facts);
    const [first] = envelope.messages;
    if (first !== undefined && VersionAgreement.isRefusal(childText(first, 'ResponseCode') ?? '')) {
      throw answer.errorOf(first, null) ?? answer.unexpected('the server refuses the schema version');
    }
    return answer;
  }

  private headers(identity: MailboxIdentity, operation: EwsOperation, id: string): Record<string, string> {
    const cookie = this.cookies.header(identity.address);
    return {
      'Content-Type': 'text/xml; charset=utf-8',
      Accept: 'text/xml',
      'Accept-Encoding': 'gzip, deflate',
      Authorization: this.authorization,
      'User-Agent': this.options.userAgent ?? DEFAULT_USER_AGENT,
      SOAPAction: `"${MESSAGES_NS}/${operation.name}"`,
      ...(identity.address === '' ? {} : { 'X-AnchorMailbox': headerValue(identity.address) }),
      'client-request-id': id,
      'return-client-request-id': 'true',
      ...(cookie === null ? {} : { Cookie: cookie }),
    };
  }
}

/** An address as a header can carry it: no control characters, and UTF-8 for what is not ASCII. */
function headerValue(text: string): string {
  return Buffer.from(text.replace(/[\0-\x1f\x7f]/g, ''), 'utf8').toString('latin1');
}

function transportError(call: CallFacts, failure: TransportFailure): MailServerError {
  if (failure.code === NOT_HTTP) {
    // Without its cause: that holds what came over the wire, which can be our own request echoed.
    return protocolError(call, 'UnexpectedAnswer', `the server does not speak HTTP: ${failure.message}`);
  }
  return new MailServerError(
    {
      origin: 'transport',
      code: failure.code,
      operation: call.operation,
      text: call.redact(failure.message),
      backOffMs: null,
      effectPossible: call.changes && failure.requestSent,
      diagnostics: call.diagnostics,
    },
    { cause: failure.cause },
  );
}
