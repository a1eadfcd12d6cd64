import type { Schema } from '../../api/schemas.js';
import { Facts } from '../../parts/facts.js';
import { MailboxName } from '../../parts/mail/mailbox-name.js';
import { People, PersonText } from '../../parts/mail/people.js';
import { Moment } from '../../parts/moment.js';
import { To } from '../../parts/to.js';

type Message = Schema<'OutgoingMessage'>;

const people = (list: Message['to']) => (list.length === 0 ? null : <People people={list} />);

/** From whom, to whom, when, and what was asked for. */
export function Head({ message }: { readonly message: Message }) {
  const mailbox = <MailboxName id={message.mailboxId} address={message.mailboxAddress} />;
  const asked = optionWords(message);
  return (
    <Facts
      compact
      facts={{
        From: message.from ? <PersonText {...message.from} /> : mailbox,
        Mailbox: message.from ? mailbox : null,
        To: people(message.to),
        Cc: people(message.cc),
        Bcc: people(message.bcc),
        'Answers to': people(message.replyTo),
        Accepted: <Moment at={message.createdAt} exact />,
        'Send time': message.sendAt === null ? null : <Moment at={message.sendAt} exact />,
        Sent: message.sentAt === null ? null : <Moment at={message.sentAt} exact />,
        'Failed tries': message.attempts === 0 ? null : String(message.attempts),
        Answers: original(message.inReplyToMessageId),
        Forwards: original(message.forwardOfMessageId),
        'Asked for': asked.length === 0 ? null : asked.join('; '),
        'Message-ID': message.internetMessageId,
      }}
    />
  );
}

const original = (id: string | null) => (id === null ? null : <To href={`/messages/${id}`}>a received message</To>);

function optionWords({ importance, readReceipt, deliveryReceipt, saveToSentItems }: Message): string[] {
  return [
    ...(importance === 'normal' ? [] : [`${importance} importance`]),
    ...(readReceipt ? ['a receipt when it is read'] : []),
    ...(deliveryReceipt ? ['a receipt when it is delivered'] : []),
    ...(saveToSentItems ? [] : ['no copy in Sent Items']),
  ];
}
