import { classOf } from '../../src/drivers/ews/exchange-error.js';
import { MailServerError, withoutCall, type MailErrorDetails } from '../../src/drivers/port/mail-error.js';

/** An error of an Exchange server as its driver classes it, by default a response code that says nothing more. */
export const mailError = (code: string, more: Partial<MailErrorDetails> = {}): MailServerError =>
  new MailServerError({
    origin: 'response',
    code,
    operation: 'GetItem',
    text: '',
    effectPossible: false,
    diagnostics: withoutCall,
    ...classOf({ origin: 'response', code, ...more }),
    ...more,
  });
