import { z } from 'zod';
import { pageQuery, pageSchema } from '../../../platform/http/page.js';
import { oneLine, plainText } from '../../../platform/http/validation.js';
import { addressEntry, domainEntry } from './address-entry.js';
import type { BookRow } from './address-book.store.js';

/** Entries that one call takes. */
export const maxEntries = 10_000;

const entry = (read: (text: string) => string | null, message: string) =>
  oneLine(320).transform((text, context) => {
    const plain = read(text);
    if (plain !== null) return plain;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

const who = {
  address: entry(addressEntry, 'must be an e-mail address').optional(),
  domain: entry(domainEntry, 'must be a domain such as partner.example')
    .optional()
    .describe('Everybody at exactly this domain; its subdomains are entries of their own'),
};
const isOne = ({ address, domain }: { address?: string | undefined; domain?: string | undefined }) =>
  (address === undefined) !== (domain === undefined);
const oneOfTwo = { path: ['address'], message: 'give either an address or a domain' };
const many = { message: `must hold at most ${maxEntries} entries` };

const newEntry = z
  .strictObject({ ...who, note: plainText(500).nullable().default(null) })
  .refine(isOne, oneOfTwo)
  .transform(({ address, domain, note }) => ({ entry: address ?? domain ?? '', note }));
export const newEntries = z
  .strictObject({ entries: z.array(newEntry).min(1).max(maxEntries, many) })
  .meta({ id: 'NewAddressBookEntries' });
export type NewEntries = z.output<typeof newEntries>;

const namedEntry = z
  .strictObject(who)
  .refine(isOne, oneOfTwo)
  .transform(({ address, domain }) => address ?? domain ?? '');
export const namedEntries = z
  .strictObject({ entries: z.array(namedEntry).min(1).max(maxEntries, many) })
  .meta({ id: 'AddressBookEntryNames' });

export const bookQuery = z.strictObject({
  ...pageQuery.shape,
  prefix: oneLine(320).toLowerCase().default('').describe('What an address or a domain begins with'),
});

export const putResult = z
  .object({ added: z.int(), updated: z.int().describe('They were there; their notes are replaced') })
  .meta({ id: 'AddressBookPutResult' });
export const removalResult = z
  .object({ removed: z.int().describe('Entries that are not there are passed over') })
  .meta({ id: 'AddressBookRemovalResult' });

const time = z.iso.datetime();
export const bookEntry = z
  .object({
    address: z.string().nullable(),
    domain: z.string().nullable(),
    note: z.string().nullable(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'AddressBookEntry' });
export const bookPage = pageSchema(bookEntry).meta({ id: 'AddressBookPage' });

export function showEntry(row: BookRow): z.output<typeof bookEntry> {
  const isAddress = row.entry.includes('@');
  return {
    address: isAddress ? row.entry : null,
    domain: isAddress ? null : row.entry,
    note: row.note,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
