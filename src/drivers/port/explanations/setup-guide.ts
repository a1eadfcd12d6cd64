import type { Command } from './command.js';

/** Servers that a guide exists for. */
export const serverKinds = ['exchange-server', 'exchange-online'] as const;
/** One of them. */
export type ServerKind = (typeof serverKinds)[number];

/** Something to be done once on the server, in its place among the others. */
export interface SetupStep {
  readonly title: string;
  /** What it is for; nothing in it comes from outside. */
  readonly text: string;
  readonly commands: readonly Command[];
}

/** How the service account comes into mailboxes. */
export type SetupAccess = 'impersonation' | 'delegation';

/** How a server is made ready for Postroom, the names of a profile filled in. */
export interface SetupGuide {
  readonly serverKind: ServerKind;
  readonly access: SetupAccess;
  /** The service account that the commands name. */
  readonly account: string;
  /** What to know before any of it; null where there is nothing. */
  readonly notice: string | null;
  readonly steps: readonly SetupStep[];
}

/** What is known of the profile, which need not exist yet. */
export interface SetupFacts {
  /** Null: as the address tells; a server of one's own without an address. */
  readonly serverKind: ServerKind | null;
  readonly ewsUrl: string | null;
  /** Null: a name is suggested. */
  readonly username: string | null;
  readonly access: SetupAccess;
}
