import { randomUUID } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { MessageContent, Person } from '../store/message-content.js';
import { htmlToText } from './text-conversion.js';

export interface ComposeOptions {
  readonly from: Person;
  /** Only under delegation: who really sent it. */
  readonly sender?: Person;
  readonly date: Date;
  readonly domain: string;
  /** `X-…` headers that the client set as properties of the InternetHeaders set. */
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
}

/** Headers that the composer writes from the message's own properties. */
const STANDARD =
  /^(from|sender|to|cc|bcc|reply-to|subject|date|message-id|in-reply-to|references|mime-version|content-.*)$/i;

/**
 * MIME of a message made from properties: multipart/alternative with the text derived from the HTML, inline
 * attachments related to it, Bcc nowhere in it.
 */
export async function composeMessage(content: MessageContent, options: ComposeOptions): Promise<Buffer> {
  const { from, sender, date, domain } = options;
  const composer = new MailComposer({
    from: mailbox(from),
    ...(sender ? { sender: mailbox(sender) } : {}),
    to: content.to.map(mailbox),
    cc: content.cc.map(mailbox),
    replyTo: content.replyTo.map(mailbox),
    subject: content.subject,
    messageId: content.messageId ?? newMessageId(domain),
    ...(content.inReplyTo ? { inReplyTo: content.inReplyTo } : {}),
    ...(content.references ? { references: content.references } : {}),
    date,
    ...bodies(content),
    headers: [
      // The composer's own `priority` only works in nodemailer's transports.
      ...(content.importance === 'Normal'
        ? []
        : [
            { key: 'X-Priority', value: content.importance === 'High' ? '1' : '5' },
            { key: 'Importance', value: content.importance.toLowerCase() },
          ]),
      ...[...content.headers, ...(options.headers ?? [])]
        .filter((header) => !STANDARD.test(header.name))
        .map((header) => ({ key: header.name, value: header.value })),
      ...(content.readReceipt ? [{ key: 'Disposition-Notification-To', value: from.address }] : []),
      ...(content.deliveryReceipt ? [{ key: 'Return-Receipt-To', value: from.address }] : []),
    ],
    attachments: content.attachments.map((attachment) => ({
      filename: attachment.name,
      content: attachment.content,
      contentType: attachment.contentType,
      // Without this the composer would base64 a message, which RFC 2046 forbids.
      ...(attachment.kind === 'item' ? { contentType: 'message/rfc822', contentTransferEncoding: '8bit' } : {}),
      ...(attachment.contentId ? { cid: attachment.contentId } : {}),
      contentDisposition: attachment.inline ? 'inline' : 'attachment',
    })),
    newline: 'windows',
  });
  return composer.compile().build();
}

export const newMessageId = (domain: string): string => `<${randomUUID().replaceAll('-', '')}@mbx01.${domain}>`;

const mailbox = (person: Person): { name: string; address: string } => ({ name: person.name, address: person.address });

function bodies({ text, html }: MessageContent): { text?: string; html?: string } {
  if (html === undefined) return { text: text ?? '' };
  return { html, text: text ?? htmlToText(html) };
}
