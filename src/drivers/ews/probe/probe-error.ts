import { withoutCall, type MailServerError } from '../../port/mail-error.js';
import { exchangeError } from '../exchange-error.js';
import { transportCode } from '../http/transport-failure.js';
import { ProtocolViolation } from '../soap/protocol-violation.js';

/** The error of a look that is no call of EWS, as a call that runs into it reports it. */
export function probeError(operation: string, error: unknown): MailServerError {
  const violation = error instanceof ProtocolViolation;
  const code = violation ? error.code : (transportCode(error) ?? 'Unknown');
  const text = error instanceof Error && error.message !== '' ? error.message : code;
  return exchangeError(
    {
      origin: violation ? 'protocol' : 'transport',
      code,
      operation,
      text,
      hostWords: violation ? error.quoted : null,
      backOffMs: null,
      effectPossible: false,
      diagnostics: withoutCall,
    },
    { cause: error },
  );
}
