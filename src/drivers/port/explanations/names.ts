import type { Command } from './command.js';
import { oneLine } from './quoting.js';
import { placeOf, type ServerPlace } from './server-place.js';

/** What words and commands are filled in with. */
export interface ExplanationContext {
  readonly username: string;
  readonly ewsUrl: string;
  /** The address; empty when no mailbox in particular is meant. */
  readonly mailbox: string;
  /** What the server said besides its code. */
  readonly values: Readonly<Record<string, string>>;
  /** Several that are struck by the same, a few of them at most. */
  readonly mailboxes?: readonly string[];
  /** How many more are struck than `mailboxes` names. */
  readonly furtherMailboxes?: number;
  /** For commands of the API; without them those are left out. */
  readonly publicUrl?: string;
  readonly profileId?: string;
  readonly mailboxId?: string;
}

/** Commands of Postroom's own API that a remedy can name; none where the context does not say enough for them. */
export interface ApiCommands {
  /** Gives the profile a new password. */
  readonly newPassword: () => readonly Command[];
  /** Gives the mailbox the address that the server named; null: it named none. */
  readonly newAddress: (emailAddress: string | null) => readonly Command[];
}

/** The names as sentences take them: each one harmless line, and something to say where there is none. */
export interface Names {
  readonly account: string;
  /** `anna@example.com` or “the mailbox”; `Mailbox` at the start of a sentence. */
  readonly mailbox: string;
  readonly Mailbox: string;
  /** The host, or “the server” where the profile has no address that can be read. */
  readonly server: string;
  /** The same at the start of a sentence. */
  readonly Server: string;
  readonly place: ServerPlace | null;
  /** Whether more mailboxes are struck than are named; then a fault of one of them is unlikely. */
  readonly many: boolean;
  /** A value that the server gave along, or null. */
  readonly value: (name: string) => string | null;
  readonly context: ExplanationContext;
  readonly api: ApiCommands;
}

/** An address longer than mail allows is not one; the rest of it would bury the sentence. */
const maxNameLength = 320;

const shown = (text: string): string => {
  const line = oneLine(text.length > maxNameLength ? `${text.slice(0, maxNameLength)}…` : text).trim();
  return line === '' ? '(unknown)' : line;
};

const bounded = (text: string): string => text.slice(0, maxNameLength);

/** Fills the names in, each of them made harmless and cut to a length that mail allows. */
export function namesOf(given: ExplanationContext, api: ApiCommands): Names {
  const context: ExplanationContext = {
    ...given,
    username: bounded(given.username),
    mailbox: bounded(given.mailbox),
    ...(given.mailboxes ? { mailboxes: given.mailboxes.map(bounded) } : {}),
  };
  const place = placeOf(context.ewsUrl);
  return {
    account: shown(context.username),
    mailbox: context.mailbox === '' ? 'the mailbox' : shown(context.mailbox),
    Mailbox: context.mailbox === '' ? 'The mailbox' : shown(context.mailbox),
    server: place?.hostname ?? 'the server',
    Server: place ? `The server ${place.hostname}` : 'The server',
    place,
    many: (context.furtherMailboxes ?? 0) > 0,
    // Its names come from a server, too, and one may be `constructor`.
    value: (name) => (Object.hasOwn(context.values, name) ? shown(context.values[name] ?? '') : null),
    context,
    api,
  };
}
