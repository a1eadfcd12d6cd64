/** How far a mail came with the mail server. */
export const smtpStages = ['connect', 'greeting', 'encryption', 'sign-in', 'sender', 'recipient', 'message'] as const;
export type SmtpStage = (typeof smtpStages)[number];

/** What to do about a mail that ended at a stage. */
export const smtpRemedies: Readonly<Record<SmtpStage, string>> = {
  connect:
    'Check the host and port of SMTP_URL, and that a firewall lets this server reach them; set SMTP_URL in every process and restart them.',
  greeting:
    'What answers at the host and port of SMTP_URL does not speak SMTP as expected; a port for TLS from the start needs smtps: in SMTP_URL, another one smtp:.',
  encryption:
    'Make the certificate of the mail server valid for the host in SMTP_URL; for a private certificate authority set NODE_EXTRA_CA_CERTS in every process.',
  'sign-in':
    'Correct the user and password in SMTP_URL, percent-encoded where they hold signs such as @ or /, in every process.',
  sender:
    'Let the mail server accept the address in NOTIFY_FROM from this account, or set NOTIFY_FROM to one that it accepts.',
  recipient: 'Check the address; if it is right, let the mail server relay mail to it from this host or account.',
  message: 'The server’s words say why it does not take the message; its log knows more.',
};

const greetings = /^(?:[EL]?HLO|HELO|STARTTLS)$/;

/** @param error what nodemailer threw */
export function smtpStageOf(error: unknown): SmtpStage {
  const { code, command } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const said = typeof command === 'string' ? command : '';
  if (code === 'ETLS' || said === 'STARTTLS' || isCertificateError(error)) return 'encryption';
  if (code === 'EAUTH' || said.startsWith('AUTH')) return 'sign-in';
  if (said === 'MAIL FROM') return 'sender';
  if (said === 'RCPT TO') return 'recipient';
  if (code === 'EENVELOPE') return 'recipient';
  if (said === 'DATA' || code === 'EMESSAGE' || code === 'ESTREAM') return 'message';
  return code === 'EPROTOCOL' || greetings.test(said) ? 'greeting' : 'connect';
}

/** OpenSSL's codes, which nodemailer leaves in the error or its cause. */
function isCertificateError(error: unknown): boolean {
  const { message, cause } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const text = [message, (cause as Error | undefined)?.message].filter((part) => typeof part === 'string').join(' ');
  return /certificate|\bSSL\b|\bTLS\b|wrong version number/i.test(text);
}
