import { randomUUID } from 'node:crypto';
import { newMessageId } from '../mime/compose-message.js';
import { splitMessage } from '../mime/header-block.js';
import type { Mailbox } from '../store/mailbox.js';
import type { MessageContent } from '../store/message-content.js';

/** The report (RFC 3464) that Exchange puts into a sender's inbox when recipients do not exist. */
export function nonDeliveryReport(
  domain: string,
  sender: Mailbox,
  message: MessageContent,
  failed: readonly string[],
  date: Date,
): Buffer {
  const boundary = `_${randomUUID().replaceAll('-', '')}_`;
  const subject = Buffer.from(`Undeliverable: ${message.subject}`).toString('base64');
  const originalHead = message.mime ? splitMessage(message.mime).head.toString('latin1').trimEnd() : '';
  const postmaster = `MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@${domain}`;
  const list = failed
    .map((address) => `${address}\r\nThe email address you entered couldn't be found.\r\n`)
    .join('\r\n');
  const lines = [
    `From: "Microsoft Outlook" <${postmaster}>`,
    `To: <${sender.address}>`,
    `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: ${newMessageId(domain)}`,
    ...(message.messageId ? [`In-Reply-To: ${message.messageId}`, `References: ${message.messageId}`] : []),
    `Subject: =?UTF-8?B?${subject}?=`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="${boundary}"`,
    'Content-Language: en-US',
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset="utf-8"',
    '',
    `Delivery has failed to these recipients or groups:\r\n\r\n${list}`,
    `--${boundary}`,
    'Content-Type: message/delivery-status',
    '',
    `Reporting-MTA: dns;mbx01.${domain}`,
    ...failed.flatMap((address) => [
      '',
      `Final-recipient: RFC822;${address}`,
      'Action: failed',
      'Status: 5.1.10',
      'Diagnostic-code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
    ]),
    '',
    `--${boundary}`,
    'Content-Type: text/rfc822-headers',
    '',
    originalHead,
    '',
    `--${boundary}--`,
    '',
  ];
  return Buffer.from(lines.join('\r\n'), 'latin1');
}
