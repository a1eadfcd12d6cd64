const figures = new Intl.NumberFormat('en-GB');

/** A number as people read it: `50,000`. */
export const figure = (count: number): string => figures.format(count);

/** `1 mailbox`, `50,000 mailboxes`. @param many default: the one with an s */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${figure(count)} ${count === 1 ? one : many}`;

/** `1 mailbox`, `50,000 mailboxes`. */
export const mailboxesCounted = (count: number): string => counted(count, 'mailbox', 'mailboxes');
