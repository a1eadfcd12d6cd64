import { MailServerError, withoutCall } from '../../../drivers/port/mail-error.js';
import { listingRows } from '../../failures/listing-rows.js';

/** Codes of servers that answer every call, and with which a listing does not get on all the same. */
export const listingCodes = {
  /** FindItem repeats itself. */
  listing: 'ListingStuck',
  /** SyncFolderItems tells the same changes again, or gives sync states that lead nowhere. */
  sync: 'SyncStateStuck',
  /** SyncFolderItems refuses the sync states that it gave. */
  refused: 'SyncStateRefused',
} as const;
export type ListingCode = (typeof listingCodes)[keyof typeof listingCodes];

const texts: Readonly<Record<ListingCode, string>> = {
  ListingStuck: 'The server lists the same items again and again, and says that there are more.',
  SyncStateStuck: 'The server tells the same changes again and again, and says that there are more.',
  SyncStateRefused: 'The server refuses the sync state that it has just given.',
};

/** An answer that cannot be true. Another way of listing is taken, and the mailbox backs off once. */
export function listingError(code: ListingCode, cause?: MailServerError): MailServerError {
  const { category, scope, retry } = listingRows[code];
  const said = cause === undefined ? '' : ` It says: ${cause.details.text}`;
  return new MailServerError(
    {
      origin: 'protocol',
      kind: 'other',
      category,
      scope,
      retry,
      mayBeTooMuch: false,
      mayBeSyncState: false,
      queryRefusal: null,
      code,
      operation: code === listingCodes.listing ? 'FindItem' : 'SyncFolderItems',
      text: `${texts[code]}${said}`,
      effectPossible: false,
      diagnostics: cause?.details.diagnostics ?? withoutCall,
    },
    { cause },
  );
}
