import { MailServerError, type CallDiagnostics } from '../../mail/mail-error.js';
import { transportCode } from '../http/transport-failure.js';

/** The diagnostics of what is no call: nothing reached a server that could have logged it. */
export const withoutCall: CallDiagnostics = {
  clientRequestId: null,
  requestId: null,
  httpStatus: null,
  frontEndServer: null,
  backEndServer: null,
  diagnosticInfo: null,
  serverVersion: null,
  durationMs: null,
};

/** The error of a layer below HTTP, as a call that runs into it reports it. */
export function probeError(operation: string, error: unknown): MailServerError {
  const code = transportCode(error) ?? 'Unknown';
  const text = error instanceof Error && error.message !== '' ? error.message : code;
  return new MailServerError(
    { origin: 'transport', code, operation, text, backOffMs: null, effectPossible: false, diagnostics: withoutCall },
    { cause: error },
  );
}
