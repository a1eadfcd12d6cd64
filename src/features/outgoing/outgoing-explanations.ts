import { explain, type Explanation, type ExplanationContext } from '../failures/explanations.js';
import type { FailureCategory } from '../failures/response-codes.js';

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

const byCode: Readonly<Record<string, Explanation>> = {
  ErrorInvalidRecipients: recipientUnknown,
  ErrorMailRecipientNotFound: recipientUnknown,
  ErrorRecipientNotFound: recipientUnknown,
  ErrorMessageSizeExceeded: tooLarge,
  ErrorAttachmentSizeLimitExceeded: tooLarge,
  ErrorDataSizeLimitExceeded: tooLarge,
  ErrorRequestStreamTooBig: tooLarge,
  Http413: tooLarge,
  ErrorExceededMaxRecipientLimit: tooMany,
  ErrorExceededMaxRecipientLimitBlock: tooMany,
  ErrorExceededMaxRecipientLimitShowTierUpgrade: tooMany,
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

/** Plain words for what keeps a message from being sent. */
export function explainOutgoing(
  failure: { readonly code: string; readonly category: FailureCategory },
  context: ExplanationContext,
): Explanation {
  // A code is a server's text, and may be `constructor`.
  const own = Object.hasOwn(byCode, failure.code) ? byCode[failure.code] : undefined;
  return own ?? byCategory[failure.category] ?? explain(failure, context);
}
