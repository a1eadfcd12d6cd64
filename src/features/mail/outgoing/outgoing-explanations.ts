import type { FailureCategory } from '../../../drivers/port/failure-class.js';
import { serverExplanations } from '../../failures/driver-explanations.js';
import { explain, type Explanation, type ExplanationContext } from '../../failures/explanations.js';
import { kindOfStored } from '../../failures/stored-rows.js';
import { mayHaveBeenDelivered } from './delivery-doubt.js';
import { attachmentNotTaken } from './draft-preparation.js';

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

/**
 * Plain words for what keeps a message from being sent.
 * @param from in whose name it was to go out; null for the mailbox's own
 */
export function explainOutgoing(
  failure: { readonly code: string; readonly category: FailureCategory },
  context: ExplanationContext,
  from: string | null,
): Explanation {
  // A code is a server's text, and may be `constructor`.
  const own = Object.hasOwn(byCode, failure.code) ? byCode[failure.code] : undefined;
  const sender = { mailbox: context.mailbox, from };
  const words = own ?? serverExplanations.sendingWords(kindOfStored(failure.code), sender);
  return words ?? byCategory[failure.category] ?? explain(failure, context);
}
