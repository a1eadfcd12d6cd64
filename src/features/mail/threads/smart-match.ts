import { createHash } from 'node:crypto';
import { keyBytes, type ThreadKey } from './thread-keys.js';
import { readSubject } from './subject.js';

const minWordLength = 3;
const minWords = 2;
/** A script without spaces has one long "word"; from here on it says as much as two. */
const longWord = 6;
const maxWords = 40;
const maxPeople = 100;

/**
 * The key under which smart matching looks for a thread: the subject's words, in any order, and the
 * people, in any role. All of both must be the same, for two mails about "Invoice" are rarely one matter.
 * @returns null when the subject says too little to go by
 */
export function smartKey(subject: string | null, people: readonly (string | null)[]): ThreadKey | null {
  const words = significantWords(readSubject(subject).plain);
  const addresses = [...new Set(people.flatMap((address) => (address ? [address.trim().toLowerCase()] : [])))].sort();
  if (words.length === 0 || addresses.length < 2 || addresses.length > maxPeople) return null;
  const digest = createHash('sha256')
    .update(JSON.stringify([words, addresses]))
    .digest();
  return digest.toString('hex').slice(0, keyBytes * 2);
}

function significantWords(plain: string): string[] {
  const words = [...new Set(plain.split(/[^\p{L}\p{M}\p{N}]+/u))].filter((word) => word.length >= minWordLength);
  const says = words.length >= minWords || words.some((word) => word.length >= longWord && !/[a-z]/.test(word));
  return says ? words.sort().slice(0, maxWords) : [];
}
