import { createHash } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer/index.js';

/** 4,000 bytes that are no text. */
export const binary = Buffer.from(Array.from({ length: 4_000 }, (_, index) => (index * 7) % 256));
const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

export const attachedMessage = Buffer.from(
  'From: Old Friend <friend@partner.example>\r\nTo: desk@partner.example\r\nSubject: The one before\r\n' +
    'Date: Mon, 02 Feb 2026 09:00:00 +0000\r\nMessage-ID: <before@partner.example>\r\n' +
    'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nWhat was written before.\r\n',
);

const TRACE =
  'Received: from relay.partner.example (relay.partner.example [192.0.2.7]) by mx.foreign.test; Sun, 01 Mar 2026 07:59:00 +0000\r\n';

interface Sample {
  readonly subject: string;
  readonly to: string;
  readonly text?: string;
  readonly html?: string;
  readonly attachments?: readonly object[];
  readonly messageId?: string | null;
}

/** Mail from outside, with the traces of its way in front. */
export async function sample({ subject, to, text, html, attachments = [], messageId }: Sample): Promise<Buffer> {
  const composed = await new MailComposer({
    from: 'Jörg Müller <joerg@partner.example>',
    to,
    cc: 'Čeněk <cenek@partner.example>',
    subject,
    date: new Date('2026-03-01T07:58:00Z'),
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
    ...(messageId ? { messageId } : {}),
    headers: { 'X-Tracking': `track-${subject}` },
    attachments: [...attachments],
  })
    .compile()
    .build();
  const withId =
    messageId === null ? composed.toString('latin1').replace(/^Message-ID: .*\r\n/m, '') : composed.toString('latin1');
  return Buffer.from(TRACE + withId, 'latin1');
}

export const plain = (to: string, subject = 'Plain words') =>
  sample({
    to,
    subject,
    text: 'Grüße aus Köln\n\nMit einem Absatz.\n',
    messageId: `<${idOf(subject)}@partner.example>`,
  });

/** HTML with a picture, and a file. */
export const rich = (to: string, subject = 'Angebot № 7 – 見積書') =>
  sample({
    to,
    subject,
    html: '<p>Grüße aus <b>Köln</b> <img src="cid:pixel@partner.example"></p>',
    text: 'Grüße aus Köln',
    messageId: `<${idOf(subject)}@partner.example>`,
    attachments: [
      {
        filename: 'pixel.gif',
        contentType: 'image/gif',
        cid: 'pixel@partner.example',
        contentDisposition: 'inline',
        content: pixel,
      },
      { filename: 'Übersicht.bin', contentType: 'application/octet-stream', content: binary },
    ],
  });

/** With a message attached, and without a Message-ID of its own. */
export const forwarded = (to: string, subject = 'Forwarded') =>
  sample({
    to,
    subject,
    text: 'See the message attached.',
    messageId: null,
    attachments: [
      {
        filename: 'before.eml',
        contentType: 'message/rfc822',
        contentDisposition: 'attachment',
        content: attachedMessage,
      },
    ],
  });

const idOf = (subject: string) => createHash('sha256').update(subject).digest('hex').slice(0, 20);
