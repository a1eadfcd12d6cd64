import type { MailServerError } from '../port/mail-error.js';
import { EwsAnswer, protocolError, responseError, type CallFacts } from './ews-answer.js';
import type { EwsOperation } from './ews-operation.js';
import { exchangeError } from './exchange-error.js';
import { hasExchangeMarks } from './http/exchange-marks.js';
import { httpProblem, looksLikeHtml, plainText, retryAfterMs } from './http/http-problem.js';
import { MisplacedAnswer } from './http/request-echo.js';
import type { ReceivedAnswer } from './received-answer.js';
import { isRefusingStatus } from './refusals.js';
import { answersTo } from './soap/answer.js';
import { attribute, childText, type XmlElement } from './soap/element.js';
import { readFault, type ServerError } from './soap/error-details.js';
import { VersionAgreement } from './soap/request-version.js';

/** Far enough from the excerpt's end, where a cut could have torn a secret that is then not recognised. */
const SHOWN_FAULT_CHARS = 1_500;

/**
 * What an answer is: the response messages of the operation, or an error. A fault counts before the HTTP
 * status: some servers send faults with 200, others with 500.
 * @throws MailServerError, or MisplacedAnswer when it answers something else and may be another request's.
 */
export function judgeAnswer(received: ReceivedAnswer, operation: EwsOperation, facts: CallFacts): EwsAnswer {
  const { head, envelope, excerpt, arrival } = received;
  const retryAfter = retryAfterMs(head.headers, Date.now());
  if (envelope?.fault != null) {
    const fault = readFault(envelope.fault);
    if (!facts.isMailServer) throw foreignFault(fault, head.status, facts);
    const answer = excerpt.slice(0, SHOWN_FAULT_CHARS);
    throw responseError(facts, { ...fault, backOffMs: fault.backOffMs ?? retryAfter }, { answer });
  }
  if (head.status < 200 || head.status > 299) {
    const problem = httpProblem(head, envelope === null ? excerpt : '', facts.isMailServer);
    throw exchangeError({
      origin: 'http',
      code: problem.code,
      operation: operation.name,
      text: facts.redact(problem.text),
      values: problem.values,
      hostWords: problem.hostWords === null ? null : facts.redact(problem.hostWords),
      backOffMs: retryAfter,
      effectPossible: operation.changes && !isRefusingStatus(head.status, operation.name),
      diagnostics: facts.diagnostics,
    });
  }
  if (envelope === null) throw unreadable(received, facts);
  if (!answersTo(envelope, operation.name)) {
    const name = `it is a ${envelope.responseName}`;
    if (!arrival.proven) throw new MisplacedAnswer(name);
    const text = 'the server answers with something else';
    if (!facts.isMailServer) throw protocolError(facts, 'UnexpectedAnswer', text, { hostWords: name });
    throw protocolError(facts, 'UnexpectedAnswer', `${text}: ${name}`, { values: { isEws: 'true' } });
  }
  const answer = new EwsAnswer(envelope.messages, facts, arrival.proven);
  if (!arrival.proven && operation.isAnswer?.(answer) === false) {
    throw new MisplacedAnswer('it is about something that was not asked for');
  }
  const [first] = envelope.messages;
  if (first !== undefined && VersionAgreement.isRefusal(childText(first, 'ResponseCode') ?? '')) {
    throw answer.errorOf(first, null) ?? answer.unexpected('the server refuses the schema version');
  }
  return answer;
}

/**
 * Whether a response comes from Exchange or another EWS server: by its headers, or because it is an envelope with
 * something that only EWS has, such as a server version, response codes or a fault with an EWS code.
 */
export function isFromMailServer({ head, envelope }: ReceivedAnswer): boolean {
  if (hasExchangeMarks(head.headers)) return true;
  if (envelope === null) return false;
  if (envelope.serverVersion !== null || envelope.messages.some(isOfEws)) return true;
  return envelope.fault !== null && ERROR_CODE.test(readFault(envelope.fault).code);
}

const ERROR_CODE = /^Error[A-Z]\w{2,80}$/;

/** Other services have response codes too, so the value counts, not the element name. */
function isOfEws(message: XmlElement): boolean {
  const code = childText(message, 'ResponseCode')?.trim();
  if (code !== undefined) return code === 'NoError' || ERROR_CODE.test(code);
  return /^(?:Success|Warning|Error)$/i.test(attribute(message, 'ResponseClass') ?? '');
}

/** A SOAP fault of another service. Only a code that looks like one is shown; the rest is for administrators. */
function foreignFault({ code, text, backOffMs }: ServerError, status: number, facts: CallFacts): MailServerError {
  const known = /^[A-Za-z][A-Za-z.]{0,40}$/.test(code) ? code : 'UnknownFault';
  const words = [known === code ? '' : code, text].filter((part) => part !== '').join(': ');
  const error = {
    code: known,
    text: `The server answers with a SOAP fault that is not from EWS (HTTP status ${status}).`,
  };
  return responseError(facts, { ...error, values: {}, backOffMs }, { hostWords: words === '' ? null : words });
}

function unreadable({ violation, excerpt }: ReceivedAnswer, facts: CallFacts): MailServerError {
  const code = violation?.code ?? 'UnexpectedAnswer';
  const isPage = looksLikeHtml(excerpt);
  const text = isPage ? 'The answer is a web page' : (violation?.message ?? 'no answer');
  const quoted = isPage ? plainText(excerpt) : (violation?.quoted ?? null);
  const words = quoted === '' ? null : quoted;
  const shownCode = isPage ? 'UnexpectedAnswer' : code;
  if (!facts.isMailServer) return protocolError(facts, shownCode, text, { hostWords: words });
  return protocolError(facts, shownCode, words === null ? text : `${text}: ${words}`);
}
