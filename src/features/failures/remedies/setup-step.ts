import type { Command } from './command.js';

/** Something to be done once on the server, in its place among the others. */
export interface SetupStep {
  readonly title: string;
  /** What it is for; nothing in it comes from outside. */
  readonly text: string;
  readonly commands: readonly Command[];
}

/** How the service account comes into mailboxes. */
export type SetupAccess = 'impersonation' | 'delegation';
