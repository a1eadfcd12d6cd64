import type { StoredFailure } from '../../failures/failure.js';
import type { MailboxState } from '../../mailboxes/mailbox-state.js';
import type { RunKind } from '../../scheduling/work.js';
import type { HoldReason } from '../../mail/outgoing/waiting-reason.js';

/** The schedule of one kind of a mailbox's work. */
export interface WorkFacts {
  readonly kind: RunKind;
  readonly dueAt: Date | null;
  /** Failures in a row. */
  readonly attempts: number;
  readonly leaseUntil: Date | null;
  /** When the run under the lease began; null: no worker has taken it up yet. */
  readonly begunAt: Date | null;
}

/** A watched folder that is not synced as it should be. */
export interface FolderFacts {
  readonly path: string;
  /** `fallback`: listed by date alone, because its changes cannot be followed. */
  readonly kind: 'unreadable' | 'missing' | 'fallback';
  readonly since: Date;
  /** When it is tried again; null: when somebody acts. */
  readonly until: Date | null;
  readonly failure: Pick<StoredFailure, 'code' | 'category' | 'values'> | null;
}

/** An open incident that the mailbox waits for. */
export interface IncidentFacts {
  readonly id: string;
  readonly openedAt: Date;
  readonly lastFailure: StoredFailure;
  /** Mailboxes that it stops, this one included. */
  readonly stopped: number;
}

/** All that tells why a mailbox does what it does, as the database has it at one moment. */
export interface StandingFacts {
  readonly mailboxId: string;
  readonly profileId: string;
  readonly emailAddress: string;
  readonly createdAt: Date;
  /** Of Postroom, for commands that mend it. */
  readonly publicUrl: string;
  readonly state: MailboxState;
  readonly stateSince: Date;
  readonly failure: StoredFailure | null;
  readonly lastError: StoredFailure | null;
  readonly lastSyncAt: Date | null;
  readonly incoming: boolean;
  readonly outgoing: boolean;
  readonly isApproved: boolean;
  /** Of the API key or user that paused it, as far as that is known. */
  readonly changedBy: string | null;
  readonly incident: IncidentFacts | null;
  readonly work: readonly WorkFacts[];
  /** Of the watched folders those with trouble of their own. */
  readonly folders: readonly FolderFacts[];
  readonly profile: {
    readonly name: string;
    readonly username: string;
    readonly ewsUrl: string;
    readonly pollingIntervalSeconds: number;
    /** Leases at one time at most, and now. */
    readonly budget: number;
    readonly running: number;
    /** Work that is claimed before what this mailbox has due; null: it has none due. */
    readonly waitingBefore: number | null;
    /** Also one that is over. */
    readonly holdUntil: Date | null;
    readonly suspendedCause: string | null;
    readonly incident: IncidentFacts | null;
  };
  /** Null: the server answers. */
  readonly serverAway: {
    readonly host: string;
    readonly since: Date;
    /** When the next call asks whether it is back; also a time that is over. */
    readonly holdUntil: Date | null;
    readonly cause: string;
    readonly incident: IncidentFacts | null;
  } | null;
  /** Mail that the server has and does not show; null: there is none. */
  readonly unreadable: {
    readonly messages: number;
    readonly since: Date;
    /** The next try of one of them; null: none by itself. */
    readonly retryAt: Date | null;
    /** Of the one that failed first. */
    readonly code: string;
  } | null;
  /** What holds its sending while messages wait. */
  readonly sendingHold: { readonly until: Date; readonly reason: HoldReason } | null;
}

/** In the order in which they matter. */
export const reasonCodes = [
  'paused',
  'failed',
  'verifying',
  'switched-off',
  'server-away',
  'profile-suspended',
  'profile-throttled',
  'no-worker',
  'budget-full',
  'back-off',
  'folder-unreadable',
  'folder-missing',
  'folder-fallback',
  'items-unreadable',
  'sending-held',
  'running',
  'due',
  'not-scheduled',
  'next-poll',
  'receiving-off',
  'sending-off',
] as const;
export type ReasonCode = (typeof reasonCodes)[number];

/** One reason why a mailbox waits, or what it is doing. */
export interface Reason {
  readonly code: ReasonCode;
  /** In plain words, one line. */
  readonly title: string;
  readonly since: Date | null;
  /** When it ends, or is looked at again; null: when somebody acts, or not to be foretold. */
  readonly until: Date | null;
  /** What ends it, in plain words. */
  readonly ends: string;
  /** Whether mail waits for it: a mailbox of which no reason says so is well. */
  readonly isTrouble: boolean;
  /** Of a failure: its code, and what it means. */
  readonly failureCode: string | null;
  readonly cause: string | null;
  readonly remedy: string | null;
  readonly incidentId: string | null;
}

/** What most reasons leave out. */
export const noFailure = { failureCode: null, cause: null, remedy: null, incidentId: null } as const;

export const isAfter = (one: Date | null, other: Date): one is Date => one !== null && one > other;
