import type { AddressInfo } from 'node:net';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export interface SmtpReceiver {
  readonly url: string;
  /** What has come in, the oldest first. */
  readonly mails: readonly ReceivedMail[];
  /** What RCPT of an address is answered with; null: it is accepted, as all are at first. */
  refusal: (address: string) => { readonly code: number; readonly words: string } | null;
  close(): Promise<void>;
}

export interface ReceivedMail {
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly parsed: ParsedMail;
}

/** A mail server that accepts everything it is not told to refuse, and remembers it. @param onPort 0: a free one */
export async function startSmtpReceiver(onPort = 0): Promise<SmtpReceiver> {
  const mails: ReceivedMail[] = [];
  const receiver = { mails, refusal: (() => null) as SmtpReceiver['refusal'] };
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo({ address }, _session, done) {
      const refusal = receiver.refusal(address);
      done(refusal && Object.assign(new Error(refusal.words), { responseCode: refusal.code }));
    },
    onData(stream, session, done) {
      simpleParser(stream).then(
        (parsed) => {
          const recipients = session.envelope.rcptTo.map(({ address }) => address);
          mails.push({ recipients, subject: parsed.subject ?? '', text: parsed.text ?? '', parsed });
          done();
        },
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(onPort, '127.0.0.1', () => resolve());
  });
  const { port } = server.server.address() as AddressInfo;
  return Object.assign(receiver, {
    url: `smtp://127.0.0.1:${port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
}
