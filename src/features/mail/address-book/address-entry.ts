import { domainToASCII } from 'node:url';

/** Both forms of a domain (Müller.example, xn--mller-kva.example) are one. */
function plainDomain(domain: string): string {
  return domainToASCII(domain) || domain.toLowerCase();
}

/** An address as the book keeps it; null for what is none. */
export function addressEntry(address: string): string | null {
  const plain = address.trim().toLowerCase();
  const at = plain.lastIndexOf('@');
  if (at < 1 || at === plain.length - 1 || /\s/.test(plain)) return null;
  return `${plain.slice(0, at)}@${plainDomain(plain.slice(at + 1))}`;
}

/** A domain as the book keeps it: without an `@`, which is what tells it from an address; null for what is none. */
export function domainEntry(domain: string): string | null {
  const ascii = plainDomain(domain.trim().replace(/^@/, '').replace(/\.$/, ''));
  const labels = ascii.split('.');
  const isDomain =
    ascii.length <= 253 && labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
  return isDomain ? ascii : null;
}

/** The entries that would let this sender in. */
export function entriesFor(address: string | null): string[] {
  const entry = address === null ? null : addressEntry(address);
  return entry === null ? [] : [entry, entry.slice(entry.lastIndexOf('@') + 1)];
}
