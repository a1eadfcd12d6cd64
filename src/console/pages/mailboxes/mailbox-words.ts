import type { Schema } from '../../api/schemas.js';

type Mailbox = Schema<'Mailbox'>;
export type Direction = Schema<'MailboxTest'>['directions'][number];
export type MailFilter = Mailbox['filter'];

type Directions = Pick<Mailbox, 'incoming' | 'outgoing'>;

/** What a mailbox does when it is active. */
export function directionsInWords({ incoming, outgoing }: Directions): string {
  if (incoming && outgoing) return 'receives and sends';
  if (incoming) return 'receives only';
  return outgoing ? 'sends only' : 'neither receives nor sends';
}

type Standing = Directions & Pick<Mailbox, 'state' | 'approvedAt' | 'failure' | 'lastError' | 'lastTest'>;

/** Why a mailbox is in its state, beside the word for the state; null when that says all. */
export function reasonInWords(mailbox: Standing): string | null {
  const { state, approvedAt, failure, lastError, lastTest } = mailbox;
  if (failure) return failure.title;
  if (approvedAt === null) return 'Waits for an approval';
  if (state === 'paused') return lastTest?.result === 'failure' ? 'Its last test failed' : null;
  if (!mailbox.incoming && !mailbox.outgoing) return 'Neither receives nor sends';
  return lastError ? `${lastError.title}; it is tried again` : null;
}

/** Which received mail is stored, by the values of the API. */
export const mailFilters: Readonly<Record<MailFilter, string>> = {
  all: 'all mail',
  replies: 'answers to mail that the profile sent',
  known: 'mail from the address book of the profile',
  none: 'no mail',
};

export const directionNames: Readonly<Record<Direction, string>> = { incoming: 'receiving', outgoing: 'sending' };
