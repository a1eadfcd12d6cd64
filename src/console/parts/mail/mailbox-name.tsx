import { To } from '../to.js';

interface MailboxNameProps {
  readonly id: string;
  readonly address: string;
  /** Stands in a sentence, where colour alone does not tell a link from words. */
  readonly inText?: boolean;
}

/** A link to a mailbox, by its address. */
export function MailboxName({ id, address, inText = false }: MailboxNameProps) {
  return (
    <To href={`/mailboxes/${id}`} underline={inText ? 'always' : 'hover'}>
      {address}
    </To>
  );
}
