import { createTransport, type Transporter } from 'nodemailer';
import type { Settings } from '../../platform/config/settings.js';

/** How long the mail server may take, in ms. */
export interface SmtpPatience {
  /** To be found, to be reached, to greet: for each. */
  readonly connectMs: number;
  /** For each answer. */
  readonly answerMs: number;
}

/** The road by which Postroom mails people; null: SMTP_URL is not set. */
export function smtpTransport({ smtpUrl }: Settings, { connectMs, answerMs }: SmtpPatience): Transporter | null {
  if (smtpUrl === null) return null;
  return createTransport(smtpUrl, {
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    dnsTimeout: connectMs,
    socketTimeout: answerMs,
  } as never);
}
