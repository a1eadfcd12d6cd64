import { MailServerError, withoutCall, type MailErrorDetails } from '../../src/drivers/port/mail-error.js';

/** An error of a mail server, by default a response code that says nothing more. */
export const mailError = (code: string, more: Partial<MailErrorDetails> = {}): MailServerError =>
  new MailServerError({
    origin: 'response',
    code,
    operation: 'GetItem',
    text: '',
    effectPossible: false,
    diagnostics: withoutCall,
    ...more,
  });
