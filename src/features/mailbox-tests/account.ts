import type { MailboxEntity } from '../mailboxes/mailbox.entity.js';

/** As whom the mailbox is opened: as another one it may be another mailbox of the server. */
export const accountOf = (mailbox: Pick<MailboxEntity, 'emailAddress' | 'connectingSid'>): string =>
  `${mailbox.emailAddress} ${mailbox.connectingSid ?? ''}`;
