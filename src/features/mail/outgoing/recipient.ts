import { z } from 'zod';
import { oneLine } from '../../../platform/http/validation.js';

const maxLocalPartLength = 64;
const maxAddressLength = 254;

/**
 * Says what is wrong with an SMTP address, or null. No grammar of RFC 5322: local parts beyond ASCII
 * are mail addresses today (SMTPUTF8), dots in odd places have always been in Japan. What matters is
 * that the text is one address and cannot be read as something else on its way: no spaces, brackets,
 * separators, quotes, control or invisible characters.
 */
export function addressProblem(address: string): string | null {
  if (address.length > maxAddressLength) return `must not be longer than ${maxAddressLength} characters`;
  if (/[\p{C}\p{Z}]/u.test(address)) return 'must not contain spaces, control or invisible characters';
  const [local, domain, ...rest] = address.split('@');
  if (!local || !domain || rest.length > 0) return 'must be one address with one @';
  if (/[<>()[\]\\,;:"]/.test(address)) return 'must be a plain address, without <>()[]\\,;:"';
  if (Buffer.byteLength(local) > maxLocalPartLength)
    return `must have at most ${maxLocalPartLength} bytes before the @`;
  if (!/^[\p{L}\p{M}\p{N}-]+(\.[\p{L}\p{M}\p{N}-]+)*$/u.test(domain)) return 'must have a domain name behind the @';
  return null;
}

/** `Ada <ada@example.org>`, `"Lovelace, Ada" <ada@example.org>`, `ada@example.org`. */
function readRecipient(text: string): { name: string | null; address: string } {
  const [, name, address] = /^([^<>]*)<([^<>]*)>$/.exec(text.trim()) ?? [];
  if (name === undefined || address === undefined) return { name: null, address: text.trim() };
  const plain = name.trim().replace(/^"(.*)"$/s, (_, quoted: string) => quoted.replace(/\\(.)/gs, '$1'));
  return { name: plain || null, address: address.trim() };
}

const name = oneLine(256).trim();
const text = oneLine(600);

/** Somebody a message goes to, or who is to be answered: text or an object. */
export const recipient = z
  .union([text, z.strictObject({ name: name.nullable().optional(), address: text })], {
    error: 'must be an address in one line, or an object of `address` and `name`',
  })
  .transform((value) =>
    typeof value === 'string' ? readRecipient(value) : { name: value.name || null, address: value.address.trim() },
  )
  .superRefine(({ address }, context) => {
    const message = addressProblem(address);
    if (message) context.addIssue({ code: 'custom', message });
  });

export type Recipient = z.output<typeof recipient>;
