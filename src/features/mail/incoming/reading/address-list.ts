import { addressParser, type Address } from 'postal-mime';
import type { MailAddress } from '../../../../drivers/port/mail-item.js';
import { recodeWords } from './encoded-words.js';

/**
 * The people in an address header, with groups expanded. An X.500 name in place of an address is returned as
 * `exchangeName`.
 */
export function readAddresses(header: string): MailAddress[] {
  // Not parsed: `(FYDIBOHF23SPDLT)` is no comment, and commas are ambiguous.
  if (isExchangeName(header.trim())) return [mailbox(null, header)];
  return withNamesWhole(addressParser(withoutSchemes(recodeWords(header))));
}

function withNamesWhole(addresses: readonly Address[]): MailAddress[] {
  const people: MailAddress[] = [];
  let beginnings: string[] = [];
  const flush = () => {
    for (const name of beginnings) people.push({ name, address: null });
    beginnings = [];
  };
  for (const address of addresses) {
    if (address.group) {
      flush();
      for (const person of withNamesWhole(address.group)) people.push(person);
      continue;
    }
    const person = mailbox(address.name, address.address ?? '');
    if (person.name !== null && person.address === null && person.exchangeName === undefined) {
      beginnings.push(person.name);
      continue;
    }
    // `Doe, Jane <jane@…>` without quotes: the part before the comma has no address of its own.
    if (beginnings.length > 0 && beginnings.length <= maxBeginnings && person.name !== null) {
      people.push({ ...person, name: [...beginnings, person.name].join(', ') });
      beginnings = [];
      continue;
    }
    flush();
    people.push(person);
  }
  flush();
  return people.filter(
    ({ name, address, exchangeName }) => name !== null || address !== null || exchangeName !== undefined,
  );
}

/** A name has two or three such parts (`Doe, Jane, MD`); more are a list of names. */
const maxBeginnings = 2;

/** A mailbox from a name and whatever is in place of its address. */
export function mailbox(name: string | null, address: string | null): MailAddress {
  const bare = addressIn(address ?? '');
  const own = name?.trim() ?? '';
  // If there is only the X.500 name, its last part is the name that people know.
  if (isExchangeName(bare)) return { name: own || bare.replace(/^.*=/s, ''), address: null, exchangeName: bare };
  const encapsulated = encapsulatedName(bare);
  if (encapsulated !== null)
    return { name: own === bare ? null : own || null, address: bare, exchangeName: encapsulated };
  const shown = own.replace(/^(?:mailto|smtp):\s*/i, '');
  return { name: shown === '' || shown === bare ? null : shown, address: bare || null };
}

/** Strips a scheme, the quotes around an X.500 name, and the hosts of an obsolete route (RFC 5322, 4.4). */
function addressIn(written: string): string {
  const bare = written.replace(/^(?:mailto|smtp):\s*/i, '').trim();
  const unquoted = bare.startsWith('"') && bare.endsWith('"') ? bare.slice(1, -1) : bare;
  if (isExchangeName(unquoted)) return unquoted;
  return bare.replace(/^@[^:@,]{1,255}(?:,@[^:@,]{1,255}){0,20}:/, '');
}

/**
 * The X.500 name encoded in an address that Exchange generates for outgoing mail; null for any other address. Such an
 * address can receive mail (MS-OXCMAIL, IMCEA encapsulation), but is unknown to people.
 */
function encapsulatedName(address: string): string | null {
  const [, encoded] = /^IMCEAEX-(_o=[^@]{1,1000})@/i.exec(address) ?? [];
  if (encoded === undefined) return null;
  return encoded
    .replaceAll('_', '/')
    .replace(/\+([0-9a-f]{2})/gi, (_whole, code: string) => String.fromCharCode(parseInt(code, 16)));
}

/**
 * `/O=CONTOSO/OU=EXCHANGE ADMINISTRATIVE GROUP/CN=RECIPIENTS/CN=JDOE`, which Exchange uses for people inside the
 * organisation.
 */
export const isExchangeName = (address: string): boolean => /^(?:ex:)?\/o=[^/]/i.test(address);

/**
 * Removes schemes before addresses, which have no meaning here and would be parsed as group names: `mailto:jane@…`,
 * `Jane [SMTP:jane@…]`. Quoted strings, brackets and comments stay unchanged.
 */
function withoutSchemes(header: string): string {
  if (!/(?:mailto|smtp):/i.test(header)) return header;
  const pieces: string[] = [];
  let plain = '';
  let closing: string | null = null;
  const flush = () => {
    pieces.push(
      plain
        .replace(/\[\s{0,5}(?:mailto|smtp):([^\][\s]{1,500})\]/gi, '<$1>')
        .replace(/(^|[\s,;])(?:mailto|smtp):(?=[^\s,;:]{1,500}@)/gi, '$1'),
    );
    plain = '';
  };
  for (let at = 0; at < header.length; at += 1) {
    const char = header.charAt(at);
    if (closing === null && closings[char] !== undefined) {
      flush();
      closing = closings[char] ?? null;
      pieces.push(char);
    } else if (closing === null) plain += char;
    else {
      pieces.push(char);
      if (char === '\\' && closing !== '>' && at + 1 < header.length) pieces.push(header.charAt((at += 1)));
      else if (char === closing) closing = null;
    }
  }
  flush();
  return pieces.join('');
}

const closings: Readonly<Record<string, string>> = { '"': '"', '<': '>', '(': ')' };
