import type { Sender, SendingWords } from '../../port/explanations/server-explanations.js';
import type { MailErrorKind } from '../../port/mail-error-class.js';

const byKind: Readonly<Partial<Record<MailErrorKind, SendingWords>>> = {
  'recipient-unknown': {
    title: 'The server refuses a recipient',
    cause: 'The server knows no such recipient, or does not accept an address of the message as one.',
    remedy: 'Correct the recipients and send a new message.',
  },
  'message-too-large': {
    title: 'The message is larger than the server takes',
    cause: 'The message with its attachments exceeds a limit of the server, the mailbox or the connection.',
    remedy:
      'Send smaller attachments, or have the limits raised: Get-TransportConfig | Format-List MaxSendSize, and maxRequestLength of the EWS virtual directory.',
  },
  'too-many-recipients': {
    title: 'The message has more recipients than the server allows',
    cause: 'A limit of the organisation or of the mailbox on recipients is reached.',
    remedy: 'Send to fewer recipients at once, or through a distribution group.',
  },
  'sending-quota': {
    title: 'The server lets the mailbox send no more for now',
    cause: 'A limit of the organisation on the messages or recipients of one sender is reached.',
    remedy:
      'Nothing: the mailbox sends again by itself when the limit allows it, and receives meanwhile. If it lasts, have the limit raised (Set-ThrottlingPolicy with RecipientRateLimit and MessageRateLimit), or set maxSendsPerMinute of the mailbox or the profile lower.',
  },
};

/** In PowerShell a quote inside single quotes is doubled. */
const quoted = (text: string): string => text.replaceAll("'", "''");

const sendAsDenied = (mailbox: string, from: string): SendingWords => ({
  title: 'The mailbox may not send in the name of the other one',
  cause: `${mailbox} lacks the right to send as ${from}, or the server knows no mailbox of that address.`,
  remedy: [
    'Grant the right to the sending mailbox, not to the service account:',
    `  Add-ADPermission -Identity '${quoted(from)}' -User '${quoted(mailbox)}' -ExtendedRights 'Send As'`,
    '(Exchange Online: Add-RecipientPermission with -Trustee and -AccessRights SendAs.) It takes effect within two hours; then retry the message.',
  ].join('\n'),
});

/** What a person reads of a message that Exchange does not send, where that is more than the words of the code say. */
export const sendingWords = (kind: MailErrorKind, { mailbox, from }: Sender): SendingWords | null =>
  kind === 'send-as-denied' && from !== null ? sendAsDenied(mailbox, from) : (byKind[kind] ?? null);
