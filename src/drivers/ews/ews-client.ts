import { randomUUID } from 'node:crypto';
import { MailServerError } from '../port/mail-error.js';
import type { MailboxIdentity } from '../port/mail-server.js';
import { readDiagnostics } from './call-diagnostics.js';
import { protocolError, transportError, type CallFacts, type EwsAnswer } from './ews-answer.js';
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
import type { Arrival } from './http/answer-head.js';
import { CallDeadline } from './http/call-deadline.js';
import { CookieJar } from './http/cookie-jar.js';
import { EwsEndpoint } from './http/ews-endpoint.js';
import { header } from './http/http-problem.js';
import { redactor } from './http/redact.js';
import { MisplacedAnswer } from './http/request-echo.js';
import { TransportFailure } from './http/transport-failure.js';
import { isFromMailServer, judgeAnswer } from './judge-answer.js';
import { AnswerIntake, type ReceivedAnswer } from './received-answer.js';
import { QuerySupport } from './query-support.js';
import { isMisrouted } from './refusals.js';
import { mayRepeat } from './repeat-once.js';
import { requestHeaders } from './request-headers.js';
import { writeEnvelope } from './soap/envelope.js';
import { ProtocolViolation } from './soap/protocol-violation.js';
import { VersionAgreement, type RequestVersion } from './soap/request-version.js';

/** One try at a call, and how it ended. */
interface Attempt {
  readonly identity: MailboxIdentity;
  readonly operation: EwsOperation;
  readonly version: RequestVersion;
  readonly signal: AbortSignal | undefined;
  /** The second try: on a fresh connection. */
  readonly again: boolean;
}

type Outcome =
  | { readonly answer: EwsAnswer; readonly repeatable: boolean }
  | { readonly error: unknown; readonly repeatable: boolean };

/** Calls EWS operations over HTTP with one service account, and turns whatever goes wrong into `MailServerError`. */
export class EwsClient {
  readonly limits: ExchangeLimits;
  private readonly timeouts: ExchangeTimeouts;
  readonly endpoint: EwsEndpoint;
  readonly now: () => Date;
  private readonly versions: VersionAgreement;
  readonly querySupport = new QuerySupport();
  private readonly cookies = new CookieJar();
  private readonly authorization: string;
  /**
   * Addresses that have answered with EWS before, so that a later fault without a code, or an error page, comes from
   * the mail server. By address, because whoever controls the name can resolve it to another host next time.
   */
  private readonly mailServers = new Set<string>();
  readonly redact: (text: string) => string;

  constructor(private readonly options: ExchangeServerOptions) {
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
    this.endpoint = new EwsEndpoint(options, this.timeouts);
    this.now = options.now ?? (() => new Date());
    this.versions = new VersionAgreement(options.requestVersion ?? DEFAULT_VERSION);
    const token = Buffer.from(`${options.auth.username}:${options.auth.password}`, 'utf8').toString('base64');
    this.authorization = `Basic ${token}`;
    this.redact = redactor([token, options.auth.password]);
  }

  close(): Promise<void> {
    return this.endpoint.close();
  }

  /**
   * Calls an operation as the mailbox. One call is one attempt, but for an older schema version (which the
   * server refuses to look at, so that nothing has happened) and for what `mayRepeat` allows once.
   * @throws MailServerError, or the signal's reason.
   */
  async call(identity: MailboxIdentity, operation: EwsOperation, signal?: AbortSignal): Promise<EwsAnswer> {
    let again = false;
    for (;;) {
      const version = this.versions.current;
      const outcome = await this.attempt({ identity, operation, version, signal, again });
      if (outcome.repeatable && !again) {
        again = true;
        continue;
      }
      if ('answer' in outcome) return outcome.answer;
      const { error } = outcome;
      const older =
        error instanceof MailServerError && VersionAgreement.isRefusal(error.code) && this.versions.refused(version);
      if (!older) throw error;
    }
  }

  private async attempt(attempt: Attempt): Promise<Outcome> {
    const { identity, operation, version, signal } = attempt;
    signal?.throwIfAborted();
    const started = performance.now();
    const clientRequestId = randomUUID();
    const intake = new AnswerIntake(this.limits, this.redact);
    let serverVersion: string | null = null;
    const facts = (): CallFacts => ({
      operation: operation.name,
      changes: operation.changes,
      redact: this.redact,
      isMailServer: this.isMailServer(intake.arrival),
      diagnostics: readDiagnostics(clientRequestId, intake.head, serverVersion, performance.now() - started),
    });
    const cookie = this.cookies.header(identity.address, this.now().getTime());
    const { authorization } = this;
    const userAgent = this.options.userAgent ?? DEFAULT_USER_AGENT;
    const headers = requestHeaders(identity, {
      operation: operation.name,
      clientRequestId,
      authorization,
      userAgent,
      cookie,
    });
    let code = 'NoError';
    try {
      const body = writeEnvelope(identity, version, operation.body(version));
      const answer = await this.exchange(attempt, headers, body, intake, (seen) => {
        serverVersion = seen;
        return facts();
      });
      code = answer.outcome;
      const lost = isMisrouted(code);
      if (lost) this.cookies.forget(identity.address);
      else this.keepCookies(identity, intake);
      return { answer, repeatable: lost && cookie !== null && !operation.changes };
    } catch (error) {
      if (signal?.aborted === true) {
        code = 'Aborted';
        throw signal.reason;
      }
      // A back end that failed may be the wrong one by now: the next call finds its way anew.
      this.cookies.forget(identity.address);
      const known = errorOf(error, facts());
      code = known instanceof MailServerError ? known.code : 'Unknown';
      if (!(known instanceof MailServerError)) return { error: known, repeatable: false };
      const { keptAlive, proven } = intake.arrival;
      const repeatable = mayRepeat({
        error: known,
        changes: operation.changes,
        keptAlive: keptAlive || (error instanceof TransportFailure && error.keptAlive),
        proven,
        closing: isClosing(intake),
        misplaced: error instanceof MisplacedAnswer,
        withCookies: cookie !== null,
      });
      return { error: known, repeatable };
    } finally {
      const { diagnostics } = facts();
      this.options.onCall?.({
        operation: operation.name,
        durationMs: performance.now() - started,
        outcome: code,
        httpStatus: diagnostics.httpStatus,
        diagnostics,
      });
    }
  }

  private async exchange(
    { operation, signal, again }: Attempt,
    headers: Readonly<Record<string, string>>,
    body: Buffer,
    intake: AnswerIntake,
    factsOf: (serverVersion: string | null) => CallFacts,
  ): Promise<EwsAnswer> {
    const deadline = new CallDeadline(this.timeouts.totalMs, signal);
    const request = {
      body,
      headers,
      signal: deadline.signal,
      fresh: again,
      repeatable: !operation.changes,
      onHead: intake.onHead.bind(intake),
      onData: intake.onData.bind(intake),
    };
    try {
      return await this.endpoint.post(request, () => {
        return this.judge(intake.result(), operation, factsOf);
      });
    } catch (error) {
      if (error instanceof ProtocolViolation && !(error instanceof MisplacedAnswer)) {
        return this.judge(intake.broken(error), operation, factsOf);
      }
      throw deadline.explain(error);
    } finally {
      deadline.clear();
    }
  }

  private judge(
    received: ReceivedAnswer,
    operation: EwsOperation,
    factsOf: (serverVersion: string | null) => CallFacts,
  ): EwsAnswer {
    const { address } = received.arrival;
    if (address !== null && isFromMailServer(received)) this.mailServers.add(address);
    return judgeAnswer(received, operation, factsOf(received.envelope?.serverVersion ?? null));
  }

  private isMailServer({ address }: Arrival): boolean {
    return address !== null && this.mailServers.has(address);
  }

  private keepCookies({ address }: MailboxIdentity, { head }: AnswerIntake): void {
    this.cookies.store(address, [head?.headers['set-cookie'] ?? []].flat(), this.now().getTime());
  }
}

function errorOf(error: unknown, facts: CallFacts): unknown {
  if (error instanceof TransportFailure) return transportError(facts, error);
  return error instanceof MisplacedAnswer ? protocolError(facts, error.code, error.message) : error;
}

/** Whether the server closes the connection behind its answer. */
function isClosing({ head }: AnswerIntake): boolean {
  return head !== null && /\bclose\b/i.test(header(head.headers, 'connection') ?? '');
}
