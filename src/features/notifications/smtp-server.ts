/** What people may know of SMTP_URL. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** Null: as soon as the server offers it. */
  readonly encrypted: boolean | null;
}

const maxWordsLength = 500;

/** @param smtpUrl a valid one */
export function smtpServerOf(smtpUrl: string): SmtpServer {
  const { protocol, hostname, port, searchParams } = new URL(smtpUrl);
  const isTls = protocol === 'smtps:';
  const asked = (name: string) => ['true', '1'].includes(searchParams.get(name) ?? '');
  const onDemand = asked('requireTLS') ? true : asked('ignoreTLS') ? false : null;
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isTls ? 465 : 587) : Number(port),
    encrypted: isTls ? true : onDemand,
  };
}

/** A mail server's words for people to read: in one line, and without the account's name and password, which some repeat. */
export function safeWords(words: string, smtpUrl: string): string {
  const hidden = secretsOf(new URL(smtpUrl)).reduce((text, secret) => text.replaceAll(secret, '…'), words);
  return hidden
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, maxWordsLength)
    .toWellFormed();
}

/** As they stand in the setting, as they are meant, and as they go over the wire; the longest first, or its part would be left. */
function secretsOf({ username, password }: URL): string[] {
  const [user, pass] = [decoded(username), decoded(password)];
  if (pass === '') return [];
  const onWire = [pass, `\0${user}\0${pass}`, `${user}\0${user}\0${pass}`].map((text) =>
    Buffer.from(text).toString('base64'),
  );
  return [...new Set([password, pass, ...onWire])].sort((a, b) => b.length - a.length);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
