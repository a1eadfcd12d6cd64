/**
 * Which received mail a mailbox takes.
 *  all      everything
 *  replies  answers to mail that the profile sent: by In-Reply-To, References or its tracking token
 *  known    from addresses and domains in the profile's address book
 *  none     nothing
 */
export const mailboxFilters = ['all', 'replies', 'known', 'none'] as const;
export type MailboxFilterKind = (typeof mailboxFilters)[number];
