import type { AddressInfo } from 'node:net';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export interface SmtpReceiver {
  readonly url: string;
  /** What has come in, the oldest first. */
  readonly mails: readonly ReceivedMail[];
  close(): Promise<void>;
}

export interface ReceivedMail {
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly parsed: ParsedMail;
}

/** A mail server that accepts everything, and remembers it. @param onPort 0: a free one */
export async function startSmtpReceiver(onPort = 0): Promise<SmtpReceiver> {
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
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
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
