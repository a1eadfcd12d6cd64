const grouped = new Intl.NumberFormat();

/** `1 mailbox`, `1,204 messages`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${grouped.format(count)} ${count === 1 ? one : many}`;

/** `1 mailbox`, `60 mailboxes`. */
export const mailboxes = (count: number): string => counted(count, 'mailbox', 'mailboxes');
