/**
 * How the message of a test is named: the marker of its draft, and the local part of its Message-ID. What
 * comes in under such a name is asked for in the database, so that nobody can hide mail from the sync by it.
 */
const prefix = 'postroom-test-';
const named = new RegExp(`^<?${prefix}([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@`, 'i');

/** @param marker a UUID that the test alone knows */
export const testMessageName = (marker: string): string => prefix + marker;

/** @returns the marker that a Message-ID names; null for all other mail */
export function testMarkerOf(internetMessageId: string | null): string | null {
  return internetMessageId === null ? null : (named.exec(internetMessageId)?.[1]?.toLowerCase() ?? null);
}
