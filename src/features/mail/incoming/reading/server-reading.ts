import type { MailAddress } from '../../../../drivers/port/mail-item.js';
import { damageOf } from './text-reading.js';

/**
 * Fills gaps in the MIME of a message with properties from the server, which reads the headers as they arrive and knows
 * the people in its directory. It never overrides what the MIME states clearly.
 */
export function betterText(ours: string | null, theirs: string | null): string | null {
  if (ours === null) return theirs;
  return theirs !== null && damageOf(theirs) < damageOf(ours) ? theirs : ours;
}

/** One person, if the server names one for the header. */
export function betterPerson(ours: MailAddress | null, theirs: MailAddress | null): MailAddress | null {
  if (ours === null || theirs === null) return ours ?? theirs;
  return withAddress(ours, theirs);
}

/** The people of a header; those without an address get it if the match is unambiguous. */
export function betterPeople(ours: readonly MailAddress[], theirs: readonly MailAddress[]): readonly MailAddress[] {
  if (ours.length === 0) return theirs;
  if (ours.every(isAddressed)) return ours;
  const sameCount = ours.length === theirs.length;
  const byName = new Map(
    [...theirs]
      .reverse()
      .flatMap((person) => (person.name === null ? [] : [[person.name.toLowerCase(), person] as const])),
  );
  return ours.map((person, index) => {
    const named = person.name === null ? undefined : byName.get(person.name.toLowerCase());
    const other = named ?? (sameCount ? theirs[index] : undefined);
    return other ? withAddress(person, other) : person;
  });
}

const isAddressed = ({ address }: MailAddress): boolean => address !== null && address.includes('@');

function withAddress(ours: MailAddress, theirs: MailAddress): MailAddress {
  if (isAddressed(ours)) return ours;
  if (isAddressed(theirs)) return { name: ours.name ?? theirs.name, address: theirs.address };
  return ours.exchangeName === undefined && theirs.exchangeName !== undefined
    ? { ...ours, exchangeName: theirs.exchangeName }
    : ours;
}
