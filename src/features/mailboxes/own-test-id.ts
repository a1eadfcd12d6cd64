/**
 * How messages that Postroom sends from a mailbox to itself are named: the marker of the draft and the local part of
 * its Message-ID, the end of the subject, and a header. Servers drop or rewrite each of these, so any one will do.
 * What comes in under such a name is asked for in the database, so that nobody can hide mail from the sync by it.
 */
const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const prefixes = { test: 'postroom-test-', analysis: 'postroom-analysis-' } as const;
const subjects = { test: 'Postroom mailbox test', analysis: 'Postroom connectivity test' } as const;
export type OwnMessageKind = keyof typeof prefixes;

const inMessageId = new RegExp(`^\\s*<?postroom-(?:test|analysis)-(${uuid})@`, 'i');
const inSubject = new RegExp(`Postroom (?:mailbox|connectivity) test (${uuid})`, 'i');
const inHeader = new RegExp(`^\\s*(${uuid})\\s*$`, 'i');

/** A header that some servers keep where they rewrite everything else. */
export const ownMessageHeader = 'X-Postroom-Test';

/** @param token a random UUID that the message alone knows */
export const ownMessageName = (kind: OwnMessageKind, token: string): string => prefixes[kind] + token;
export const ownMessageSubject = (kind: OwnMessageKind, token: string): string => `${subjects[kind]} ${token}`;

export const testMessageName = (marker: string): string => ownMessageName('test', marker);

/** What a message shows of itself, as far as the server gives it. */
export interface MessageSigns {
  readonly internetMessageId: string | null;
  readonly subject?: string | null;
  readonly from?: { readonly address: string | null } | null;
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
}

export interface OwnToken {
  readonly token: string;
  /** By the Message-ID alone. A subject is repeated in answers, which only the sender tells from the message itself. */
  readonly byMessageId: boolean;
}

/** @returns the token that a message names; null for all other mail */
export function ownTokenOf({ internetMessageId, subject, headers = [] }: MessageSigns): OwnToken | null {
  const byId = inMessageId.exec(internetMessageId ?? '')?.[1];
  if (byId !== undefined) return { token: byId.toLowerCase(), byMessageId: true };
  const header = headers.find(({ name }) => name.toLowerCase() === ownMessageHeader.toLowerCase())?.value;
  const token = inHeader.exec(header ?? '')?.[1] ?? inSubject.exec(subject ?? '')?.[1];
  return token === undefined ? null : { token: token.toLowerCase(), byMessageId: false };
}

/** @returns the token that a Message-ID names; null for all other mail */
export function testMarkerOf(internetMessageId: string | null): string | null {
  return ownTokenOf({ internetMessageId })?.token ?? null;
}

/**
 * Whether a message is the one of this token: named by its Message-ID, or otherwise and from the mailbox itself.
 * @param address the mailbox that it was sent from
 */
export function isOwnMessage(signs: MessageSigns, token: string, address: string): boolean {
  const named = ownTokenOf(signs);
  return named?.token === token.toLowerCase() && (named.byMessageId || isFrom(signs, address));
}

/** A server that does not tell the sender does not tell that it is somebody else. */
export const isFrom = ({ from }: MessageSigns, address: string): boolean =>
  from?.address == null || from.address.toLowerCase() === address.toLowerCase();
