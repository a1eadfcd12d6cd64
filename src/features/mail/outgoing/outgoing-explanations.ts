import type { FailureCategory } from '../../../drivers/port/failure-class.js';
import type { MailErrorKind } from '../../../drivers/port/mail-error-class.js';
import { explain, type Explanation, type ExplanationContext } from '../../failures/explanations.js';
import { kindOfStored } from '../../failures/stored-rows.js';
import { mayHaveBeenDelivered } from './delivery-doubt.js';
import { attachmentNotTaken } from './draft-preparation.js';

const recipientUnknown: Explanation = {
  title: 'The server refuses a recipient',
  cause: 'The server knows no such recipient, or does not accept an address of the message as one.',
  remedy: 'Correct the recipients and send a new message.',
};

const tooLarge: Explanation = {
  title: 'The message is larger than the server takes',
  cause: 'The message with its attachments exceeds a limit of the server, the mailbox or the connection.',
  remedy:
    'Send smaller attachments, or have the limits raised: Get-TransportConfig | Format-List MaxSendSize, and maxRequestLength of the EWS virtual directory.',
};

const tooMany: Explanation = {
  title: 'The message has more recipients than the server allows',
  cause: 'A limit of the organisation or of the mailbox on recipients is reached.',
  remedy: 'Send to fewer recipients at once, or through a distribution group.',
};

const quotaUsedUp: Explanation = {
  title: 'The server lets the mailbox send no more for now',
  cause: 'A limit of the organisation on the messages or recipients of one sender is reached.',
  remedy:
    'Nothing: the mailbox sends again by itself when the limit allows it, and receives meanwhile. If it lasts, have the limit raised (Set-ThrottlingPolicy with RecipientRateLimit and MessageRateLimit), or set maxSendsPerMinute of the mailbox or the profile lower.',
};

const inDoubt: Explanation = {
  title: 'The message may have been delivered',
  cause:
    'The server took the message over, or may have, and did not say so; and what it shows now does not tell whether it went out. It is not sent again without a person’s decision, or the recipients could get it twice.',
  remedy: [
    'Find out whether it arrived: ask a recipient, or see the server’s log, on Exchange with',
    '  Get-MessageTrackingLog -MessageId (the internetMessageId of the message) | Format-List Timestamp, EventId, Source',
    'Then mark it as sent, or have it sent again (mayDeliverTwice).',
  ].join('\n'),
};

const attachmentLost: Explanation = {
  title: 'The server does not take an attachment',
  cause:
    'The draft on the server lacks an attachment of the message, or holds only a part of it. It was not sent without it.',
  remedy:
    'See in the technical details which one. Send it in another form: a smaller file, another type, an attached message as an .eml file. A scanner in front of the server may remove it.',
};

const byCode: Readonly<Record<string, Explanation>> = {
  [mayHaveBeenDelivered]: inDoubt,
  [attachmentNotTaken]: attachmentLost,
};

const byKind: Partial<Record<MailErrorKind, Explanation>> = {
  'recipient-unknown': recipientUnknown,
  'message-too-large': tooLarge,
  'sending-quota': quotaUsedUp,
  'too-many-recipients': tooMany,
};

const byCategory: Partial<Record<FailureCategory, Explanation>> = {
  'item-permanent': {
    title: 'The server does not take this message',
    cause: 'The server refuses this one message; others of the mailbox are not affected.',
    remedy: 'See the server’s words, change the message accordingly and send it anew.',
  },
  'client-bug': {
    title: 'The server does not take this message',
    cause: 'The server calls the request for this message invalid, which its content may cause.',
    remedy: 'Send it anew in a simpler form, and report it with the technical details.',
  },
};

/** In PowerShell a quote inside single quotes is doubled. */
const quoted = (text: string): string => text.replaceAll("'", "''");

const sendAsDenied = (mailbox: string, from: string): Explanation => ({
  title: 'The mailbox may not send in the name of the other one',
  cause: `${mailbox} lacks the right to send as ${from}, or the server knows no mailbox of that address.`,
  remedy: [
    'Grant the right to the sending mailbox, not to the service account:',
    `  Add-ADPermission -Identity '${quoted(from)}' -User '${quoted(mailbox)}' -ExtendedRights 'Send As'`,
    '(Exchange Online: Add-RecipientPermission with -Trustee and -AccessRights SendAs.) It takes effect within two hours; then retry the message.',
  ].join('\n'),
});

/**
 * Plain words for what keeps a message from being sent.
 * @param from in whose name it was to go out; null for the mailbox's own
 */
export function explainOutgoing(
  failure: { readonly code: string; readonly category: FailureCategory },
  context: ExplanationContext,
  from: string | null,
): Explanation {
  const kind = kindOfStored(failure.code);
  if (kind === 'send-as-denied' && from !== null) return sendAsDenied(context.mailbox, from);
  // A code is a server's text, and may be `constructor`.
  const own = Object.hasOwn(byCode, failure.code) ? byCode[failure.code] : undefined;
  return own ?? byKind[kind] ?? byCategory[failure.category] ?? explain(failure, context);
}
